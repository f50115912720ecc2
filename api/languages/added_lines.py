"""Lines that a task has beside its card: what was added when it was opened, from its English text."""

from rotation.originals.saving import how_to_save
from rotation.plan.card.additions import COPY_SERIALS, SEEN, SERIALS, asked_again_in
from rotation.plan.work.signed_files import WHILE_THERE
from rotation.text.sentence import Sentence
from rotation.values import RotationId


def added_line(text: str, rotation_id: RotationId) -> Sentence | None:
    """The sentence of an added line; None of a line that is none, or that an older version has added."""
    known = (*how_to_save(rotation_id), *WHILE_THERE, *SEEN, *COPY_SERIALS, *SERIALS)
    return next((each for each in known if each.english == text), None) or asked_again_in(text)
