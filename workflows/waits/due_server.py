"""A server that stays silent while its certificate is to be replaced: a person is warned (rule 20)."""

from datetime import datetime, timedelta

from engine.contract import EventKind, ObserveTaskAnswer
from rotation.plan.step import Console, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import DUE_SILENT
from rotation.running.message import Move
from rotation.running.open_task import OpenTask
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import second_person
from workflows.running import Running
from workflows.waits.old_certificates import RESTART

_LEAST = timedelta(minutes=15)


async def tell(run: Running, step: Console | Write, seen: ObserveTaskAnswer) -> None:
    """Tell of the server whose certificate is to be replaced when it has been silent for too long.

    It is silent while it restarts, so a heartbeat and a restart pass first, a quarter of an hour at least. A server
    that is down for good is never seen to present its new certificate: the text names the ways out. On a way back two
    persons may leave it out (rule 15); where it answers again, their wish is over.
    """
    work, task = step.work if isinstance(step, Console) else None, run.open_task
    if not isinstance(work, ReplaceCertificate):
        return
    if seen.fingerprint is not None:
        run.state.task = task.model_copy(update={"silent_since": None})
        run.drop_attention(DUE_SILENT)
        if _wished(run):
            second_person.over(run)
        return
    since = task.silent_since or run.host.now()
    run.state.task = task.model_copy(update={"silent_since": since})
    if run.host.now() < since + patience(run) or _is_known(run):
        return
    text = f"{work.server} has not answered since {since:%Y-%m-%d %H:%M} UTC ({seen.seen or 'no answer'})"
    options = (Move.PROCEED,) if work.puts_back and run.host.goes_by(ProcedureChange.LEAVE_OUT_SILENT) else ()
    run.raise_attention(DUE_SILENT, work.server, f"{text}; {_helps(run, work, leaves_out=bool(options))}", options)
    await run.record(EventKind.ATTENTION, text, code=DUE_SILENT, subject=work.server)


def tells_at(run: Running, task: OpenTask) -> datetime | None:
    """When a person is warned of a server that is silent now; None where it answers, or a person was warned."""
    if task.silent_since is None or _is_known(run):
        return None
    return task.silent_since + patience(run)


def _wished(run: Running) -> bool:
    return second_person.wish(run, (DUE_SILENT,)) is not None


def _is_known(run: Running) -> bool:
    return run.is_raised(DUE_SILENT) or _wished(run)


def patience(run: Running) -> timedelta:
    """How long a server may be silent before a person is warned: it may restart."""
    heartbeat = min((owner.slowest_heartbeat for owner in run.state.outline.scopes), default=_LEAST)
    return max(heartbeat + RESTART, _LEAST)


def _helps(run: Running, work: ReplaceCertificate, *, leaves_out: bool) -> str:
    """What helps, also where the server is down for good."""
    if leaves_out:
        return (
            "bring it up. Where it is down for good, proceed to leave it out, if a second person approves: "
            f"{work.server} keeps its new certificate, and each client that reaches no other server is cut off while "
            "it is down"
        )
    if work.puts_back:
        return "bring it up"
    if run.state.swapped:
        return "bring it up, or roll back: the holder of the task then gives it back"
    return "bring it up, or cancel: the holder of the task then gives it back"
