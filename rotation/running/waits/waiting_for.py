"""Why a rotation waits: the one sentence that page, API, command line, mail and Temporal UI show."""

from rotation.running.attention import ROLL_BACK
from rotation.running.waits.of_attention import of_attention
from rotation.running.waits.of_end import end
from rotation.running.waits.of_steps import of_step
from rotation.running.waits.of_trouble import TROUBLES
from rotation.running.waits.situation import Situation
from rotation.text.sentence import Sentence, sentence


def waiting_for(now: Situation) -> Sentence:
    """What is waited for, a value against what is needed, who acts, and until when it is normal.

    What keeps everything else from going on comes first:

    1. the rotation has ended, or the service finds something wrong with it
    2. a person holds it
    3. attention, the most urgent first
    4. the current step
    """
    if (ended := end(now)) is not None:
        return ended
    if now.trouble is not None:
        return TROUBLES.get(now.trouble.code) or sentence(
            "%(subject)s does not get on: the message says what helps.", subject=now.trouble.subject
        )
    return _held(now) or of_attention(now.attention, now.wait) or of_step(now)


def _held(now: Situation) -> Sentence | None:
    if now.held_by and any(each.code == ROLL_BACK for each in now.attention):
        return sentence(
            "%(who)s holds the rotation: %(why)s. A roll-back is wanted, too: a second person approves it, and an "
            "operator resumes.",
            who=now.held_by,
            why=now.hold_reason.rstrip("."),
        )
    if now.held_by:
        return sentence(
            "%(who)s holds the rotation: %(why)s. Nothing goes on until an operator resumes it; a cancel is carried "
            "out then.",
            who=now.held_by,
            why=now.hold_reason.rstrip("."),
        )
    if now.held:
        return sentence(
            "The rotation is held. Nothing goes on until an operator resumes it; a cancel is carried out then."
        )
    return None
