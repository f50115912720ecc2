"""SEPM does not answer while a replacement is claimed: the proof of the claim does not count meanwhile (rule 19)."""

from rotation.plan.step import Console, Write
from workflows.claims.claim import swaps, unread
from workflows.hosts.procedure_change import ProcedureChange
from workflows.running import Running

_SILENT = (
    "SEPM does not answer, and nothing shows what is changed meanwhile: begin nothing before the task says that its "
    "proof holds, or give the task back"
)


async def tell(run: Running, step: Console | Write) -> None:
    """Have the holder begin nothing, as soon as the watch has told of it: a look or a reading may wait for days."""
    task = run.state.task
    if task is None or not (task.unseen and task.claimed_by) or task.lapsed_at is not None or not swaps(step):
        return
    if run.host.goes_by(ProcedureChange.UNSEEN_STOPS_CLAIMS):
        await unread(run, step, _SILENT)
