"""A person holds the rotation while a replacement is claimed: the proof of the claim does not count meanwhile."""

from engine.contract import EventKind
from rotation.plan.step import Console, Write
from rotation.running.attention import LAPSED
from workflows.claims.claim import note_proof, swaps
from workflows.hosts.procedure_change import ProcedureChange
from workflows.running import Running


def is_held(run: Running, step: Console | Write) -> bool:
    """Whether a person holds the rotation, and an operator a replacement whose proof nothing reads meanwhile."""
    claimed = run.state.task is not None and bool(run.state.task.claimed_by)
    return bool(run.state.held_by) and claimed and swaps(step) and run.host.goes_by(ProcedureChange.HOLD_STOPS_CLAIMS)


async def wait_for_resume(run: Running, step: Console | Write) -> None:
    """Show the holder that the proof does not count, and wait until a person resumes the rotation: it is read then.

    Raises:
        TurnBack: when a cancel came meanwhile.
    """
    task, shown = run.open_task, run.is_raised(LAPSED)
    if task.lapsed_at is None:
        run.state.task = task.model_copy(update={"lapsed_at": run.host.now()})
        await note_proof(run)
    held = (
        f"{run.state.held_by} holds the rotation, and the proof is not read meanwhile: begin nothing before the "
        "rotation was resumed and the task says that its proof holds, or give the task back"
    )
    run.raise_attention(LAPSED, step.title, f"{task.claimed_by}, do not replace the certificate now. {held}", ())
    if not shown:
        await run.record(EventKind.ATTENTION, f"{step.title}: the proof has lapsed. {held}")
    await run.wait(until=None, summary=f"task: {step.title}", ready=lambda: True)
    run.state.task = run.open_task.model_copy(update={"read_again": True})
