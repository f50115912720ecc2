"""The lines of a task's card in the reader's language; what was added when the task was opened is English."""

from rotation.plan.work.instructions import sentences
from rotation.plan.work.task import Work
from rotation.values import Value
from texts.catalogue import Translator
from texts.language import Language
from texts.writing import whole


class CardLine(Value):
    """A line of the card."""

    text: str
    language: Language
    part: bool
    """Whether it belongs to the line before it."""


def card_lines(stored: tuple[str, ...], work: Work, by: Translator) -> tuple[CardLine, ...]:
    """The stored lines, each in the reader's language where it is one of this work: what was opened counts."""
    known = {each.english: whole(each, by) for each in sentences(work)}

    def line(text: str) -> CardLine:
        language = by.language if text in known else Language.ENGLISH
        shown = known.get(text, text)
        return CardLine(text=shown.removeprefix("- "), language=language, part=text.startswith(("- ", "  ")))

    return tuple(map(line, stored))
