"""The interpreter: runs the steps of an approved plan, one after the other.

A rotation (`Phase`, `Outcome`); a phase that the plan has no step for is passed over:

    PREPARING --> RELAXING --> REPLACING <--> HOLDOUT --> RESTORING --> CLOSING --> ENDED: COMPLETED

    before the first certificate is replaced:
        cancel --> TURNING_BACK --> ENDED: CANCELLED
    from then on:
        roll back, and a second person approves: the steps of the way back take the place of those that are left
        --> REPLACING --> RESTORING --> CLOSING --> ENDED: ROLLED_BACK

In each phase a rotation may stand still: `attention` (until a person has chosen one of the moves that it offers,
or its cause is gone) and `held` (until a person resumes). Its end from outside is none of these: a terminate in
Temporal leaves it to `rotator restore`.

A gate (`rotation/running/wait.py`), within one step:

    opened --> the minimum --> READING --> every client is covered or safe, the site is as it was left: PASSED
                                 |  ^
                                 |  +-- clients hold the gate: the next reading, a heartbeat later
                                 |  +-- SEPM does not answer: the limit moves by the time without a reading
                                 |
                                 +-- the site differs: the rotation repairs it, or a person decides. Where that
                                 |   voids the proof, the gate is opened again
                                 +-- past the limit, a person is asked:
                                       extend --> READING
                                       proceed, and a second person approves --> PASSED
                                       cancel, roll back --> the way back
"""

from engine.contract import (
    ActivityName,
    Counted,
    EventKind,
    StepRequest,
)
from rotation.plan.outage import GivesBack, Takes
from rotation.plan.step import Closing, Console, Gate, GatePurpose, Holdout, Load, Preflight, Recheck, Step, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.task import PutCertificateBack, ReplaceCertificate
from rotation.procedure.steps import turning_back
from rotation.running.message import Move
from rotation.running.refused_input import ANSWER_REFUSED, UNREAD
from rotation.running.state import Outcome, Phase, RotationState
from workflows.hosts.procedure_change import ProcedureChange
from workflows.plan_loading import load
from workflows.requests import about
from workflows.running import Running, TurnBack, unreachable
from workflows.steps import client_look, drift_step, newborn_step
from workflows.steps.closing_step import closing
from workflows.steps.console_task import console_task
from workflows.steps.drift_step import clear, look_due
from workflows.steps.gate_step import gate, holdout
from workflows.steps.recheck_step import recheck, survey_and_check
from workflows.steps.rolling_back import roll_back
from workflows.steps.write_step import write
from workflows.waits import outage
from workflows.waits.late_lists import policies_written
from workflows.waits.leaving_out import name_left_out
from workflows.waits.old_certificates import all_old
from workflows.waits.restoring_again import RestoreAgain, restore_again
from workflows.waits.unreported import to_prove_again


async def run_rotation(run: Running) -> Outcome:
    """Run a rotation to its end.

    1. take up the approved plan
    2. each step of the plan from the cursor on: begin it, do it, move the cursor
    3. hold and cancel are obeyed between steps and in every wait
    4. a cancel before the first certificate: probe every server, then put back what was recorded
    5. a wish to roll back after it: plan the way back, and have a second person approve it
    6. another certificate that comes while clients are made to verify: relax them again, then put settings back again
    7. the end is stored before it is reported

    Raises:
        ContinueAsNew: when a new history should go on with the state.
    """
    state = run.state
    while state.step is not None:
        try:
            if state.rolling_back is not None and state.rolling_back.stopped:
                await roll_back(run, state.rolling_back)
                continue
            if state.phase is Phase.TURNING_BACK and state.undoing is None:
                await _turn_back(run)  # a new history began while servers were probed
                continue
            await run.pause_point()
            if isinstance(state.step, Load):
                await load(run)
                continue
            await _step(run, state.step)
        except TurnBack:
            if state.rolling_back is not None:
                await roll_back(run, state.rolling_back)
            else:
                await _turn_back(run)
            continue
        except RestoreAgain:
            await restore_again(run)
            continue
        state.cursor += 1
    await name_left_out(run)
    state.outcome = _outcome(state)
    state.phase = Phase.ENDED
    state.attention = ()
    await run.record(EventKind.ENDED, state.outcome.value)
    return state.outcome


def _outcome(state: RotationState) -> Outcome:
    if state.phase is Phase.TURNING_BACK:
        return Outcome.CANCELLED
    return Outcome.ROLLED_BACK if state.outline.purpose == "roll-back" else Outcome.COMPLETED


async def _step(run: Running, step: Step) -> None:
    state = run.state
    if step.id not in state.begun:
        state.phase = _phase(step, state.phase)
        state.begun = (*state.begun, step.id)
        state.step_began_at = run.host.now()
        state.look_since = state.fixing = None
        run.drop_attention(UNREAD)
        run.drop_attention(ANSWER_REFUSED)
        state.begin_round()
        await run.record(EventKind.STEP_BEGAN, step.title)
    else:
        await drift_step.go_on(run, step)
    if await newborn_step.goes_on(run, step):
        await _do(run, step)
    run.note(EventKind.STEP_ENDED, step.title)


async def _do(run: Running, step: Step) -> None:
    match step:
        case Preflight():
            await _preflight(run, step)
        case Write():
            await _write(run, step)
        case Gate():
            await gate(run, step)
        case Holdout():
            await holdout(run, step)
        case Recheck():
            await recheck(run, step)
        case Closing():
            await closing(run, step)
        case Console():
            await _console(run, step)
        case _:
            unreachable(step)


async def _console(run: Running, step: Console) -> None:
    if isinstance(step.work, Takes) and not await outage.begins(run, step):
        return
    fixing = run.state.fixing
    waits = fixing is not None and not fixing.gate and isinstance(step.work, LookAtClients)
    done = True
    if not waits and not outage.is_given_back(run, step):
        done = await console_task(run, step)
    if isinstance(step.work, LookAtClients):
        await client_look.lists_taken(run)
    if isinstance(step.work, GivesBack):
        if run.state.phase is Phase.TURNING_BACK:
            await all_old(run)
        await outage.given_back(run, step, done=done)
    if done and isinstance(step.work, ReplaceCertificate | PutCertificateBack):
        run.state.swapped = (*run.state.swapped, step.work.server)


async def _write(run: Running, step: Write) -> None:
    """A look that is due comes first. What gates before it have proven of the settings, it makes void.

    So does one that found what a person must decide about, and was waiting for that when a new history began. None
    where one began while a task by hand is open: that goes on as it was. Before clients are relaxed, a look always
    comes: they are sent to HTTP ports that may have closed since the last one (rule 27).
    """
    state = run.state
    looks = state.task is None and state.wait is None
    due = look_due(run) or any(named.blocks for named in state.drift)
    relaxes = not step.restores and not state.puts_back
    if looks and (due or (relaxes and run.host.goes_by(ProcedureChange.LOOK_BEFORE_RELAXING))):
        await clear(run, step)
    state.restarted = to_prove_again(run)
    await write(run, step)
    policies_written(run)


async def _preflight(run: Running, step: Preflight) -> None:
    """Survey, compare with the plan, store every original setting before the first change."""
    while True:
        checked = await survey_and_check(run)
        if not checked.findings:
            break
        text = "; ".join(f"{finding.subject}: {finding.message}" for finding in checked.findings)
        await run.ask("plan-is-stale", run.state.site_name, text, (Move.RETRY, Move.CANCEL))
    request = StepRequest(ref=about(run.state, step))
    await run.call(ActivityName.RECORD_ORIGINALS, request, Counted, summary="store the original settings")


async def _turn_back(run: Running) -> None:
    """From now on the steps are those that undo what was begun (rule 16): open tasks are withdrawn already."""
    state = run.state
    if state.phase is not Phase.TURNING_BACK:
        state.wait = state.proceed = None
        state.attention, state.site_moved = (), None
        state.phase = Phase.TURNING_BACK
        await run.record(EventKind.TURNING_BACK, state.cancelling.why if state.cancelling else "")
    if state.outline.purpose != "recover" and not isinstance(state.step, Load):  # else there is nothing to put back
        await all_old(run, but=outage.away_now(run))
    outage.give_up(run)
    state.undoing = turning_back(state.outline.steps, state.begun)
    state.cursor = 0


def _phase(step: Step, current: Phase) -> Phase:
    """The phase that `step` belongs to."""
    if current is Phase.TURNING_BACK:
        return current
    match step:
        case Gate(purpose=GatePurpose.DRILLED | GatePurpose.ELSEWHERE):
            return current
        case Write(restores=True) | Gate(purpose=GatePurpose.VERIFYING | GatePurpose.RETURNED):
            return Phase.RESTORING
        case Write() | Gate(purpose=GatePurpose.RELAXED | GatePurpose.LISTED):
            return Phase.RELAXING
        case Holdout() | Gate(purpose=GatePurpose.SIGNED):
            return Phase.HOLDOUT
        case Gate() | Console(work=ReplaceCertificate() | PutCertificateBack()):
            return Phase.REPLACING
        case Closing():
            return Phase.CLOSING
        case _:
            return current
