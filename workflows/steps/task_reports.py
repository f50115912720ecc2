"""What people report of a console task: claimed, begun, done, refused; and the end of the task."""

from engine.contract import ActivityName, Counted, EventKind, MoveTaskRequest
from rotation.finding import blocking
from rotation.plan.outage import GivesBack
from rotation.plan.step import Console, Step, Write
from rotation.plan.work.attestation import untrue
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.task import Evidence, TaskState
from rotation.running.message import Message, Move
from rotation.running.moves import refusal
from workflows.claims.begin import begin
from workflows.claims.claim import claim
from workflows.running import Running
from workflows.steps import client_look
from workflows.steps.drift_step import look
from workflows.steps.task_look import evidence_of, observe
from workflows.waits.looked_before import looks_before

_SAYS = {TaskState.DONE: Move.TASK_DONE, TaskState.REFUSED: Move.TASK_REFUSED}
"""What a message says that agrees with how its task was closed."""


async def hear(run: Running, step: Console | Write) -> bool | None:
    """Obey the messages about the task. True: done; False: refused; None: it goes on."""
    while run.task_messages:
        message = run.task_messages[0]
        # asked again: another message may have changed who holds it
        finding = refusal(message, run.state)
        if finding is not None:
            run.reply(message, finding)
            continue
        run.taken_up = message
        match message.move:
            case Move.CLAIM_TASK:
                if looks_before(run, step):
                    await look(run, step)
                await claim(run, step, message)
            case Move.BEGIN_TASK if isinstance(step, Console):
                await begin(run, step, message)
            case Move.TASK_REFUSED:
                await close(run, step, TaskState.REFUSED, message.who, message.why, http_request=message.http_request)
                return False
            case _:
                if await _reported_done(run, step, message):
                    return True
    return None


async def _reported_done(run: Running, step: Console | Write, message: Message) -> bool:
    """Attested work ends with its holder's report, unless what is seen speaks against it; observed work when seen."""
    seen = await observe(run, step, report=message)
    await client_look.hear(run, step, seen)
    attestation = client_look.evidence(run, message.attestation)
    if seen.contradicts is not None:
        run.reply(message, seen.contradicts)
        return False
    if evidence_of(step) is Evidence.ATTESTED:
        work, withdrawing = step.work if isinstance(step, Console) else None, run.state.withdrawing
        if finding := untrue(work, attestation, withdrawing=withdrawing):
            run.reply(message, finding)
            return False
        await settle(run, step, message.who, message.why, attestation=attestation, http_request=message.http_request)
        return True
    if seen.done:
        await close(
            run,
            step,
            TaskState.DONE,
            message.who,
            seen.seen,
            attestation=attestation,
            http_request=message.http_request,
        )
        return True
    run.reply(
        message,
        blocking(
            "not-seen-yet",
            step.title,
            seen.seen or "the service does not see it yet",
            seen.wrong.remedy
            if seen.wrong is not None
            else "the service looks again; when it sees it, the task closes by itself",
        ),
    )
    return False


async def settle(
    run: Running,
    step: Console | Write,
    who: str,
    note: str,
    *,
    attestation: dict[str, str] | None = None,
    http_request: str = "",
) -> None:
    """Attested work is done; behind a look at clients a wait begins."""
    client_look.begin_wait(run, step)
    await close(run, step, TaskState.DONE, who, note, attestation=attestation, http_request=http_request)


async def close(
    run: Running,
    step: Step,
    to: TaskState,
    who: str,
    note: str,
    *,
    attestation: dict[str, str] | None = None,
    http_request: str = "",
) -> None:
    """Close the task and answer the messages about it: a message about one task may not count for the next.

    `http_request`: of the message by which it ends, where one does.
    """
    request = MoveTaskRequest(
        task_id=run.open_task.id, to=to, who=who, note=note, attestation=attestation or {}, at=run.host.now()
    )
    summary = f"task {to.value}: {step.title}"
    await run.call(ActivityName.MOVE_TASK, request, Counted, summary=summary, of_store=True)
    task_id, run.state.task = run.open_task.id, None
    for message in tuple(run.task_messages):
        if message.task_id == task_id and message.move is _SAYS.get(to):
            run.reply(message)
        else:
            run.reply(message, blocking("task-closed", task_id, f"the task {to.words}; {who} has reported it"))
    closed = f"{step.title}: {to.value} by {who}{f' ({note})' if note else ''}"
    if isinstance(step, Console) and isinstance(step.work, GivesBack | LookAtClients):  # a wait follows
        await run.record(EventKind.TASK_CLOSED, closed, http_request=http_request)
    else:
        run.note(EventKind.TASK_CLOSED, closed, http_request=http_request)
