"""Gates and the holdout: waits that end on proof."""

from datetime import datetime, timedelta
from typing import TypeGuard

from engine.contract import (
    ActivityName,
    EventKind,
    GateAnswer,
    GateRequest,
    LeftOutAnswer,
)
from rotation.plan.step import Gate, GatePurpose, Holdout, ScopeName
from rotation.proof.gate import next_reading
from rotation.running.attention import SECOND, WANTED
from rotation.running.message import Move
from rotation.running.state import Proceed
from rotation.running.wait import GateReading
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import second_person
from workflows.requests import about, left_out
from workflows.running import Running
from workflows.silence.texts import AFTER_SWAP
from workflows.steps import signed_gate
from workflows.steps.drift_step import BegunLook, begin_look, clear, end_look, look, look_due, plan_looks, stand_still
from workflows.steps.reference import NOT_MOVED, fix_references, show_gone_back
from workflows.waits import canary_watch, clients_cut_off, outage, statement
from workflows.waits.proof_wait import give_back, note, open_wait, wait_of

_LIMIT = "gate-limit"
_WITHOUT_A_WRITE = frozenset(
    {
        GatePurpose.SWAPPED,
        GatePurpose.DRILLED,
        GatePurpose.SIGNED,
        GatePurpose.RECOVERED,
        GatePurpose.LISTED,
        GatePurpose.ELSEWHERE,
    }
)
_SHOWN = (*clients_cut_off.CODES, *canary_watch.CODES, *signed_gate.CODES, *outage.CODES)
_PUBLISHED = timedelta(seconds=2)
"""After the delay that the site allows for publishing: clocks are known to the second."""


async def gate(run: Running, step: Gate) -> None:
    """Wait until every client that must be covered is.

    1. the minimum counts from now; after a write, fix the reference: the policy date that it caused (rule 9)
    2. wait for the minimum, reading the curve on the way
    3. pass on a full reading that reaches coverage, not before the minimum, and while the site is as it was left; where
       the reading shows that a certificate reached no client before it was taken out, the minimum is not awaited (rule
       15, `reached_none`)
    4. a drill ends at its limit by itself: what it has not shown is decided about by the recheck that follows; one
       that shows what servers sign moves a policy first (workflows/steps/signed_gate.py)
    5. past the limit of any other, when the reading does not reach coverage: a person extends, proceeds when a
       second person approves, or cancels; canaries are read on meanwhile. Time in which nothing was read does not count
    """
    if run.state.wait is None:
        least = timedelta(0) if signed_gate.is_it(step) else step.minimum
        open_wait(run, step, least, step.patience, run.state.outline.owners(step.scope))
    if step.purpose not in _WITHOUT_A_WRITE and not wait_of(run).fixed:
        await fix_references(run, step)
        run.state.wait = wait_of(run).model_copy(update={"fixed": True})
        give_back(run, step, run.host.now() - wait_of(run).opened_at - 2 * run.state.outline.publish_delay)
    if signed_gate.is_it(step):
        await signed_gate.go_on(run, step)
    await _until_covered(run, step)


async def holdout(run: Running, step: Holdout) -> None:
    """Keep the last servers on the old certificate (B5): never shorter than the minimum.

    Between minimum and maximum it ends as soon as every client is covered; at the maximum a person decides.
    """
    if run.state.wait is None:
        open_wait(run, step, step.minimum, step.maximum, run.state.outline.owners(ScopeName.FAILOVER))
    await _until_covered(run, step)


async def _until_covered(run: Running, step: Gate | Holdout) -> None:
    plan_looks(run)
    reading = await _where_it_stood(run, step)
    while reading is None:
        if await outage.is_cut_short(run, step):
            run.drop_attention(_LIMIT)
            second_person.over(run)
            return
        reading = await _next_reading(run, step)
    run.note(EventKind.GATE_PASSED, f"{step.title}: {_passed(step, reading)}", reading=reading)
    for code in (_LIMIT, WANTED, NOT_MOVED, *_SHOWN):
        if code != AFTER_SWAP or not reading.silent_after_swap:  # others that no gate waits for are silent still
            run.drop_attention(code)
    second_person.over(run)
    run.state.wait = None


async def _where_it_stood(run: Running, step: Gate | Holdout) -> GateReading | None:
    """A new history began behind a reading: the answer of a person, or what held it, is waited for as before."""
    wait, drift = wait_of(run), run.state.drift
    if wait.reading is None or wait.next_at is not None:
        return None
    if run.is_raised(_LIMIT) or second_person.wish(run, (_LIMIT,)) is not None or signed_gate.is_asked(run):
        ends = await _ends_unproven(run, step, wait.reading, wait.reading.taken_at)
        return wait.reading if ends else None
    if any(named.blocks for named in drift):
        stood_at = run.host.now()
        await stand_still(run, step)
        if wait_of(run).opened_at == wait.opened_at:
            give_back(run, step, run.host.now() - stood_at)
    return None


async def _next_reading(run: Running, step: Gate | Holdout) -> GateReading | None:
    """Wait for the next reading and read; the reading that ends the gate, when this one does."""
    now = run.host.now()
    at = _reads_at(run, step, now)
    run.state.wait = wait_of(run).model_copy(update={"next_at": at})
    await run.wait(
        until=at,
        summary=_summary(step, at),
        ready=lambda: _is_answered(run, step) or look_due(run) or _is_asked_for(run, at),
        through_hold=run.host.goes_by(ProcedureChange.READS_WHILE_HELD) and not outage.is_it(step),
    )
    if run.state.held_by:
        await _read_while_held(run, step, since=now)
        return None
    due = look_due(run)
    if due and run.host.now() < at and not _is_answered(run, step) and not _is_asked_for(run, at):
        await look(run, step)
        return None  # it was resumed before its time
    if not await outage.others_answer(run, step):
        return None
    asked_at = run.host.now()
    begun = await begin_look(run, step) if due else None
    read = await _read(run, step, begun)
    if begun is not None and read.look is not None:
        await end_look(run, step, begun, read.look)
    reading = read.reading
    if reading is None:
        return None  # it began again, or people have to decide first
    read_at = run.host.now()
    give_back(run, step, read_at - min(at, asked_at))
    await note(run, step, reading)
    await show_gone_back(run, step.title, reading)
    await statement.ask(run, step, reading, wait_of(run).due)
    doubtful = _over_canaries(step) and canary_watch.doubts(run, step)
    proven = reading.reached_none or (reading.reached and asked_at >= wait_of(run).due and not doubtful)
    if proven:
        opened = wait_of(run).opened_at
        if outage.stops(step) or await clear(run, step):
            return reading
        if wait_of(run).opened_at == opened:  # a gate that was opened again has its whole patience
            give_back(run, step, run.host.now() - read_at)
    return reading if await _ends_unproven(run, step, reading, asked_at) else None


def _reads_at(run: Running, step: Gate | Holdout, now: datetime) -> datetime:
    """When to read next: at once where nothing has followed from the last reading, since a person held the rotation."""
    wait = wait_of(run)
    if wait.read_while_held and wait.reading is not None and not run.state.held_by:
        give_back(run, step, now - wait.reading.taken_at)
        return now
    at = wait.next_at or next_reading(now, opened=wait.opened_at, due=wait.due, heartbeat=wait.heartbeat)
    if isinstance(step, Gate) and step.passes_unanswered and not wait.readings:
        at = min(at, wait.opened_at + run.state.outline.publish_delay + _PUBLISHED)
    return at


async def _read_while_held(run: Running, step: Gate | Holdout, *, since: datetime) -> None:
    """Read clients on while a person holds the rotation, and show those that are cut off; nothing else follows.

    `since`: the time of the last reading, or of what was done last. The limit moves: no person can be asked now.
    """
    if (reading := (await _read(run, step, None)).reading) is not None:
        await note(run, step, reading, while_held=True)
    give_back(run, step, run.host.now() - since)


async def _ends_unproven(run: Running, step: Gate | Holdout, reading: GateReading, asked_at: datetime) -> bool:
    """Whether it ends without proof: canaries when two persons want it, a drill at its limit. Others ask at theirs."""
    if signed_gate.is_it(step):
        return not reading.reached and await signed_gate.goes_on(run, step, reading) and await clear(run, step)
    if _over_canaries(step):
        return await canary_watch.goes_on(run, step, reading)
    if isinstance(step, Gate) and step.is_drill:
        return asked_at >= wait_of(run).limit and await clear(run, step)
    if not reading.reached and run.host.now() >= wait_of(run).limit:
        if outage.stops(step):
            return await _is_asked_on(run, step, reading) and await _decide(run, step, reading)
        return await _decide(run, step, reading) and await clear(run, step)
    return False


async def _is_asked_on(run: Running, step: Gate | Holdout, reading: GateReading) -> bool:
    """Whether two persons want to go on. They are asked while it is read on: another server may fall silent."""
    wished = second_person.wish(run, (_LIMIT,))
    if wished is not None and wished.key != reading.waiting_key:
        second_person.over(run)  # others hold it by now
        wished = None
    if wished is None and not outage.was_answered(run, step):
        again = (Move.RETRY,) if outage.is_asked(run, step) else ()
        options = (Move.EXTEND, Move.PROCEED, *again, Move.CANCEL)
        text, content = _missing(run, step, reading), wait_of(run).content(reading)
        await run.ask_on(_LIMIT, step.title, text, options, content=content)
    elif wished is not None and not wished.approved_by:
        await run.ask_on(SECOND, step.title, _wants_on(wished), (Move.APPROVE, Move.EXTEND))
    return wished is not None and bool(wished.approved_by)


def _over_canaries(step: Gate | Holdout) -> TypeGuard[Gate]:
    return isinstance(step, Gate) and step.over_canaries


def _is_answered(run: Running, step: Gate | Holdout) -> bool:
    late = outage.stops(step) and run.host.now() >= wait_of(run).limit
    return (
        (late and second_person.was_answered(run, (_LIMIT,)))
        or outage.was_answered(run, step)
        or second_person.was_answered(run, (WANTED,))
        or (_over_canaries(step) and second_person.was_answered(run, canary_watch.CODES))
    )


def _is_asked_for(run: Running, at: datetime) -> bool:
    """Whether a person wants the gate read before its time."""
    wanted = wait_of(run).next_at
    return wanted is not None and wanted < at


def _passed(step: Gate | Holdout, reading: GateReading) -> str:
    if isinstance(step, Gate) and step.is_drill:
        passed = f"{reading.covered} of {reading.total} clients were seen"
        return f"{passed}; not seen: {reading.waiting_shown}" if reading.waiting else passed
    if signed_gate.is_it(step):
        if not reading.signing:
            return "no server was shown to sign with the new key"
        return f"shown to sign with the new key: {', '.join(sorted(reading.signing))}"
    if reading.reached_none:
        return "no client has reported since the new certificate went in"
    return _coverage(reading)


def _coverage(reading: GateReading) -> str:
    """The counts of a gate that was passed; what is zero says nothing."""
    if reading.safe and reading.left_out:
        return (
            f"{reading.covered} of {reading.total} clients are covered, {reading.safe} are safe, "
            f"{reading.left_out} are left out"
        )
    if reading.safe:
        return f"{reading.covered} of {reading.total} clients are covered, {reading.safe} are safe"
    if reading.left_out:
        return f"{reading.covered} of {reading.total} clients are covered, {reading.left_out} are left out"
    return f"{reading.covered} of {reading.total} clients are covered"


def _summary(step: Gate | Holdout, at: datetime) -> str:
    return f"{step.number}: read coverage at {at:%Y-%m-%d %H:%M:%S}"


async def _read(run: Running, step: Gate | Holdout, look: BegunLook | None) -> GateAnswer:
    wait = wait_of(run)
    request = GateRequest(
        ref=about(run.state, step),
        swapped=run.state.swapped,
        opened_at=wait.opened_at,
        shown=wait.reading.shown if wait.reading is not None else (),
        signing=run.state.signing,
        asked=wait.asked,
        outage_since=run.state.outage.since,
        look=look.request if look is not None else None,
    )
    return await run.call(ActivityName.READ_GATE, request, GateAnswer, summary=f"{step.number}: read coverage")


async def _decide(run: Running, step: Gate | Holdout, reading: GateReading) -> bool:
    """The gate's limit is past and clients are missing: extend, or proceed as two persons decide.

    Whether it ends by that decision alone, since no client waits by name: all are away, and none has tried the way.
    """
    if statement.wish(run) is not None:
        return False
    if second_person.wish(run, (_LIMIT,)) is None:
        stated: tuple[Move, ...] = (Move.STATE_GATE,) if reading.asks is not None else ()
        stated = (*stated, Move.RETRY) if outage.is_asked(run, step) else stated
        options = (Move.EXTEND, Move.PROCEED, *stated, Move.CANCEL)
        await run.ask(_LIMIT, step.title, _missing(run, step, reading), options, content=wait_of(run).content(reading))
    proceed = second_person.wish(run, (_LIMIT,))
    if proceed is None:
        return False
    if not proceed.approved_by:
        await run.ask(SECOND, step.title, _wants_on(proceed), (Move.APPROVE, Move.EXTEND))
        proceed = second_person.wish(run, (_LIMIT,))
    if proceed is None:
        return False
    request = left_out(run.state, about(run.state, step), proceed)
    left = await run.call(ActivityName.LEAVE_OUT, request, LeftOutAnswer, summary="leave the named clients out")
    run.state.proceed = None
    return left.count == 0 and reading.waiting == 0


def _wants_on(wished: Proceed) -> str:
    if count := wished.waiting:
        return f"{wished.asked_by} wants to go on without {count} clients: {wished.why}"
    return f"{wished.asked_by} wants to go on before a client has tried the way: {wished.why}"


def _missing(run: Running, step: Gate | Holdout, reading: GateReading) -> str:
    if isinstance(step, Gate) and step.purpose is GatePurpose.RECOVERED:
        return _not_heard(reading)
    if not (count := reading.waiting):
        count = reading.safe
        return f"no client has shown that the way works: the {count} clients that are not cut off by going on are away"
    names = reading.waiting_shown
    if run.state.outline.purpose == "roll-back" and isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED:
        return (
            f"{count} clients are not relaxed: {names}; those that the new certificate has cut off come back once the "
            "old one is in, and those that hold the new one and are off would be cut off by going on: look at one of "
            "them"
        )
    return f"{count} clients are not covered and would be cut off by going on: {names}"


def _not_heard(reading: GateReading) -> str:
    """After a recovery no client is cut off by going on; but each that was there before should be heard again."""
    count, names = reading.waiting, reading.waiting_shown
    silent = (
        f"{count} clients have not checked in since: {names}; a client that took another certificate accepts no other"
    )
    nowhere = (
        f"no client has checked in at {', '.join(reading.unshown)}: none has shown that it presents what they hold"
    )
    missing = [text for text, count in ((silent, reading.waiting), (nowhere, len(reading.unshown))) if count]
    return "; ".join(missing) or "no client has checked in since: all of them are away"
