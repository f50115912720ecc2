"""The gate that shows what replaced servers sign, before the last good server goes (rule 24)."""

from typing import TypeGuard

from engine.contract import ActivityName, Counted, EventKind, MoveAnswer, MoveRequest, StepRequest
from rotation.plan.step import Closing, Gate, GatePurpose, Holdout
from rotation.running.message import Move
from rotation.running.state import GateReading, Wait
from workflows import second_person
from workflows.reference import fix_references
from workflows.requests import about
from workflows.running import Running

_BY_HAND = "policy-by-hand"
_OLD, _UNKNOWN = "signs-with-former-key", "signature-unknown"
_ASKED = (_OLD, _UNKNOWN)
CODES = (_BY_HAND, *_ASKED)


def is_it(step: Gate | Holdout) -> TypeGuard[Gate]:
    """Whether `step` is such a gate."""
    return isinstance(step, Gate) and step.purpose is GatePurpose.SIGNED


async def goes_on(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether to go on although no client has shown what the replaced servers of a list sign.

    1. as soon as a client that verifies is at such a server, a policy is moved for it to take; clients stay with a
       server for a day, so as long it may take
    2. nobody comes for a day: the next gate waits for it. Before the last wave nobody for days: a person is asked
    3. whoever was there has not taken it there within three heartbeats: the server may sign with its former key
    4. retry: all of it once more; proceed: a second person is asked
    """
    wait, now = _wait(run), run.host.now()
    if second_person.wish(run, _ASKED) is None:
        if wait.moved_at is None and reading.there:
            await _move(run, step, reading)
            return False
        if wait.moved_at is not None and now >= wait.due and not reading.there:
            _again(run, step)  # other servers: whoever is there was not asked yet
            return False
        code = _code(wait, reading, past_due=now >= wait.due, past_limit=now >= wait.limit)
        if code is None:
            return False
        if code is _UNKNOWN and not step.asks:
            run.note(EventKind.MESSAGE, f"on: for a day no client that verifies was at {', '.join(reading.unshown)}")
            return True
        if await run.ask(code, step.title, _TEXTS[code].format(", ".join(reading.unshown)), _WAYS) is Move.RETRY:
            _again(run, step)
            return False
    return await _by_word(run, step, reading)


def is_asked(run: Running) -> bool:
    """Whether somebody was asked about it, or has said to go on: a new history asks again."""
    return any(run.is_raised(code) for code in _ASKED) or second_person.wish(run, _ASKED) is not None


async def put_back(run: Running, step: Closing) -> None:
    """Put back what was changed to move policies: of a plan that did, and of a rotation that a restore ends."""
    body = run.state.body
    moved = any(isinstance(each, Gate) and is_it(each) for each in body.steps)
    if moved or (body.purpose == "restore" and run.host.patched("put-policies-back")):
        request = StepRequest(ref=about(run.state, step))
        await run.call(ActivityName.PUT_POLICIES_BACK, request, Counted, summary="put moved policies back")


async def _move(run: Running, step: Gate, reading: GateReading) -> None:
    """Have the policy of one group for each list made again, and fix what the serials of its clients must reach.

    Where REST does not do it, a person edits any policy of the group that is named.
    """
    request = MoveRequest(ref=about(run.state, step), unshown=reading.unshown)
    moved = await run.call(ActivityName.MOVE_POLICIES, request, MoveAnswer, summary="move a policy")
    if moved.by_hand:
        text = f"edit any policy of {', '.join(moved.by_hand)} in the console, as its name: {moved.reason}"
        run.raise_attention(_BY_HAND, step.title, text, ())
    await fix_references(run, step)
    run.drop_attention(_BY_HAND)
    now = run.host.now()
    fresh = {"moved_at": moved.moved_at, "due": now + step.minimum, "limit": now + step.patience, "next_at": None}
    run.state.wait = _wait(run).model_copy(update=fresh)
    run.host.show(run.state)


def _again(run: Running, step: Gate) -> None:
    now = run.host.now()
    fresh = {"moved_at": None, "due": now, "limit": now + step.patience, "next_at": now, "reading": None}
    run.state.wait = _wait(run).model_copy(update=fresh)
    run.host.show(run.state)


async def _by_word(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether a second person approves the wish to go on; else all of it is waited for once more."""
    what = f"though no client has shown what {', '.join(reading.unshown)} signs"
    by = await second_person.approved(run, step.title, _ASKED, what)
    if by:
        run.note(EventKind.MESSAGE, f"on {what}, by {by}")
        return True
    _again(run, step)
    return False


def _code(wait: Wait, reading: GateReading, *, past_due: bool, past_limit: bool) -> str | None:
    """What a person must know now; None: it is waited on."""
    if wait.moved_at is None:
        return _UNKNOWN if past_limit else None
    refuses = past_due and not set(reading.refused_at).isdisjoint(reading.unshown)
    return _OLD if refuses or past_limit else None


_WAYS = (Move.RETRY, Move.PROCEED)
_TEXTS = {
    _OLD: "clients were at {} and none has taken a new policy there: it may sign with its former key, whatever the "
    "dates of its .SIG files are; roll back, or have it publish again and retry; or proceed by a second person's word",
    _UNKNOWN: "no client that verifies was at {} for days, so none has shown what is signed there: retry when clients "
    "use it; or have it publish again, and proceed by a second person's word",
}


def _wait(run: Running) -> Wait:
    if run.state.wait is None:
        raise AssertionError("a gate without its wait")
    return run.state.wait
