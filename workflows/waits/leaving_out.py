"""A server that is down for good when its old certificate is to go back: two persons leave it out (rule 15)."""

from collections.abc import Awaitable, Callable

from engine.contract import EventKind, ObserveTaskAnswer
from rotation.plan.plan import left_in
from rotation.plan.step import Console, Write
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import DUE_SILENT, SECOND
from rotation.running.message import Move
from rotation.running.state import Proceed
from rotation.values import ServerName
from workflows.people import second_person
from workflows.plan_loading import adopt_other_way_back
from workflows.running import Running
from workflows.waits import due_server


def is_left_out(run: Running, step: Console | Write) -> bool:
    """Whether the server of a task keeps its new certificate."""
    server = _server(step)
    return server is not None and server in left_in(run.state.outline)


def is_agreed(run: Running) -> bool:
    """Whether two persons want to leave out the server whose turn it is."""
    wished = _wish(run)
    return wished is not None and bool(wished.approved_by)


def was_answered(run: Running) -> bool:
    """Whether something follows now from what persons want: a second one is asked, or the server is left out."""
    wished = _wish(run)
    if wished is None or run.state.task is None:
        return False
    return not run.open_task.claimed_by if wished.approved_by else not run.is_raised(SECOND)


async def leave_out(
    run: Running, step: Console | Write, look: Callable[[Running, Console | Write], Awaitable[ObserveTaskAnswer]]
) -> bool:
    """Whether the way back goes on without the server whose turn it is, as two persons want.

    1. one person proceeds, and a second one is asked; meanwhile the server is looked at as before
    2. who holds the task gives it back first
    3. a last look: where the server answers, nothing follows
    4. the rest of the way is planned without it
    """
    wished, server = _wish(run), _server(step)
    if wished is None or server is None:
        return False
    if not wished.approved_by:
        await _ask_second(run, step, wished, server)
        return False
    if run.open_task.claimed_by:
        return False
    seen = await look(run, step)
    if seen.fingerprint is not None:
        await due_server.tell(run, step, seen)
        run.state.task = run.open_task.model_copy(update={"look_at": None})
        return False
    await adopt_other_way_back(run, step, summary=f"plan the way back without {server}", leaves_out=server)
    why = (
        f"{server} has its new certificate when it comes back; {wished.asked_by} and {wished.approved_by} leave it "
        f"out: {wished.why}"
    )
    await run.record(EventKind.ADOPTED, why, code=DUE_SILENT, subject=server)
    return True


async def name_left_out(run: Running) -> None:
    """Name at the end each server that has its new certificate still."""
    if run.state.outline.purpose != "roll-back":
        return
    for server in left_in(run.state.outline):
        text = (
            f"{server} has its new certificate when it comes back: put its old certificate back before clients use it"
        )
        await run.record(EventKind.ADOPTED, text, code=DUE_SILENT, subject=server)


def _wish(run: Running) -> Proceed | None:
    return second_person.wish(run, (DUE_SILENT,))


def _server(step: Console | Write) -> ServerName | None:
    return step.work.server if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) else None


async def _ask_second(run: Running, step: Console | Write, wished: Proceed, server: ServerName) -> None:
    if run.is_raised(SECOND):
        return
    text = (
        f"{wished.asked_by} wants to go on without {server}, which keeps its new certificate: each client that reaches "
        f"no other server is cut off while it is down: {wished.why}"
    )
    run.raise_attention(SECOND, step.title, text, (Move.APPROVE, Move.RETRY))
    await run.record(EventKind.ATTENTION, f"{step.title}: {text}")
