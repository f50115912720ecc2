"""The gate that shows what replaced servers sign, before the next server is replaced (rule 24b)."""

from typing import TypeGuard

from engine.contract import ActivityName, EventKind, MoveAnswer, MoveRequest, PutBackAnswer, StepRequest
from rotation.finding import Finding
from rotation.plan.step import Closing, Gate, GatePurpose, Holdout
from rotation.running.message import Move
from rotation.running.wait import GateReading
from workflows.people import second_person
from workflows.requests import about
from workflows.running import Running
from workflows.steps.reference import fix_references
from workflows.waits.proof_wait import wait_of

_BY_HAND = "policy-by-hand"
_OLD, _UNKNOWN = "signs-with-former-key", "signature-unknown"
_ASKED = (_OLD, _UNKNOWN)
CODES = (_BY_HAND, *_ASKED)


def is_it(step: Gate | Holdout) -> TypeGuard[Gate]:
    """Whether `step` is such a gate."""
    return isinstance(step, Gate) and step.purpose is GatePurpose.SIGNED


async def goes_on(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether to go on although no client has shown what a replaced server signs that must be shown.

    1. as soon as a client that verifies is at such a server, a policy is moved for it to take; clients stay with a
       server for a day, so as long it may take
    2. a client that was there and is heard again without having taken it there, after three heartbeats, speaks against
       the server; so do several that fell silent: a person is asked
    3. where nothing is known of it after three heartbeats, clients that are there and were not asked yet are asked;
       past the limit once: clients that report once a day never show it, since they may have been elsewhere meanwhile
    4. no client shows it until the limit: the next gate waits for it; before the last wave a person is asked
    5. retry: all of it once more; proceed: a second person is asked
    """
    wait, now = wait_of(run), run.host.now()
    if second_person.wish(run, _ASKED) is None:
        waits = now < wait.due  # for those that were asked last
        if reading.there and wait.opened_at < wait.limit and not waits and not reading.refused_at:
            await _move(run, step, reading)
            return False
        code = _code(step, reading, waits=waits, past_limit=now >= wait.limit)
        if code is None:
            return False
        if code is _UNKNOWN and not step.asks:
            text = (
                f"the rotation goes on: no client has shown yet what {', '.join(reading.unshown)} signs, and a "
                "server with the old certificate is left; a later gate waits for it again, and asks before the last "
                "certificates"
            )
            run.note(EventKind.MESSAGE, text)
            return True
        servers = reading.refused_at if code is _OLD and reading.refused_at else reading.unshown
        if await run.ask(code, step.title, _TEXTS[code](", ".join(servers)), _WAYS) is Move.RETRY:
            _again(run, step)
            return False
    return await _by_word(run, step, reading)


async def go_on(run: Running, step: Gate) -> None:
    """Go on where a new history began while the date of a moved policy was waited for: no policy is moved again."""
    if run.state.fixing is not None and run.state.fixing.gate == step.id:
        await _moved(run, step)


def is_asked(run: Running) -> bool:
    """Whether a person was asked about it, or wants to go on: a new history asks again."""
    return any(run.is_raised(code) for code in _ASKED) or second_person.wish(run, _ASKED) is not None


async def put_back(run: Running, step: Closing) -> tuple[Finding, ...]:
    """Put back what was changed to move policies: of a plan that did, and of a rotation that a restore ends.

    Returns:
        What could not be put back.
    """
    plan = run.state.outline
    moved = any(isinstance(each, Gate) and is_it(each) for each in plan.steps)
    if not moved and plan.purpose != "restore":
        return ()
    request = StepRequest(ref=about(run.state, step))
    answer = await run.call(ActivityName.PUT_POLICIES_BACK, request, PutBackAnswer, summary="put moved policies back")
    return answer.findings


async def _move(run: Running, step: Gate, reading: GateReading) -> None:
    """Have a policy made again for each server that must be shown, and fix what the serials of its clients must reach.

    Where REST does not do it, a person edits any policy of the group that is named.
    """
    request = MoveRequest(ref=about(run.state, step), unshown=reading.there)
    moved = await run.call(ActivityName.MOVE_POLICIES, request, MoveAnswer, summary="move a policy")
    if moved.by_hand:
        text = f"edit any policy of {', '.join(moved.by_hand)} in the console, then retry: {moved.reason}"
        run.raise_attention(_BY_HAND, step.title, text, ())
    before = {each.client for each in moved.asked}
    kept = tuple(each for each in reading.asked if each.client not in before)
    run.state.wait = wait_of(run).model_copy(update={"asked": (*kept, *moved.asked)})
    await _moved(run, step)


async def _moved(run: Running, step: Gate) -> None:
    """Clients that were asked have their time once the policy date has moved."""
    await fix_references(run, step)
    run.drop_attention(_BY_HAND)
    now = run.host.now()
    fresh = {"opened_at": now, "due": now + step.minimum, "next_at": None}
    run.state.wait = wait_of(run).model_copy(update=fresh)
    run.host.show(run.state)


def _again(run: Running, step: Gate) -> None:
    now = run.host.now()
    fresh = {"opened_at": now, "due": now, "limit": now + step.patience, "next_at": now}
    run.state.wait = wait_of(run).model_copy(update={**fresh, "asked": ()})
    run.host.show(run.state)


async def _by_word(run: Running, step: Gate, reading: GateReading) -> bool:
    """Whether a second person approves the wish to go on; else all of it is waited for once more."""
    what = f"though no client has shown what {', '.join(reading.unshown)} signs"
    by = await second_person.approved(run, step.title, _ASKED, what)
    if by:
        run.note(EventKind.MESSAGE, f"{by} let the rotation go on {what}")
        return True
    _again(run, step)
    return False


def _code(step: Gate, reading: GateReading, *, waits: bool, past_limit: bool) -> str | None:
    """What a person must know now; None: it is waited on."""
    if reading.refused_at and not waits:
        return _OLD
    if not past_limit or waits:
        return None
    return _OLD if step.asks and any(not each.by_hand for each in reading.asked) else _UNKNOWN


_WAYS = (Move.RETRY, Move.PROCEED)


def _old(servers: str) -> str:
    return (
        f"clients were at {servers} and none has taken a new policy there: if they are not switched off, it signs with "
        "its former key, whatever the dates of its .SIG files are; roll back, or have it publish again and retry; or "
        "proceed, if a second person approves"
    )


def _unknown(servers: str) -> str:
    return (
        f"no client that verifies was at {servers} for days, so none has shown what is signed there: retry when "
        "clients use it; or have it publish again, and proceed, if a second person approves"
    )


_TEXTS = {_OLD: _old, _UNKNOWN: _unknown}
