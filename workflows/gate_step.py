"""Gates, the holdout and the closing check: waits that end on proof."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeGuard

from engine.contract import (
    ActivityName,
    ClosingAnswer,
    Counted,
    EventKind,
    GateAnswer,
    GateRequest,
    StepRequest,
)
from rotation.finding import Finding
from rotation.plan.scope import Pace
from rotation.plan.step import Closing, Gate, GatePurpose, Holdout, ScopeName, Step
from rotation.proof.gate import next_reading
from rotation.running.message import Move
from rotation.running.state import WANTED, GateReading, Proceed, Wait
from workflows import (
    canary_watch,
    cut_off,
    lost_pairs,
    newborn_step,
    outage,
    second_person,
    signed_gate,
    statement,
)
from workflows.drift_step import Begun, begin_look, clear, end_look, look, look_due, plan_looks, stand_still
from workflows.reference import fix_references
from workflows.requests import about, left_out
from workflows.running import SECOND, Running

_LIMIT, _DIFFERS = "gate-limit", "site-differs"
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
_OUTAGE = timedelta(minutes=2)
"""A reading that comes later could not be had for a while."""
_PUBLISHED = timedelta(seconds=2)
"""After the delay that the site allows for publishing: clocks are known to the second."""


async def gate(run: Running, step: Gate) -> None:
    """Wait until every client that must be covered is.

    1. the minimum counts from now; after a write, fix the reference: the policy date that it caused (rule 9)
    2. wait for the minimum, reading the curve on the way
    3. pass on a full reading that reaches coverage, not before the minimum, and while the site is as it was left
    4. a drill ends at its limit by itself: what it has not shown is decided about by the recheck that follows; one
       that shows what servers sign moves a policy first (workflows/signed_gate.py)
    5. past the limit of any other, when the reading does not reach coverage: a person extends, proceeds with a second
       person's word, or cancels; canaries are read on meanwhile. Time in which nothing was read does not count
    """
    if run.state.wait is None:
        least = timedelta(0) if signed_gate.is_it(step) else step.minimum
        _open(run, step, least, step.patience, run.state.outline.owners(step.scope))
    if step.purpose not in _WITHOUT_A_WRITE and not _wait(run).fixed:
        await fix_references(run, step)
        run.state.wait = _wait(run).model_copy(update={"fixed": True})
        _give_back(run, step, run.host.now() - _wait(run).opened_at - 2 * run.state.outline.publish_delay)
    await _until_covered(run, step)


async def holdout(run: Running, step: Holdout) -> None:
    """Keep the last servers on the old certificate (B5): never shorter than the minimum, longer only by a word.

    Between minimum and maximum it ends as soon as every client is covered; at the maximum a person decides.
    """
    if run.state.wait is None:
        _open(run, step, step.minimum, step.maximum, run.state.outline.owners(ScopeName.FAILOVER))
    await _until_covered(run, step)


async def closing(run: Running, step: Closing) -> None:
    """One last full reading: every setting as recorded, every certificate as planned, who was born, who came back.

    What differs is put right, or two persons leave it so. Where several clients of one build were there before the last
    replacement, and none of them was heard since, it is read on until one is, or until its limit.
    """
    if run.state.wait is None:
        _open(run, step, step.minimum, step.patience, run.state.outline.owners(ScopeName.ALL))
    await run.wait(until=_wait(run).due, summary="every client back?")
    await look(run, step)
    while True:
        request = StepRequest(ref=about(run.state, step))
        checked = await run.call(ActivityName.CHECK_CLOSING, request, ClosingAnswer, summary="closing check")
        await _note(run, step, checked.reading)
        if not await newborn_step.all_known(run, step, checked.born):
            continue
        if checked.gone.id is not None:
            await lost_pairs.all_there(run, step, checked.gone)
            continue
        if checked.findings and not await _ends_so(run, step, checked.findings):
            continue
        left = await signed_gate.put_back(run, step)
        if left and not await _ends_so(run, step, left):
            continue
        if not await _waits_for_builds(run, step, checked.reading):
            break
    reading = checked.reading
    if reading.waiting_names:
        unnamed = reading.waiting - len(reading.waiting_names)
        more = f" and {unnamed} more" if unnamed else ""
        text = f"not back in three heartbeats, perhaps switched off: {', '.join(reading.waiting_names)}{more}"
        await run.record(EventKind.QUIET, f"{step.title}: {text}")
    born = f"; left as they were born: {', '.join(checked.adopted)}" if checked.adopted else ""
    await run.record(EventKind.GATE_PASSED, f"{step.title}: {reading.covered} of {reading.total} are back{born}")
    run.state.wait = None


async def _waits_for_builds(run: Running, step: Closing, reading: GateReading) -> bool:
    """Whether the closing check waited for builds of which no client is back, and is to be made again."""
    wait, now = _wait(run), run.host.now()
    if not reading.unheard_builds or now >= wait.limit:
        return False
    at = next_reading(now, opened=wait.opened_at, due=wait.due, heartbeat=wait.heartbeat)
    run.state.wait = wait.model_copy(update={"next_at": at})
    summary = f"{step.number}: wait for a client of {', '.join(reading.unheard_builds)}"
    await run.wait(until=at, summary=summary, ready=lambda: look_due(run))
    if look_due(run):
        await look(run, step)
    return True


async def _ends_so(run: Running, step: Closing, findings: Iterable[Finding]) -> bool:
    """Whether two persons leave the site as it is; else it is checked again when a person has put it right."""
    left = "; ".join(f"{finding.subject}: {finding.message}" for finding in findings)
    if second_person.wish(run, (_DIFFERS,)) is None:
        text = f"{left}. Put it right and retry; or proceed to leave it so by a second person's word"
        await run.ask(_DIFFERS, step.title, text, (Move.RETRY, Move.PROCEED))
    by = await second_person.approved(run, step.title, (_DIFFERS,), f"with the site as it is: {left}")
    if by:
        await run.record(EventKind.ADOPTED, f"{left}: left so by {by}", code=_DIFFERS)
    return bool(by)


def _open(
    run: Running,
    step: Gate | Holdout | Closing,
    minimum: timedelta,
    patience: timedelta,
    owners: Iterable[Pace],
) -> None:
    now = run.host.now()
    run.state.wait = Wait(
        step=step.id,
        opened_at=now,
        due=now + minimum,
        limit=now + max(patience, minimum),
        heartbeat=min((owner.slowest_heartbeat for owner in owners), default=minimum),
    )
    run.host.show(run.state)


async def _until_covered(run: Running, step: Gate | Holdout) -> None:
    plan_looks(run)
    reading = await _where_it_stood(run, step)
    while reading is None:
        if await outage.is_cut_short(run, step):
            for code in (_LIMIT, SECOND):
                run.drop_attention(code)
            return
        reading = await _next_reading(run, step)
    await run.record(EventKind.GATE_PASSED, _passed(step, reading))
    for code in (_LIMIT, SECOND, WANTED, *cut_off.CODES, *canary_watch.CODES, *signed_gate.CODES, *outage.CODES):
        run.drop_attention(code)
    run.state.proceed = None
    run.state.wait = None


async def _where_it_stood(run: Running, step: Gate | Holdout) -> GateReading | None:
    """A new history began behind a reading: whoever was asked, or what held it, is waited for as before."""
    wait, drift = _wait(run), run.state.drift
    if wait.reading is None or wait.next_at is not None:
        return None
    if run.is_raised(_LIMIT) or second_person.wish(run, (_LIMIT,)) is not None or signed_gate.is_asked(run):
        ends = await _ends_unproven(run, step, wait.reading, wait.reading.taken_at)
        return wait.reading if ends else None
    if any(told.blocks for told in drift):
        stood_at = run.host.now()
        await stand_still(run, step)
        if _wait(run).opened_at == wait.opened_at:
            _give_back(run, step, run.host.now() - stood_at)
    return None


async def _next_reading(run: Running, step: Gate | Holdout) -> GateReading | None:
    """Wait for the next reading and read; the reading that ends the gate, when this one does."""
    wait = _wait(run)
    now = run.host.now()
    at = wait.next_at or next_reading(now, opened=wait.opened_at, due=wait.due, heartbeat=wait.heartbeat)
    if isinstance(step, Gate) and step.passes_unheard and not wait.readings:
        at = min(at, wait.opened_at + run.state.outline.publish_delay + _PUBLISHED)
    run.state.wait = wait.model_copy(update={"next_at": at})
    await run.wait(
        until=at,
        summary=_summary(step, at),
        ready=lambda: _is_answered(run, step) or look_due(run) or _is_asked_for(run, at),
    )
    due = look_due(run)
    if due and run.host.now() < at and not _is_answered(run, step) and not _is_asked_for(run, at):
        await look(run, step)
        return None  # it was resumed before its time
    asked_at = run.host.now()
    begun = await begin_look(run, step) if due else None
    read = await _read(run, step, begun)
    if begun is not None and read.look is not None:
        await end_look(run, step, begun, read.look)
    reading = read.reading
    if reading is None:
        return None  # it began anew, or people have to decide first
    read_at = run.host.now()
    _give_back(run, step, read_at - min(at, asked_at))
    await _note(run, step, reading)
    await statement.ask(run, step, reading, _wait(run).due)
    doubtful = _over_canaries(step) and canary_watch.doubts(run, step)
    proven = reading.unheard or (reading.reached and asked_at >= _wait(run).due and not doubtful)
    if proven:
        opened = _wait(run).opened_at
        if outage.stops(step) or await clear(run, step):
            return reading
        if _wait(run).opened_at == opened:  # a gate that was opened again has its whole patience
            _give_back(run, step, run.host.now() - read_at)
    return reading if await _ends_unproven(run, step, reading, asked_at) else None


async def _ends_unproven(run: Running, step: Gate | Holdout, reading: GateReading, asked_at: datetime) -> bool:
    """Whether it ends without proof: canaries by two persons' word, a drill at its limit. Others ask at theirs."""
    if signed_gate.is_it(step):
        return not reading.reached and await signed_gate.goes_on(run, step, reading) and await clear(run, step)
    if _over_canaries(step):
        return await canary_watch.goes_on(run, step, reading)
    if isinstance(step, Gate) and step.is_drill:
        return asked_at >= _wait(run).limit and await clear(run, step)
    if not reading.reached and run.host.now() >= _wait(run).limit:
        if outage.stops(step):
            return await _is_asked_on(run, step, reading) and await _decide(run, step, reading)
        return await _decide(run, step, reading) and await clear(run, step)
    return False


async def _is_asked_on(run: Running, step: Gate | Holdout, reading: GateReading) -> bool:
    """Whether two persons want to go on. They are asked while it is read on: another server may fall silent."""
    wished = second_person.wish(run, (_LIMIT,))
    if wished is None and not outage.was_answered(run, step):
        again = (Move.RETRY,) if outage.is_asked(run, step) else ()
        options = (Move.EXTEND, Move.PROCEED, *again, Move.CANCEL)
        await run.ask_on(_LIMIT, step.title, _missing(step, reading), options)
    elif wished is not None and not wished.approved_by:
        await run.ask_on(SECOND, step.title, _wants_on(wished), (Move.APPROVE, Move.EXTEND))
    return wished is not None and bool(wished.approved_by)


def _over_canaries(step: Gate | Holdout) -> TypeGuard[Gate]:
    return isinstance(step, Gate) and step.over_canaries


def _is_answered(run: Running, step: Gate | Holdout) -> bool:
    late = outage.stops(step) and run.host.now() >= _wait(run).limit
    return (
        (late and second_person.was_answered(run, (_LIMIT,)))
        or outage.was_answered(run, step)
        or second_person.was_answered(run, (WANTED,))
        or (_over_canaries(step) and second_person.was_answered(run, canary_watch.CODES))
    )


def _is_asked_for(run: Running, at: datetime) -> bool:
    """Whether somebody wants the gate read before its time."""
    wanted = _wait(run).next_at
    return wanted is not None and wanted < at


def _passed(step: Gate | Holdout, reading: GateReading) -> str:
    if isinstance(step, Gate) and step.is_drill:
        others = f", not: {', '.join(reading.waiting_names)}" if reading.waiting else ""
        return f"{step.title}: {reading.covered} of {reading.total} were seen{others}"
    if signed_gate.is_it(step):
        return f"{step.title}: {', '.join(sorted(reading.signing)) or 'no server'} shown"
    if reading.unheard:
        return f"{step.title}: no client has reported since the new one went in"
    counts = f"{reading.covered} of {reading.total} covered, {reading.safe} safe, {reading.left_out} left out"
    return f"{step.title}: {counts}"


def _summary(step: Gate | Holdout, at: datetime) -> str:
    return f"{step.number}: read coverage at {at:%Y-%m-%d %H:%M:%S}"


async def _read(run: Running, step: Gate | Holdout, look: Begun | None) -> GateAnswer:
    wait = _wait(run)
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


def _give_back(run: Running, step: Gate | Holdout, unread: timedelta) -> None:
    """Clients are not asked for what could not be read. A holdout lasts longer by a person's word only.

    Args:
        run: the rotation.
        step: whose limit moves.
        unread: for how long nothing was read, though it was time: SEPM was away, somebody held the rotation, or a
            person was asked about the site.
    """
    wait = _wait(run)
    if not isinstance(step, Gate) or unread <= _OUTAGE:
        return
    run.state.wait = wait.model_copy(update={"limit": wait.limit + unread})


async def _note(run: Running, step: Step, reading: GateReading) -> None:
    wait = _wait(run)
    update = {"reading": reading, "readings": wait.readings + 1, "next_at": None, "asked": reading.asked}
    if reading.signing:
        run.state.signing = reading.signing
    run.state.wait = wait.model_copy(update=update)
    await outage.note(run, step, reading)
    await cut_off.tell(run, reading)
    run.host.show(run.state)


async def _decide(run: Running, step: Gate | Holdout, reading: GateReading) -> bool:
    """The gate's limit is past and clients are missing: extend, or proceed by two persons' word.

    Whether it ends by that word alone, since it waits for nobody by name: all are away, and nobody has tried the way.
    """
    if statement.wish(run) is not None:
        return False
    if second_person.wish(run, (_LIMIT,)) is None:
        stated: tuple[Move, ...] = (Move.STATE_GATE,) if reading.asks is not None else ()
        stated = (*stated, Move.RETRY) if outage.is_asked(run, step) else stated
        await run.ask(_LIMIT, step.title, _missing(step, reading), (Move.EXTEND, Move.PROCEED, *stated, Move.CANCEL))
    proceed = second_person.wish(run, (_LIMIT,))
    if proceed is None:
        return False
    if not proceed.approved_by:
        await run.ask(SECOND, step.title, _wants_on(proceed), (Move.APPROVE, Move.EXTEND))
        proceed = second_person.wish(run, (_LIMIT,))
    if proceed is None:
        return False
    request = left_out(run.state, about(run.state, step), proceed)
    left = await run.call(ActivityName.LEAVE_OUT, request, Counted, summary="leave the named clients out")
    run.state.proceed = None
    return left.count == 0 and reading.waiting == 0


def _wants_on(wished: Proceed) -> str:
    whom = f"{wished.waiting} clients" if wished.waiting else "waiting for anybody to try the way"
    return f"{wished.asked_by} wants to go on without {whom}: {wished.why}"


def _missing(step: Gate | Holdout, reading: GateReading) -> str:
    if isinstance(step, Gate) and step.purpose is GatePurpose.RECOVERED:
        return _not_heard(reading)
    if not reading.waiting:
        return (
            f"nobody has shown that the way works: the {reading.safe} clients that are not cut off by going on are away"
        )
    names = ", ".join(reading.waiting_names)
    return f"{reading.waiting} clients are not covered and would be cut off by going on: {names}"


def _not_heard(reading: GateReading) -> str:
    """After a recovery nobody is cut off by going on; but whoever was there before should be heard again."""
    names = ", ".join(reading.waiting_names)
    silent = f"{reading.waiting} clients were not heard since: {names}; who took another certificate clings to it"
    nowhere = f"no client was heard at {', '.join(reading.unshown)}: nobody has shown that it presents what they hold"
    told = [text for text, count in ((silent, reading.waiting), (nowhere, len(reading.unshown))) if count]
    return "; ".join(told) or "no client was heard since: all of them are away"


def _wait(run: Running) -> Wait:
    if run.state.wait is None:
        raise AssertionError("a gate without its wait")
    return run.state.wait
