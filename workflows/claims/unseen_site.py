"""SEPM does not answer while a replacement is claimed: the proof of the claim does not count meanwhile (rule 19)."""

from rotation.plan.step import Console, Write
from rotation.plan.work.task import ReplaceCertificate
from workflows.claims.claim import unread
from workflows.hosts.procedure_change import ProcedureChange
from workflows.running import Running

_SILENT = (
    "SEPM does not answer, and nothing shows what is changed meanwhile: begin nothing before the task says that its "
    "proof holds, or give the task back"
)


async def tell(run: Running, step: Console | Write) -> None:
    """Have the holder begin nothing, as soon as the watch has seen it: a look or a reading may wait for days."""
    task = run.state.task
    if task is None or not (task.unseen and task.claimed_by) or task.lapsed_at is not None or not _puts_in(step):
        return
    if run.host.goes_by(ProcedureChange.UNSEEN_STOPS_CLAIMS):
        await unread(run, step, _SILENT)


def _puts_in(step: Console | Write) -> bool:
    """Whether a new certificate is put in; an old one may go back whatever is not seen: it cuts off fewer."""
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) and not step.work.puts_back
