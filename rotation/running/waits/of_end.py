"""Sentences for rotations that have ended: rolled back is not rotated, and ended from outside is neither."""

from rotation.running.waits.situation import Situation
from rotation.text.sentence import Sentence, sentence

_COMPLETED = {
    "rotate": sentence(
        "Completed: every server of the plan has its new certificate, and every setting is as it was before."
    ),
    "restore": sentence(
        "Completed: every setting is as it was before the rotation. The restore replaced no certificate; the page of "
        "the site shows which server has which."
    ),
    "recover": sentence("Completed: the servers have the certificate again that clients hold."),
}
_ENDED = {
    "cancelled": sentence("Cancelled: the settings are as they were before, and no certificate was replaced."),
    "rolled-back": sentence(
        "Rolled back: the old certificates are in the servers again. The site is not rotated; an operator makes a new "
        "plan."
    ),
    "restored": sentence(
        "Ended from outside, and every setting was put back. The site is not rotated: servers keep the certificates "
        "that they had then; an operator makes a new plan."
    ),
    "terminated": sentence(
        "Ended from outside: settings may be left changed. An operator restores the site; nothing else begins before."
    ),
}


def end(now: Situation) -> Sentence | None:
    """How it has ended; None while it runs."""
    if now.status == "completed":
        return _COMPLETED.get(now.purpose, _COMPLETED["rotate"])
    return _ENDED.get(now.status)
