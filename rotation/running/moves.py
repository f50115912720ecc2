"""Which moves people may make when. A refused move says why and what to do, and changes nothing."""

from datetime import datetime, timedelta

from rotation.console.statement import untrue
from rotation.finding import Finding, blocking
from rotation.plan.start_by import LEAST_MARGIN
from rotation.plan.step import Console, is_step_watched
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import PLAN_DIFFERS
from rotation.running.ends import end_words
from rotation.running.message import OVERTAKEN, REQUEST_ID_REUSED, Message, Move
from rotation.running.question import asked, other_question
from rotation.running.state import RotationState
from rotation.running.wait import Wait
from rotation.values import ServerName


def refusal(message: Message, state: RotationState) -> Finding | None:
    """Why `message` may not be sent now; None when it may. The first rule that applies decides."""
    for rule in (_other_rotation, _ended, _overtaken, _unidentified, _unexplained, _by_move, other_question):
        finding = rule(message, state)
        if finding is not None:
            return finding
    return None


def reused(message: Message, *, by: str) -> Finding:
    """Why `message` is refused: `by` has used its request id for another message before."""
    return blocking(
        REQUEST_ID_REUSED,
        message.request_id,
        f"this request id was first used for another message, which {by} sent",
        "send each message with a request id of its own; only a repeated message has the same one",
    )


def _refuse(message: Message, why: str, remedy: str = "") -> Finding:
    return blocking(f"{message.move.value}-refused", message.rotation_id, why, remedy)


def _other_rotation(message: Message, state: RotationState) -> Finding | None:
    if message.rotation_id == state.rotation_id:
        return None
    return _refuse(message, f"this site runs rotation {state.rotation_id}", "name the rotation that is running")


def _ended(message: Message, state: RotationState) -> Finding | None:
    if state.outcome is None:
        return None
    return _refuse(
        message, f"the rotation has ended: {end_words(state.outcome.value)}", "start a new one from a new plan"
    )


def _overtaken(message: Message, state: RotationState) -> Finding | None:
    if not message.unless_overtaken or message.ticket == state.dealt_with:
        return None
    why = "another message was dealt with since the rotation was read"
    return blocking(OVERTAKEN, message.rotation_id, why, "read it again, and send this where you still want that")


_TWO_PERSONS = frozenset({Move.APPROVE, Move.PROCEED, Move.STATE_GATE, Move.ROLL_BACK})
"""What two persons do together, each known by an identity of their own."""


def _unidentified(message: Message, _state: RotationState) -> Finding | None:
    """A message that was not sent over the API bears a name, which any sender may write, and no identity."""
    if message.move not in _TWO_PERSONS or message.identity:
        return None
    return _refuse(
        message, f"the message has the name {message.who} and no identity", "send it over the API, with your key"
    )


_LET = "let it finish (the default); hold stops it where it is"
_LONGEST_EXTENSION = timedelta(days=366)
"""A longer one is a slip of the pen, and might end on no date that there is."""
_LONGEST_WAIT = timedelta(days=3660)
EXPLAINED = frozenset(
    {Move.STATE_GATE, Move.HOLD, Move.EXTEND, Move.PROCEED, Move.CANCEL, Move.ROLL_BACK, Move.TASK_REFUSED}
)
"""The moves that need a reason."""


def _unexplained(message: Message, _state: RotationState) -> Finding | None:
    if message.move in EXPLAINED and not message.why.strip():
        return _refuse(message, "the move needs a reason", "give the reason in `why`")
    return None


def _by_move(message: Message, state: RotationState) -> Finding | None:
    rule = {
        Move.APPROVE: _approve,
        Move.HOLD: _hold,
        Move.RESUME: _resume,
        Move.EXTEND: _extend,
        Move.PROCEED: _proceed,
        Move.STATE_GATE: _state,
        Move.LOOK_AGAIN: _look_again,
        Move.SITE_MOVED: _site_moved,
        Move.RETRY: _retry,
        Move.CANCEL: _cancel,
        Move.ROLL_BACK: _roll_back,
        Move.FINISH: _finish,
        Move.CLAIM_TASK: _task,
        Move.BEGIN_TASK: _begin_task,
        Move.TASK_DONE: _task,
        Move.TASK_REFUSED: _task,
    }[message.move]
    return rule(message, state)


def _offered(message: Message, state: RotationState) -> bool:
    return any(message.move in attention.options for attention in state.attention)


def _approve(message: Message, state: RotationState) -> Finding | None:
    if not _offered(message, state):
        return _refuse(message, "no question waits for an approval")
    wishes = (state.proceed, state.rolling_back)
    if any(wish is not None and wish.identity == message.identity for wish in wishes):
        return _refuse(message, f"{message.who} asked for it", "a second person approves, with another identity")
    return None


def _hold(message: Message, state: RotationState) -> Finding | None:
    return _refuse(message, f"{state.held_by} already holds the rotation") if state.held_by else None


def _resume(message: Message, state: RotationState) -> Finding | None:
    return None if state.held_by else _refuse(message, "the rotation is not held")


def _extend(message: Message, state: RotationState) -> Finding | None:
    if state.wait is None:
        return _refuse(message, "the rotation waits for no gate now")
    if message.by is None or message.by <= timedelta(0):
        return _refuse(message, "the extension needs a length of time", "give the time to add, e.g. by: P7D")
    if message.by > _LONGEST_EXTENSION:
        count, longest_count = message.by.days, _LONGEST_EXTENSION.days
        return _refuse(message, f"an extension by {count} days is too long", f"extend by at most {longest_count} days")
    if state.wait.limit - state.wait.opened_at > _LONGEST_WAIT:
        return _refuse(
            message, f"the gate's limit is {state.wait.limit:%Y-%m-%d} already", "extend it again nearer to that date"
        )
    return _outlives(message, state.wait, message.by, state)


def _outlives(message: Message, wait: Wait, by: timedelta, state: RotationState) -> Finding | None:
    """Why a wait may not be made so long that an old certificate ends within it: its clients are cut off then."""
    until = max(wait.limit, wait.reading.taken_at if wait.reading is not None else wait.limit) + by
    first = first_to_end(state)
    if first is None or until <= first[0] - LEAST_MARGIN:
        return None
    ends, server = first
    return _refuse(
        message,
        f"the old certificate of {server} ends on {ends:%Y-%m-%d}, and a wait until {until:%Y-%m-%d} leaves no time to "
        "replace it",
        "extend by less, or proceed with a second person's approval",
    )


def first_to_end(state: RotationState) -> tuple[datetime, ServerName] | None:
    """When the first old certificate ends that a rotation still has to replace, and at which server."""
    if state.outline.purpose != "rotate":
        return None
    needed = (chosen for chosen in state.outline.certificates if chosen.server not in state.swapped)
    return min(((each.replaces_until, each.server) for each in needed if each.replaces_until), default=None)


def _proceed(message: Message, state: RotationState) -> Finding | None:
    if not _offered(message, state):
        return _refuse(message, "no gate has reached its limit", "wait for the proof, or extend the gate")
    named = asked(message, state)
    if state.proceed is None or (named is not None and named.code == PLAN_DIFFERS):  # there it takes a wish of its own
        return None
    return _refuse(message, f"{state.proceed.asked_by} already asked to proceed", "a second person approves that first")


def _state(message: Message, state: RotationState) -> Finding | None:
    """Not before the gate asks for it, which it does once its minimum has passed."""
    reading = state.wait.reading if state.wait is not None else None
    if not _offered(message, state) or reading is None or reading.asks is None:
        return _refuse(
            message,
            "no gate asks for a statement now",
            "wait until the gate's minimum has passed; exports count before that too",
        )
    if state.proceed is not None:
        return _refuse(message, f"{state.proceed.asked_by} already made a statement that waits for a second person")
    return untrue(message.attestation, reading.asks)


def _look_again(message: Message, state: RotationState) -> Finding | None:
    return None if state.wait is not None else _refuse(message, "the rotation waits for no gate now")


def _site_moved(message: Message, state: RotationState) -> Finding | None:
    """A message about a task that has closed meanwhile counts for nothing, as before others were sent."""
    heard = message.task_id is None or is_watched_now(state)
    if heard and not state.withdrawing:
        return None
    return _refuse(message, "the service watches no site now: no open task is observed, or the watch is off")


def is_watched_now(state: RotationState) -> bool:
    """Whether the site is watched for the sake of the open task."""
    task, step = state.task, state.step
    return task is not None and (bool(task.claimed_by) or (step is not None and is_step_watched(step, claimed=False)))


def _retry(message: Message, state: RotationState) -> Finding | None:
    return None if _offered(message, state) else _refuse(message, "there is nothing to try again")


def _cancel(message: Message, state: RotationState) -> Finding | None:
    if state.outline.purpose == "restore" and state.outline.certificates:
        return _refuse(
            message,
            "the restore only puts settings back, and certificates were replaced",
            "let the restore finish, or hold it",
        )
    if state.cancelling is not None:
        return _refuse(message, f"{state.cancelling.by} already cancelled the rotation")
    if state.outline.purpose == "roll-back":
        return _refuse(
            message,
            "the rotation installs the old certificates again; a cancel puts back settings only, which cuts off "
            "clients that do not hold the certificate of their server",
            _LET,
        )
    if state.replaced:
        return _refuse(
            message,
            f"these servers have their new certificate: {', '.join(state.swapped)}; a cancel puts back settings only, "
            "which cuts off clients that do not hold it yet",
            f"{_LET}; a roll-back installs the old certificates again",
        )
    return None


def _roll_back(message: Message, state: RotationState) -> Finding | None:
    if state.outline.purpose == "restore":
        return _refuse(message, "the restore only puts settings back", _LET)
    if state.outline.purpose == "roll-back":
        return _refuse(message, "the rotation already installs the old certificates again", _LET)
    if state.outline.purpose == "recover":
        return _refuse(
            message, "the recovery installs the certificate that clients hold; there is nothing to roll back to", _LET
        )
    if state.rolling_back is not None:
        return _refuse(message, f"{state.rolling_back.by} already asked for the roll-back")
    if not state.swapped:
        return _refuse(message, "no server presents its new certificate yet", "cancel; that puts every setting back")
    return None


def _finish(message: Message, state: RotationState) -> Finding | None:
    if not _offered(message, state):
        return _refuse(message, "the rotation is finishing", "wait; no answer is needed")
    return None


_HELD = {
    Move.CLAIM_TASK: "begin nothing at the console; resume the rotation, then claim the task",
    Move.BEGIN_TASK: "begin nothing at the console; resume the rotation first",
    Move.TASK_DONE: "resume the rotation, then report it again: the service checks the work before it counts",
    Move.TASK_REFUSED: "resume the rotation, then give the task back; the rotation then asks what to do next",
}
"""A held rotation stands still: it begins, looks at and asks nothing. What was done at the console stays done."""


def _task(message: Message, state: RotationState) -> Finding | None:
    if state.task is None or message.task_id != state.task.id:
        return _refuse(message, f"the task {message.task_id} is not open", "list the open tasks")
    if state.held_by:
        return _refuse(message, f"the rotation is held by {state.held_by}: {state.hold_reason}", _HELD[message.move])
    if state.withdrawing and message.move in (Move.CLAIM_TASK, Move.BEGIN_TASK):
        return _refuse(
            message, f"the task {message.task_id} is being withdrawn", "begin nothing; the rotation was cancelled"
        )
    begins = message.move in (Move.CLAIM_TASK, Move.BEGIN_TASK) and _is_replacement(state)
    if begins and (state.cancelling is not None or state.rolling_back is not None):
        return _refuse(message, "the rotation turns back", "begin nothing; give back the task that you hold")
    return _of_another(message, state.task.claimed_by, replaces=_is_replacement(state))


def _of_another(message: Message, holder: str, *, replaces: bool) -> Finding | None:
    """Only the holder speaks of a claimed task. Another person may give it back where the holder cannot be asked.

    A replacement only its holder gives back: the holder may have the file, and settings may be put back behind it.
    """
    if message.holder and message.holder != holder:
        return _refuse(message, f"{message.holder} does not hold this task", "look at the task; its holder has changed")
    for_holder = message.move is Move.TASK_REFUSED and holder == message.holder
    if not holder or holder == message.who or (for_holder and not replaces):
        return None
    if replaces:
        return _refuse(message, f"{holder} has claimed this task", f"ask {holder} to give it back")
    return _refuse(
        message,
        f"{holder} has claimed this task",
        f"ask {holder} to give it back; where {holder} cannot be asked, look at the console and give it back for them",
    )


def _begin_task(message: Message, state: RotationState) -> Finding | None:
    """Only a replacement is begun so: of other work the product does not look at the site beforehand."""
    if (refused := _task(message, state)) is not None:
        return refused
    if not _is_replacement(state):
        return _refuse(message, "the service checks nothing before this work", "do the work, and report it as done")
    if state.task is None or not state.task.claimed_by:
        return _refuse(
            message, "the task is not claimed", "claim the task; the service then reads all proof and begins it"
        )
    return None


def _is_replacement(state: RotationState) -> bool:
    return isinstance(state.step, Console) and isinstance(state.step.work, ReplaceCertificate)
