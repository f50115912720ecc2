"""Claims: whoever does the work takes the task first; before a swap, and while it is open, all proof is read again."""

from datetime import datetime, timedelta

from engine.contract import (
    ActivityName,
    Counted,
    EventKind,
    GateRequest,
    MoveTaskRequest,
    PlanCheckAnswer,
    PlanCheckRequest,
    SurveyAnswer,
    SurveyRequest,
)
from rotation.finding import Finding, blocking
from rotation.message import Message
from rotation.plan import Console, Write
from rotation.state import GateReading, Phase, Restarted
from rotation.task import ReplaceCertificate, TaskState
from workflows.old_certificates import against_restoring
from workflows.requests import about
from workflows.running import Running

LAPSED = "proof-lapsed"
_PROOF_LASTS = timedelta(minutes=30)
"""How long the proof read at a claim is taken for good."""


async def claim(run: Running, step: Console | Write, message: Message) -> None:
    """Whoever does the work claims it first; before a swap that asks for all proof once more (rule 12).

    While a cancel restores, what is restored by hand needs the old certificates to be in force, as over REST (rule 16).
    """
    findings = await _proof_now(run, step)
    if findings:
        run.reply(message, *findings)
        return
    run.state.restarted = ()
    await _take(run, message)
    now = run.host.now()
    update = {"claimed_by": message.who, "claimed_at": now, "proven_at": now}
    run.state.task = run.open_task.model_copy(update=update)
    run.reply(message)


async def keep_proof(run: Running, step: Console | Write) -> None:
    """A gate holds while its swap is open: a claim that lasts is proven anew, and its holder is told when it lapses."""
    task = run.open_task
    now = run.host.now()
    if not task.claimed_by or task.proven_at is None:
        return
    if now - task.proven_at < _PROOF_LASTS:
        return
    findings = await _proof_now(run, step)
    run.state.task = run.open_task.model_copy(update={"proven_at": run.host.now()})
    if not findings:
        run.drop_attention(LAPSED)
        return
    text = "; ".join(f"{finding.subject}: {finding.message}" for finding in findings)
    verb = "replace" if isinstance(step, Console) else "restore"
    run.raise_attention(LAPSED, step.title, f"do not {verb} it now, {task.claimed_by}: {text}", ())
    await run.record(EventKind.ATTENTION, f"the proof for {step.title!r} has lapsed: {text}")


async def _proof_now(run: Running, step: Console | Write) -> tuple[Finding, ...]:
    """Why the work must not be done now."""
    if isinstance(step, Write):
        return await against_restoring(run) if run.state.phase is Phase.TURNING_BACK else ()
    return await _swap_proof(run, step) if isinstance(step.work, ReplaceCertificate) else ()


async def _swap_proof(run: Running, step: Console) -> tuple[Finding, ...]:
    """Why the swap must not happen now: the plan no longer fits, or a gate that must hold does not.

    The settings are read before the gates: what clients report is then held against policies known to be right.
    """
    state = run.state
    survey = await run.call(
        ActivityName.SURVEY_SITE, SurveyRequest(site_id=state.site_id), SurveyAnswer, summary="survey before the swap"
    )
    check = PlanCheckRequest(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        plan_id=state.plan_id,
        survey_id=survey.survey_id,
        swapped=state.swapped,
        mid_wave=True,
        at=step.id,
    )
    checked = await run.call(ActivityName.CHECK_PLAN, check, PlanCheckAnswer, summary="does the plan still fit?")
    findings = list(checked.findings)
    restarted = {each.gate: each for each in state.restarted}
    for gate in () if findings else dict.fromkeys((*step.holds, *restarted)):
        if gate in restarted and not _is_due(restarted[gate], run.host.now()):
            findings.append(blocking("gate-restarted", gate, "its proof began anew", "try later"))
            continue
        request = GateRequest(ref=about(state, step, other=gate), swapped=state.swapped, verified_by=survey.survey_id)
        reading = await run.call(ActivityName.READ_GATE, request, GateReading, summary=f"does gate {gate} still hold?")
        if not reading.reached:
            names = ", ".join(reading.waiting_names)
            findings.append(
                blocking("gate-does-not-hold", gate, f"{reading.waiting} clients are not covered: {names}", "try later")
            )
    return tuple(findings)


def _is_due(restarted: Restarted, now: datetime) -> bool:
    return restarted.due is not None and restarted.due <= now


async def _take(run: Running, message: Message) -> None:
    request = MoveTaskRequest(
        task_id=run.open_task.id, to=TaskState.CLAIMED, who=message.who, note=message.why, at=run.host.now()
    )
    await run.call(ActivityName.MOVE_TASK, request, Counted, summary=f"task claimed by {message.who}")
