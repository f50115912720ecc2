"""Observed truth: the site is held against what the rotation left; what differs is named, and something follows."""

from collections.abc import Collection, Hashable
from datetime import datetime, timedelta

from engine.contract import (
    ActivityName,
    Counted,
    EventKind,
    LookAnswer,
    LookRequest,
    StepRequest,
    WriteAnswer,
    WriteRequest,
)
from rotation.drift.judged_drift import NamedDrift
from rotation.drift.learned.wrong_list import WRONG_LISTS
from rotation.drift.presented import CERTIFICATES, SILENT
from rotation.plan.step import Console, Gate, GatePurpose, SettingField, Step, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.proof.gate import next_look
from rotation.running.attention import DRIFT, SECOND, TASK_WRONG
from rotation.running.message import Move
from rotation.running.state import Restarted
from rotation.values import ServerName, Value
from workflows.hosts.procedure_change import ProcedureChange
from workflows.messages_of_watch import is_looked_at
from workflows.people import drift_answer, second_person
from workflows.people.excluding import asks_second, exclude
from workflows.requests import about
from workflows.running import Running
from workflows.steps.reference import fix_references
from workflows.waits import late_lists, outage, silent_ahead, statement
from workflows.waits.restoring_again import not_put_right_yet, stop_where_another_came, when_to_put_right
from workflows.waits.third_certificate import alarm
from workflows.waits.unreported import (
    another_was_in,
    have_the_certificate,
    list_was_wrong,
    makes_verify,
    to_prove_again,
)

_SELDOM = timedelta(hours=1)


class BegunLook(Value):
    """A look that has been begun."""

    at: datetime
    request: LookRequest
    answered: bool
    """Whether a person had answered what the last one has asked."""
    moved: datetime | None
    """When the watch saw what was kept as the look began."""
    right: frozenset[str]
    """The lists and versions that the person has confirmed."""


def plan_looks(run: Running) -> None:
    """Look at the site now and then, more seldom the longer nothing is found. A look that is due stays due."""
    state, now = run.state, run.host.now()
    if state.look_since is None:
        state.look_since = now
        state.look_at = min(state.look_at or _next(run), _next(run))


def look_due(run: Running) -> bool:
    """Whether it is time to look at the site again: also when a person has answered what was asked about it.

    And where a new history began before a gate whose ground is there again was started again. Never where nothing is
    held against the plan: a look would find nothing, and be due at once again.
    """
    if run.state.puts_back:
        return False
    return (
        was_answered(run)
        or bool(_to_prove_again(run))
        or run.state.site_moved is not None
        or (run.state.look_at is not None and run.host.now() >= run.state.look_at)
    )


def was_answered(run: Running) -> bool:
    """Whether a person has answered what was asked about drift, and nothing was looked at since.

    Only an answer counts: that nothing is asked any more may have other causes.
    """
    answered = run.state.drift_answer is not None or second_person.was_answered(run, (DRIFT,))
    return (answered or silent_ahead.was_answered(run)) and not run.state.puts_back


def settled(run: Running) -> None:
    """What was found is settled: the plan that goes on takes the site as it is."""
    run.state.drift = tuple(named for named in run.state.drift if not named.matters)
    run.state.drift_asked, run.state.drift_answer = (), None
    for code in (DRIFT, SECOND):
        run.drop_attention(code)


async def clear(run: Running, step: Step) -> bool:
    """Look, and go on only when nothing stands against it.

    Returns whether that was so at once. When it was not, or the gate began again, what was read before proves nothing.

    Raises:
        TurnBack: when a person cancels because of what is found.
        RestoreAgain: as `stop_where_another_came`.
    """
    opened = run.state.wait.opened_at if run.state.wait else None
    if not await look(run, step, in_full=True):
        return run.state.wait is None or run.state.wait.opened_at == opened
    await stand_still(run, step)
    return False


async def stand_still(run: Running, step: Step) -> None:
    """Until what a person must decide about is over: looked at again when they have, and at the times of looks.

    Raises:
        TurnBack: when a person cancels because of what is found.
    """
    while True:
        await run.wait(until=run.state.look_at, summary="attention: drift", ready=lambda: _is_due_before(run))
        if not await look(run, step):
            return


def _is_due_before(run: Running) -> bool:
    """Whether to look before the time of the next look."""
    return was_answered(run) or run.state.site_moved is not None


async def look(run: Running, step: Step, *, in_full: bool = False) -> bool:
    """Hold the site against what the rotation left. Whether something is there that nothing irreversible may follow.

    0. what was born, and two persons go on with: each client in it is left out by name; an edited list, or a version,
       that a person has confirmed, before the site is read or meanwhile, is known again
    1. read it; name what is new and what is over: some of each kind, and how many others there are
    2. what the plan itself set is written back and read back, once more when a person has answered
    3. the gates whose proof rested on it start again (rule 12b); where clients verify next, those after a replacement
    4. what is left is shown, and a person is asked
    """
    begun = await begin_look(run, step, in_full=in_full)
    if begun is None:
        return False
    seen = await run.call(
        ActivityName.LOOK, begun.request, LookAnswer, summary="look whether the site is as it was left"
    )
    return await end_look(run, step, begun, seen)


async def begin_look(run: Running, step: Step, *, in_full: bool = False) -> BegunLook | None:
    """What a look asks, once what people have answered is obeyed; None where nothing is held against the plan.

    `in_full`: whether every setting is read, as it is once a person has answered.
    """
    state = run.state
    if run.state.puts_back:
        return None
    answered = was_answered(run)
    confirmed = _take_answer(run) if answered else frozenset()
    await exclude(run, step)
    request = LookRequest(
        ref=about(state, state.step or step),
        swapped=state.swapped,
        due=_due(step),
        since=state.started_at,
        lists_shown=state.lists_shown,
        versions_shown=state.versions_shown,
        in_full=in_full or answered,
        round_number=state.round_number,
        known=tuple((named.code, named.subject) for named in state.drift if not named.others),
    )
    moved = state.site_moved.at if state.site_moved is not None else None
    return BegunLook(at=run.host.now(), request=request, answered=answered, moved=moved, right=confirmed)


async def end_look(run: Running, step: Step, begun: BegunLook, seen: LookAnswer) -> bool:
    """Have what follows from a look follow. Whether something is there that nothing irreversible may follow."""
    state, right = run.state, begun.right
    late = not begun.answered and was_answered(run)
    if late:
        right = _take_answer(run)
    late = not is_looked_at(state, begun.moved) or late
    state.found, state.born_key = seen.found, seen.born_key
    wrong = {each.subject for each in (*state.drift, *seen.drifts) if each.code in WRONG_LISTS}
    list_was_wrong(run, *sorted(wrong))
    if any(_takes_lists_away(each) for each in (*state.drift, *seen.drifts)):
        late_lists.were_wrong(run, state.lists_right_at)
    if not wrong:
        state.lists_right_at = begun.at
        late_lists.policies_seen(run, seen.newest_policy, asked_at=begun.at)
    await _name(run, drift_answer.take_up(state, seen.drifts, right))
    if not any(named.code in CERTIFICATES for named in state.drift):
        state.right_at = begun.at
    stop_where_another_came(run)
    await _repair(run, step)
    when_to_put_right(run)  # a new history may begin behind this
    if makes_verify(run, step) and run.host.goes_by(ProcedureChange.RESTORING_ENDS_RELAXING):
        state.restarted = to_prove_again(run)
    await _prove_again(run, step)
    # what was judged before a person answered, or the site moved, is looked at once more
    state.look_at = run.host.now() if late else _next(run)
    await silent_ahead.follow(run, step)
    return _show(run)


def _takes_lists_away(named: NamedDrift) -> bool:
    """Whether clients have another list than proof rests on; where the rotation goes on, they have what it will set."""
    return named.code in WRONG_LISTS and bool(named.repair or named.blocks or named.voids)


async def go_on(run: Running, step: Step) -> None:
    """Go on where a new history began while a gate that starts again waited for the policy date to move."""
    state = run.state
    if state.fixing is not None and any(each.gate == state.fixing.gate for each in _to_prove_again(run)):
        await _prove_again(run, step)
        state.look_at = _next(run)
        _show(run)


def _take_answer(run: Running) -> frozenset[str]:
    """A person has answered: the rotation may write its repairs once more. Gives the lists and versions confirmed."""
    state = run.state
    state.begin_round()
    answer, state.drift_answer = state.drift_answer, None
    return frozenset(answer or ())


def _next(run: Running) -> datetime:
    state, now = run.state, run.host.now()
    heartbeat = min((owner.slowest_heartbeat for owner in state.outline.scopes), default=_SELDOM)
    look = next_look(now, since=state.look_since or now, heartbeat=heartbeat)
    ends = state.relaxed_again.until if state.relaxed_again is not None else None
    return min(look, ends) if ends is not None and ends > now else look


def _due(step: Step) -> ServerName | None:
    return step.work.server if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) else None


async def _name(run: Running, found: Collection[NamedDrift]) -> None:
    """An event for what is new, and for what is over. From a find on, looks are frequent again."""
    state = run.state
    before: dict[Hashable, NamedDrift] = {named.key: named for named in state.drift}
    there = {named.key: named for named in found}
    state.drift = tuple(there.values())
    known = {each.gate: each for each in state.restarted}
    known |= {gate: Restarted(gate=gate) for named in there.values() for gate in named.voids}
    state.restarted = tuple(known.values())
    for key, named in there.items():
        if key not in before or before[key].message != named.message:
            state.look_since = run.host.now()
            await _tell(run, EventKind.DRIFT, named, named.message)
    for key, named in before.items():
        if key not in there:
            if named.code in CERTIFICATES:
                another_was_in(run)
                if any(each.code == TASK_WRONG and each.subject == named.subject for each in state.attention):
                    run.drop_attention(TASK_WRONG)  # the task's own look is minutes away
            if not named.others:  # some of those are named by now
                await _tell(run, EventKind.DRIFT_OVER, named, "the newest look does not find it any more")


async def _tell(run: Running, kind: EventKind, named: NamedDrift, text: str) -> None:
    await run.record(kind, f"{named.subject}: {text}", code=named.code, subject=named.subject)


async def _repair(run: Running, step: Step) -> None:
    """Have the steps that wrote it write it again. What REST does not change is left for a person.

    What has clients verify waits for the right certificate, and for clients that may have taken another one, or may
    lack their list. A list is put right at once: until then it is wrong, and clients take it later still.
    """
    other = any(named.code in CERTIFICATES for named in run.state.drift) or not have_the_certificate(run)
    late = late_lists.lists_late(run) is not None
    for write_id in dict.fromkeys(named.repair for named in run.state.drift if named.repair):
        write = run.state.outline.step(write_id)
        verifies = isinstance(write, Write) and write.field is SettingField.SECURE_COMMUNICATIONS
        if not ((other or (late and verifies)) and makes_verify(run, write)):
            await _write_back(run, step, write_id)


async def _write_back(run: Running, step: Step, write_id: str) -> None:
    state, write = run.state, run.state.outline.step(write_id)
    if not isinstance(write, Write):
        raise TypeError(f"step {write.id} is no write")
    request = WriteRequest(
        ref=about(state, step, other=write.id),
        field=write.field,
        restores=write.restores,
        found=state.found,
        round_number=state.round_number,
    )
    written = await run.call(ActivityName.WRITE_SETTINGS, request, WriteAnswer, summary=f"put right: {write.title}")
    state.repairs += len(written.repaired)
    state.drift = (*(named for named in state.drift if named.repair != write_id), *written.by_hand)
    for named in written.repaired:
        await _tell(run, EventKind.REPAIRED, named, f"{write.title}, once more")
    for named in written.by_hand:
        await _tell(run, EventKind.ATTENTION, named, named.message)


async def _prove_again(run: Running, step: Step) -> None:
    """Start each gate again whose ground was taken away, as soon as the ground is back."""
    state = run.state
    for waiting in _to_prove_again(run):
        gate = state.outline.step(waiting.gate)
        if not isinstance(gate, Gate):
            raise TypeError(f"step {gate.id} is no gate")
        if state.fixing is None or state.fixing.gate != gate.id:
            request = StepRequest(ref=about(state, step, other=gate.id))
            await run.call(ActivityName.RESTART_GATE, request, Counted, summary=f"{gate.number}: prove the gate again")
            outage.begin_again(run, gate)
        if gate.purpose not in {GatePurpose.SWAPPED, GatePurpose.RECOVERED} and not outage.is_it(gate):
            await fix_references(run, gate)
        _open_again(run, step, gate)
        await run.record(
            EventKind.GATE_RESTARTED, f"{gate.title}: the gate is proven again", code="gate-restarted", subject=gate.id
        )


def _to_prove_again(run: Running) -> tuple[Restarted, ...]:
    """The gates that have lost their ground, and may start again."""
    if run.state.puts_back:
        return ()
    still = {gate for named in run.state.drift for gate in named.voids}
    return tuple(each for each in run.state.restarted if each.due is None and each.gate not in still)


def _open_again(run: Running, step: Step, gate: Gate) -> None:
    """The gate that is open now waits from now on; one that was passed is asked at the next claim."""
    state, now = run.state, run.host.now()
    due = now + gate.minimum
    others = tuple(each for each in state.restarted if each.gate != gate.id)
    if gate.id != step.id or state.wait is None:
        state.restarted = (*others, Restarted(gate=gate.id, due=due))
        return
    limit = max(state.wait.limit, now + max(gate.patience, gate.minimum))
    update = {"opened_at": now, "due": due, "limit": limit, "next_at": None, "reading": None}
    statement.forget(run)
    state.wait = state.wait.model_copy(update=update)
    state.restarted = others


def _where_down(run: Running) -> str:
    """What helps where a server that must answer is down; a roll-back can be neither cancelled nor repeated."""
    if run.state.outline.purpose == "roll-back" and run.host.goes_by(ProcedureChange.LEAVE_OUT_SILENT):
        return "no old certificate goes back before it answers"
    return "where it is down for good, roll back" if run.state.swapped else "where it is down for good, cancel"


def _show(run: Running) -> bool:
    """Show what matters and is there; whether a person has to decide, or something is still to be put right."""
    state = run.state
    left = any(named.repair for named in state.drift)
    asked = [named for named in state.drift if named.blocks]
    shown = asked or [named for named in state.drift if named.matters]
    born = [named.subject for named in asked if named.excludable]
    alarm(run)
    state.drift_asked = ()
    if born and statement.wish(run) and run.host.goes_by(ProcedureChange.DRIFT_ENDS_STATEMENTS):
        statement.forget(run)  # one wish at a time: nothing takes it up while the site is not as the rotation left it
    if asks_second(run, born):
        return True
    if not shown:
        run.drop_attention(DRIFT)
        return left
    state.drift_asked = tuple(sorted(drift_answer.confirms(shown)))
    texts = [f"{each.subject}: {each.message}{f'; {each.remedy}' if asked and each.remedy else ''}" for each in shown]
    if any(named.code == SILENT for named in asked):
        texts.append(_where_down(run))
    if any(named.code in CERTIFICATES for named in asked) and (not_yet := not_put_right_yet(run)):
        texts.append(not_yet)
    text = "; ".join(texts)
    if not any((each.code, each.message) == (DRIFT, text) for each in state.attention):
        options: tuple[Move, ...] = (Move.RETRY, Move.PROCEED, Move.CANCEL) if born else (Move.RETRY, Move.CANCEL)
        run.raise_attention(DRIFT, state.site_name, text, run.offered(options if asked else ()))
    return bool(asked) or left
