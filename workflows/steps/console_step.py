"""Console tasks: opened, claimed, done by a person, closed by the world or by a person's attested word."""

from contextlib import suppress
from datetime import datetime, timedelta

from engine.contract import (
    ActivityName,
    Counted,
    EventKind,
    MoveTaskRequest,
    ObserveTaskAnswer,
    ObserveTaskRequest,
    OpenTaskAnswer,
    OpenTaskRequest,
)
from rotation.finding import blocking
from rotation.plan.outage import GivesBack
from rotation.plan.step import Console, Step, Write
from rotation.plan.work.attestation import untrue
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.stop_drill import StartServer
from rotation.plan.work.task import (
    CompareSignedFiles,
    Evidence,
    RefreshImages,
    SaveRecoveryFile,
    StartHandOuts,
    StopHandOuts,
    TaskState,
    evidence_for,
)
from rotation.running.message import Message, Move
from rotation.running.moves import refusal
from rotation.running.open_task import OpenTask
from rotation.running.state import Fixing, Phase
from workflows.claims.begin import begin
from workflows.claims.claim import LAPSED, claim, keep_proof, note_proof, swaps
from workflows.claims.refused_claim import ASKED, is_over, read_on, was_answered
from workflows.people import second_person
from workflows.requests import about
from workflows.running import Running, TurnBack
from workflows.steps import client_look, drift_step
from workflows.steps.drift_step import look, look_due, plan_looks
from workflows.waits import due_server, outage, unreported
from workflows.waits.old_certificates import RESTART, SWAPPED
from workflows.waits.third_certificate import alarm

_WRONG, _GIVE_BACK = "task-wrong", "give-back"
_LONGEST_REASON = 500
_FASTEST, _FIRST, _SLOWEST = timedelta(seconds=1), timedelta(minutes=2), timedelta(hours=4)
_OF_HEARTBEAT = 20
_SLOWEST_CLAIMED = timedelta(minutes=15)
"""While a certificate may be replaced at any moment."""
_SAYS = {TaskState.DONE: Move.TASK_DONE, TaskState.REFUSED: Move.TASK_REFUSED}
"""What a message says that agrees with how its task was closed."""


async def console_task(run: Running, step: Console | Write, *, by_hand: bool = False, because: str = "") -> bool:
    """Have a person do what no SEPM API can do.

    1. open the task (or find it open after a restart)
    2. wait for a message or the next look at the world
    3. a claim of a replacement: survey again, read every gate that must hold; if one does not, the claim is refused
    4. observed work closes when it is seen; attested work when its holder says so
    5. refused: a person decides whether to open it again; of what is left of a write its step looks again first
    6. a cancel withdraws the task, whatever its work is; who holds it must give it back, or finish it (rule 16)

    Args:
        run: the rotation.
        step: whose work it is.
        by_hand: whether it is what REST left of a write.
        because: why work that was reported done is asked for again.

    Returns whether it was done; only a task by hand ends without, and one to start a server that stays down.

    Raises:
        TurnBack: when a cancel came and the task has not been done.
    """
    request = OpenTaskRequest(
        ref=about(run.state, step), by_hand=by_hand, opened_at=run.host.now(), because=because[:_LONGEST_REASON]
    )
    starts = isinstance(step, Console) and isinstance(step.work, StartServer)
    while not (done := await _attempt(run, step, request)):
        run.drop_attention(LAPSED)
        is_over(run)
        text, otherwise = "whoever had the task refused it; retry opens it again", Move.CANCEL
        if starts:  # a server that was stopped may not come up any more
            text, otherwise = f"{text}; approve to go on while it is down", Move.APPROVE
        chosen = await run.ask("task-refused", step.title, text, (Move.RETRY, otherwise))
        if by_hand or (starts and chosen is Move.APPROVE):
            break
    for code in (_WRONG, LAPSED, ASKED, SWAPPED, due_server.SILENT, client_look.ASKED):
        run.drop_attention(code)
    run.state.task = None
    second_person.over(run)
    unreported.task_is_over(run, step)
    return done


async def _attempt(run: Running, step: Console | Write, request: OpenTaskRequest) -> bool:
    """One life of a task: whether it was done."""
    if run.state.task is None and not await _open(run, step, request):
        return True
    if not run.state.withdrawing:
        with suppress(TurnBack):
            return await _watch(run, step)
    if await _withdraw(run, step):
        return True
    raise TurnBack


async def _open(run: Running, step: Console | Write, asked: OpenTaskRequest) -> bool:
    """Open the task of a step; False where there is nothing to do."""
    await _published(run, step)
    update = {"opened_at": run.host.now(), "turning_back": run.state.phase is Phase.TURNING_BACK}
    request = asked.model_copy(update=update)
    summary, of_store = f"open task: {step.title}", _is_of_store(step) or swaps(step)
    opened = await run.call(ActivityName.OPEN_TASK, request, OpenTaskAnswer, summary=summary, of_store=of_store)
    if opened.needless:
        run.note(EventKind.TASK_CLOSED, f"{step.title}: {opened.needless}")
        return False
    now = run.host.now()
    look = client_look.begun(run, opened)
    run.state.task = OpenTask(id=opened.task_id, step=step.id, opened_at=now, look=look)
    await run.record(EventKind.TASK_OPENED, step.title)
    return True


async def _published(run: Running, step: Console | Write) -> None:
    """Wait until servers have published what was written last, before images are refreshed: they keep what they fetch.

    A server may take twice as long as the site allows for publishing.
    """
    images, state = isinstance(step, Console) and isinstance(step.work, RefreshImages), run.state
    if not images:
        return
    now = run.host.now()
    published = state.fixing or Fixing(since=now, look_at=now + 2 * state.outline.publish_delay)
    state.fixing = published
    await run.wait(until=published.look_at, summary="wait until servers have published what images must hold")
    state.fixing = None


async def _watch(run: Running, step: Console | Write) -> bool:
    """Wait until the task is done (True) or refused (False). Attested work shows nothing: it is not looked for."""
    observed = _evidence(step) is Evidence.OBSERVED
    while True:
        looks = observed and _is_due(run)
        if looks:
            seen = await _look(run, step)
            if seen.done:
                await _close(run, step, TaskState.DONE, "the service", seen.seen)
                return True
            await due_server.tell(run, step, seen)
        ended = await _hear(run, step)
        if ended is not None:
            return ended
        if looks:
            run.state.task = run.open_task.model_copy(update={"look_at": _next_look(run, step)})
        await _look_at_site(run, step)
        await keep_proof(run, step)
        await read_on(run, step)
        if by := await client_look.go_on(run, step):
            await _settle(run, step, by, "the clients of every other build are left out")
            return True
        await run.wait(
            until=_wakes(run.open_task) if observed else client_look.asks_at(run),
            summary=f"task: {step.title}",
            ready=lambda: bool(run.task_messages) or run.open_task.read_again or _was_answered(run, step),
        )


def _was_answered(run: Running, step: Console | Write) -> bool:
    """Whether a person has answered what was asked while a certificate may be replaced."""
    return was_answered(run) or client_look.was_answered(run) or (swaps(step) and drift_step.was_answered(run))


def _evidence(step: Console | Write) -> Evidence:
    """What closes the task of `step`; a setting that was written by hand is read."""
    return evidence_for(step.work) if isinstance(step, Console) else Evidence.OBSERVED


async def _look_at_site(run: Running, step: Console | Write) -> None:
    """While a certificate may be replaced: what is found then has all proof read again at once.

    While work is open of which nothing can be seen, when the watch has seen something; not in a recovery, which may go
    on while SEPM does not answer.
    """
    if not swaps(step):
        if run.open_task.read_again and run.state.outline.purpose != "recover":
            await look(run, step)
        return
    plan_looks(run)
    if look_due(run) and await look(run, step):
        run.state.task = run.open_task.model_copy(update={"proven_at": run.state.started_at})


def _next_look(run: Running, step: Console | Write) -> datetime:
    """After twice as long as it has waited so far: soon at first, seldom over days.

    At first by the heartbeat: no client takes anything up sooner. A report that a task is done has it looked at.
    """
    now, task = run.host.now(), run.open_task
    since = task.claimed_at or task.opened_at
    heartbeat = min((owner.slowest_heartbeat for owner in run.state.outline.scopes), default=_SLOWEST)
    first = max(_FASTEST, min(_FIRST, heartbeat / _OF_HEARTBEAT))
    slowest = _SLOWEST_CLAIMED if task.claimed_by and swaps(step) else _SLOWEST
    at = now + min(max(first, 2 * (now - since)), slowest)
    shown = due_server.tells_at(run, task)
    return at if shown is None else max(now + _FASTEST, min(at, shown))


def _is_due(run: Running) -> bool:
    """Whether to look if the task is done: at its time, and when a message asks for it."""
    task = run.open_task
    asked = bool(run.task_messages) or task.read_again
    return asked or task.look_at is None or run.host.now() >= task.look_at


def _wakes(task: OpenTask) -> datetime | None:
    """When to look next: whether it is done, or whether the proof of a claim that was refused has come back."""
    moments = (task.look_at, task.refused.read_at if task.refused is not None else None)
    return min((at for at in moments if at is not None), default=None)


def _is_of_store(step: Console | Write) -> bool:
    """Whether SEPM shows nothing of the work of `step`, and the store alone is asked about it."""
    work = step.work if isinstance(step, Console) else None
    return isinstance(work, SaveRecoveryFile | CompareSignedFiles | StopHandOuts | StartHandOuts)


async def _look(run: Running, step: Console | Write, *, report: Message | None = None) -> ObserveTaskAnswer:
    """Observed truth. Something else than what was asked shows as attention until it is gone."""
    request = ObserveTaskRequest(
        ref=about(run.state, step),
        task_id=run.open_task.id,
        withdrawing=run.state.withdrawing,
        evidence=report.attestation if report is not None else None,
        who=report.who if report is not None else "",
        settled=client_look.settled(run),
    )
    summary, of_store = f"look: {step.title}", _is_of_store(step)
    seen = await run.call(ActivityName.OBSERVE_TASK, request, ObserveTaskAnswer, summary=summary, of_store=of_store)
    outage.seen(run, seen)
    alarm(run, *((seen.wrong,) if seen.wrong else ()))
    if seen.wrong is None:
        run.drop_attention(_WRONG)
    elif not any(attention.message == seen.wrong.message for attention in run.state.attention):
        run.raise_attention(_WRONG, seen.wrong.subject, f"{seen.wrong.message}. {seen.wrong.remedy}", ())
        await run.record(EventKind.ATTENTION, seen.wrong.message)
    return seen


async def _hear(run: Running, step: Console | Write) -> bool | None:
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
                await claim(run, step, message)
            case Move.BEGIN_TASK if isinstance(step, Console):
                await begin(run, step, message)
            case Move.TASK_REFUSED:
                await _close(run, step, TaskState.REFUSED, message.who, message.why)
                return False
            case _:
                if await _reported_done(run, step, message):
                    return True
    return None


async def _reported_done(run: Running, step: Console | Write, message: Message) -> bool:
    """Attested work ends with its holder's report, unless what is seen speaks against it; observed work when seen."""
    seen = await _look(run, step, report=message)
    await client_look.hear(run, step, seen)
    if seen.contradicts is not None:
        run.reply(message, seen.contradicts)
        return False
    if _evidence(step) is Evidence.ATTESTED:
        work, withdrawing = step.work if isinstance(step, Console) else None, run.state.withdrawing
        if finding := untrue(work, message.attestation, withdrawing=withdrawing):
            run.reply(message, finding)
            return False
        await _settle(run, step, message.who, message.why, attestation=message.attestation)
        return True
    if seen.done:
        await _close(run, step, TaskState.DONE, message.who, seen.seen, attestation=message.attestation)
        return True
    run.reply(
        message,
        blocking(
            "not-seen-yet",
            step.title,
            seen.seen or "nothing of it can be seen yet",
            "it is looked at again; when it is seen, the task closes by itself",
        ),
    )
    return False


async def _settle(
    run: Running, step: Console | Write, who: str, note: str, *, attestation: dict[str, str] | None = None
) -> None:
    """Attested work is done; behind a look at clients a wait begins."""
    client_look.begin_wait(run, step)
    await _close(run, step, TaskState.DONE, who, note, attestation=attestation)


async def _ask_back(run: Running, step: Console | Write, holder: str) -> None:
    """Show, and store once, that the holder of a task must give it back."""
    text, asked = f"it is not wanted now: {holder} must give the task back", run.is_raised(_GIVE_BACK)
    run.raise_attention(_GIVE_BACK, step.title, text, ())
    if not asked:
        await run.record(EventKind.ATTENTION, f"{step.title}: {text}")
        if swaps(step):
            await note_proof(run)


async def _withdraw(run: Running, step: Console | Write) -> bool:
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
        if swapping or (run.open_task.claimed_by and _evidence(step) is Evidence.OBSERVED):
            seen = await _look(run, step)
            silent = seen.fingerprint is None
            if seen.done:
                await _close(run, step, TaskState.DONE, run.open_task.claimed_by or "the service", seen.seen)
                done = True
        if run.state.task is not None:
            done = await _hear(run, step)
        task = run.state.task
        if task is None:
            break
        if task.claimed_by:
            await _ask_back(run, step, task.claimed_by)
        elif not swapping or not silent or run.host.now() >= began + RESTART:
            break
        await run.wait(
            until=_next_look(run, step),
            summary="give the task back" if task.claimed_by else "wait for a server that is silent",
            ready=lambda: bool(run.task_messages),
        )
    run.drop_attention(_GIVE_BACK)
    if run.state.task is not None:
        await _close(run, step, TaskState.WITHDRAWN, "the service", "it turns back")
    replaced = swapping and bool(done)
    if replaced and run.state.cancelling is not None:
        run.refuse_cancel(f"the certificate was replaced meanwhile ({step.title})")
    run.state.withdrawing = False
    return replaced


async def _close(
    run: Running, step: Step, to: TaskState, who: str, note: str, *, attestation: dict[str, str] | None = None
) -> None:
    """Close the task and answer the messages about it: a message about one task may not count for the next."""
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
            run.reply(message, blocking("task-closed", task_id, f"the task is {to.value} now, by {who}"))
    closed = f"{step.title}: {to.value} by {who}{f' ({note})' if note else ''}"
    if isinstance(step, Console) and isinstance(step.work, GivesBack | LookAtClients):  # a wait follows
        await run.record(EventKind.TASK_CLOSED, closed)
    else:
        run.note(EventKind.TASK_CLOSED, closed)
