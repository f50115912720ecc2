"""A console task is withdrawn: the rotation turns back."""

from engine.contract import EventKind
from rotation.plan.step import Console, Write
from rotation.plan.work.task import Evidence, TaskState
from rotation.running.attention import GIVE_BACK
from workflows.claims.claim import note_proof, swaps
from workflows.running import Running
from workflows.steps.task_look import evidence_of, next_look, observe
from workflows.steps.task_reports import close, hear
from workflows.waits.old_certificates import RESTART


async def withdraw(run: Running, step: Console | Write) -> bool:
    """The rotation turns back: close the task. Whether a certificate was replaced after all; a cancel is then refused.

    1. who has claimed it may be at the console now, and must give it back or say that it is done
    2. a replacement is looked at first; a server that is silent may be restarting with the new certificate
    3. a task that no person holds is withdrawn
    """
    run.state.withdrawing = True
    swapping = swaps(step)
    began = run.host.now()
    done: bool | None = None
    while True:
        silent = False
        if swapping or (run.open_task.claimed_by and evidence_of(step) is Evidence.OBSERVED):
            seen = await observe(run, step)
            silent = seen.fingerprint is None
            if seen.done:
                await close(run, step, TaskState.DONE, run.open_task.claimed_by or "the service", seen.seen)
                done = True
        if run.state.task is not None:
            done = await hear(run, step)
        task = run.state.task
        if task is None:
            break
        if task.claimed_by:
            holder = task.claimed_by
            await ask_back(run, step, f"the rotation turns back: {holder} gives the task back")
        elif not swapping or not silent or run.host.now() >= began + RESTART:
            break
        await run.wait(
            until=next_look(run, step),
            summary="give the task back" if task.claimed_by else "wait for a server that is silent",
            ready=lambda: bool(run.task_messages),
        )
    run.drop_attention(GIVE_BACK)
    if run.state.task is not None:
        await close(run, step, TaskState.WITHDRAWN, "the service", "the rotation turns back")
    replaced = swapping and bool(done)
    if replaced and run.state.cancelling is not None:
        run.refuse_cancel(f"the certificate was replaced meanwhile ({step.title})")
    run.state.withdrawing = False
    return replaced


async def ask_back(run: Running, step: Console | Write, text: str) -> None:
    """Show, and store once, that the holder of a task must give it back."""
    asked = run.is_raised(GIVE_BACK)
    run.raise_attention(GIVE_BACK, step.title, text, ())
    if not asked:
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}")
        if swaps(step):
            await note_proof(run)
