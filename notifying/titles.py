"""Of each kind of notice: its title, and what is asked of people."""

from rotation.notice.notice import Notice, NoticeKind
from rotation.running.message import Move
from texts.catalogue import Translator
from texts.recognised import translated

TITLES = {
    NoticeKind.TASK_OPENED: "a console task waits for an operator: %(step)s",
    NoticeKind.TASK_NEAR: "a console task is near its time: %(step)s",
    NoticeKind.CLAIM_LAPSING: "the claim of %(holder)s ends soon: %(step)s",
    NoticeKind.APPROVAL_WANTED: "a second person is asked to approve: %(subject)s",
    NoticeKind.ATTENTION: "a person is needed: %(subject)s",
    NoticeKind.GATE_LATE: "a gate is late: %(step)s",
    NoticeKind.OVER: "no person is needed any more: %(subject)s",
    NoticeKind.GATE_PASSED: "a gate has passed: %(step)s",
    NoticeKind.HOLDOUT_REPORT: "the weekly report of the holdout",
    NoticeKind.ROTATION_ENDED: "the rotation was ended from outside; what it left behind is unknown",
    NoticeKind.LATEST_START: "the latest safe start for the certificate of %(subject)s has passed",
    NoticeKind.SITE_UNREADABLE: "the service cannot read the site",
    NoticeKind.TEST: "Test message of the SEPM certificate rotator",
}
OVER = {
    NoticeKind.APPROVAL_WANTED: "no approval is asked for any more: %(subject)s",
    NoticeKind.GATE_LATE: "a late gate waits for no person any more: %(step)s",
    NoticeKind.SITE_UNREADABLE: "the service can read the site again",
}
"""By what it was that is over."""
ENDED = {
    "completed": "the rotation is completed",
    "cancelled": "the rotation was cancelled; the certificates are those of before",
    "rolled-back": "the rotation was rolled back: the old certificates are in again",
}
"""By how a rotation ended."""
ASKED = {
    NoticeKind.TASK_OPENED: "an operator claims the task and does it at the SEPM console",
    NoticeKind.TASK_NEAR: "an operator finishes the task, or gives it back",
    NoticeKind.CLAIM_LAPSING: "the holder begins within the claim, or claims the task again",
    NoticeKind.APPROVAL_WANTED: "another person than the one who asked approves, or the rotation goes on waiting",
    NoticeKind.ATTENTION: "an operator puts the cause right; the rotation then goes on by itself",
    NoticeKind.GATE_LATE: "an operator puts the cause right; the rotation then goes on by itself",
    NoticeKind.LATEST_START: "an operator makes a plan, and starts the rotation",
    NoticeKind.SITE_UNREADABLE: (
        "an administrator sees whether the servers run, and whether the service reaches their ports"
    ),
}
"""All other kinds ask nothing."""
MOVES = {
    Move.APPROVE: "approve",
    Move.PROCEED: "proceed",
    Move.STATE_GATE: "state_gate",
    Move.RETRY: "retry",
    Move.FINISH: "finish",
    Move.EXTEND: "extend",
    Move.CANCEL: "cancel",
    Move.ROLL_BACK: "roll_back",
}
"""The answers that a question may offer, by their codes; another language has the words of the page, too."""


def title(notice: Notice, say: Translator) -> str:
    """What happened, in one line that begins with the site."""
    happened = _happened(notice, say)
    return f"{notice.site_name}: {happened}" if notice.site_name else happened


def asked(notice: Notice, say: Translator) -> str:
    """What is asked of people, the actor named; also where it is nothing."""
    if notice.asks and notice.kind is not NoticeKind.APPROVAL_WANTED:
        return say(
            "an operator chooses one of: %(moves)s",
            moves=", ".join(say(MOVES.get(move, move.value)) for move in notice.asks),
        )
    if notice.kind is NoticeKind.APPROVAL_WANTED and notice.rotation_id is None:
        return say("another administrator approves the wish on the page of the site, or it lapses")
    if notice.kind is NoticeKind.ROTATION_ENDED and notice.subject not in ENDED:
        return say("an administrator finds out who ended it, and has the settings restored")
    return say(ASKED[notice.kind]) if notice.kind in ASKED else say("nothing")


def _happened(notice: Notice, say: Translator) -> str:
    if notice.kind is NoticeKind.LATEST_START and notice.days:
        return say.counted(
            "at most %(count)s day is left for a rotation to begin: certificate of %(server)s",
            "at most %(count)s days are left for a rotation to begin: certificate of %(server)s",
            notice.days,
            server=notice.subject,
        )
    text = TITLES[notice.kind]
    if notice.kind is NoticeKind.OVER and notice.of in OVER:
        text = OVER[notice.of]
    if notice.kind is NoticeKind.ROTATION_ENDED:
        text = ENDED.get(notice.subject, text)
    step, subject = translated(notice.step, say), translated(notice.subject, say)
    return say(text, step=step, subject=subject, holder=notice.holder)
