"""A person holds the rotation while a replacement is claimed: the proof of the claim does not count meanwhile."""

from rotation.plan.step import Console, Write
from workflows.claims.claim import swaps, unread
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
    held = (
        f"{run.state.held_by} holds the rotation, and the proof is not read meanwhile: begin nothing before the "
        "rotation was resumed and the task says that its proof holds, or give the task back"
    )
    await unread(run, step, held)
    await run.wait(until=None, summary=f"task: {step.title}", ready=lambda: True)
    run.state.task = run.open_task.model_copy(update={"read_again": True})
