"""Console tasks: opened, claimed, done by a person, closed by what is seen or by a person's attestation."""

from contextlib import suppress
from datetime import datetime
from functools import partial

from engine.contract import ActivityName, EventKind, OpenTaskAnswer, OpenTaskRequest
from rotation.plan.step import Console, Write
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.stop_drill import StartServer
from rotation.plan.work.task import CompareSignedFiles, DeleteList, Evidence, RefreshImages, TaskState
from rotation.running.attention import DUE_SILENT, GIVE_BACK, LAPSED, TASK_WRONG
from rotation.running.message import Move
from rotation.running.open_task import OpenTask
from rotation.running.state import Fixing, Phase
from workflows.claims import held_claim, unseen_site
from workflows.claims.claim import is_due as is_proof_due
from workflows.claims.claim import keep_proof, swaps
from workflows.claims.refused_claim import ASKED, is_over, read_on, was_answered
from workflows.hosts.procedure_change import ProcedureChange
from workflows.people import second_person
from workflows.requests import about
from workflows.running import Running, TurnBack
from workflows.steps import client_look, drift_step
from workflows.steps.drift_step import look, look_due, plan_looks
from workflows.steps.task_look import evidence_of, is_due, is_of_store, next_look, observe, wakes
from workflows.steps.task_reports import close, hear, settle
from workflows.steps.withdrawal import ask_back, withdraw
from workflows.waits import due_server, late_lists, leaving_out, unreported
from workflows.waits.looked_before import looks_before, relaxes, stands_against
from workflows.waits.old_certificates import SWAPPED, SWAPPED_IN_RESTORE

_LONGEST_REASON = 500
_OF_A_TASK = (
    TASK_WRONG,
    LAPSED,
    GIVE_BACK,
    ASKED,
    SWAPPED,
    SWAPPED_IN_RESTORE,
    DUE_SILENT,
    client_look.ASKED,
)
"""What is shown of a task goes with it."""


async def console_task(run: Running, step: Console | Write, *, by_hand: bool = False, because: str = "") -> bool:
    """Have a person do what no SEPM API can do.

    1. open the task (or find it open after a restart)
    2. wait for a message or the next look at the world
    3. a claim of a replacement: survey again, read every gate that must hold; if one does not, the claim is refused
    4. observed work closes when it is seen; attested work when its holder says so
    5. refused: a person decides whether to open it again; of what is left of a write its step looks again first
    6. settings are written by hand only while the site is as the rotation left it: a look at each claim, and when the
       watch has seen something; a task that no person holds is withdrawn until it is so again
    7. a cancel withdraws the task, whatever its work is; who holds it must give it back, or finish it (rule 16)
    8. on a way back two persons leave out a server that is down for good: the task is withdrawn

    Args:
        run: the rotation.
        step: whose work it is.
        by_hand: whether it is what REST left of a write.
        because: why work that was reported done is asked for again.

    Returns whether it was done; only a task by hand ends without, one to start a server that stays down, one to delete
    a list that stays, and one of a server that is left out.

    Raises:
        TurnBack: when a cancel came and the task has not been done.
    """
    request = OpenTaskRequest(
        ref=about(run.state, step), by_hand=by_hand, opened_at=run.host.now(), because=because[:_LONGEST_REASON]
    )
    deletes = isinstance(step, Console) and isinstance(step.work, DeleteList)
    while (ended := await _attempt(run, step, request)) is TaskState.REFUSED:
        run.drop_attention(LAPSED)
        is_over(run)
        if leaving_out.is_agreed(run):  # given back as it was asked for
            continue
        chosen = await run.ask("task-refused", step.title, *_given_back(step))
        if chosen is Move.APPROVE and deletes:
            text = "an approver leaves the list where it is"
            await run.record(EventKind.ADOPTED, f"{step.title}: {text}", code="list-in-use", subject=step.title)
        if by_hand or chosen is Move.APPROVE:
            break
    for code in _OF_A_TASK:
        run.drop_attention(code)
    run.state.task = None
    second_person.over(run)
    unreported.task_is_over(run, step)
    return ended is TaskState.DONE


def _given_back(step: Console | Write) -> tuple[str, tuple[Move, ...]]:
    """What a person is asked about a task that its holder gave back, and the answers."""
    text = "the task was given back (the trail has the name and the reason); retry opens it again"
    work = step.work if isinstance(step, Console) else None
    if isinstance(work, StartServer):  # a server that was stopped may not come up any more
        return f"{text}; approve to go on while it is down", (Move.RETRY, Move.APPROVE)
    if isinstance(work, DeleteList):  # the console deletes no list that a group uses
        return f"{text}; approve to leave the list where it is", (Move.RETRY, Move.APPROVE)
    return text, (Move.RETRY, Move.CANCEL)


async def _attempt(run: Running, step: Console | Write, request: OpenTaskRequest) -> TaskState:
    """One life of a task: how it ended."""
    if run.state.task is None and not await _open(run, step, request):
        return TaskState.DONE
    if not run.state.withdrawing:
        run.beside = partial(unseen_site.tell, run, step)
        with suppress(TurnBack):
            return await _watch(run, step)
    if await withdraw(run, step):
        return TaskState.DONE
    raise TurnBack


async def _open(run: Running, step: Console | Write, asked: OpenTaskRequest) -> bool:
    """Open the task of a step; False where there is nothing to do."""
    await _published(run, step)
    update = {"opened_at": run.host.now(), "turning_back": run.state.phase is Phase.TURNING_BACK}
    request = asked.model_copy(update=update)
    summary, of_store = f"open task: {step.title}", is_of_store(step) or swaps(step)
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
    published = state.fixing
    if published is None or published.gate:
        published = Fixing(since=now, look_at=now + 2 * state.outline.publish_delay)
    state.fixing = published
    await run.wait(until=published.look_at, summary="wait until servers have published what images must hold")
    state.fixing = None


async def _watch(run: Running, step: Console | Write) -> TaskState:
    """Wait until the task is done, refused, or withdrawn until the site is as it was left.

    Attested work shows nothing: it is not looked for.
    """
    observed = evidence_of(step) is Evidence.OBSERVED
    while not leaving_out.is_left_out(run, step):
        if held_claim.is_held(run, step):
            await held_claim.wait_for_resume(run, step)
        await unseen_site.tell(run, step)
        looks = observed and is_due(run)
        if looks:
            seen = await observe(run, step)
            if seen.done:
                await close(run, step, TaskState.DONE, "the service", seen.seen)
                return TaskState.DONE
            await due_server.tell(run, step, seen)
        done = await hear(run, step)
        if done is not None:
            waits = not done and _is_otherwise(run, step)  # given back as it was asked for: nothing is to be decided
            return TaskState.WITHDRAWN if waits else TaskState.DONE if done else TaskState.REFUSED
        if looks:
            run.state.task = run.open_task.model_copy(update={"look_at": next_look(run, step)})
        await _look_at_site(run, step)
        if _is_otherwise(run, step) and not run.open_task.claimed_by:
            asks = run.state.asks_first
            why = "lists are asked about first" if asks else "the site is not as the rotation left it"
            await close(run, step, TaskState.WITHDRAWN, "the service", why)
            return TaskState.WITHDRAWN
        await _ask_back(run, step)
        await keep_proof(run, step)
        await read_on(run, step)
        if by := await client_look.go_on(run, step):
            note = "the clients of every other build are left out"
            await settle(run, step, by, note, attestation=client_look.evidence(run, {}))
            return TaskState.DONE
        if await leaving_out.leave_out(run, step, observe):
            continue
        await run.wait(
            until=wakes(run.open_task) if observed else _wakes(run, step),
            summary=f"task: {step.title}",
            ready=lambda: bool(run.task_messages) or _has_moved(run) or _was_answered(run, step),
            ends_held=lambda: held_claim.is_held(run, step),
        )
    await close(run, step, TaskState.WITHDRAWN, "the service", "the server is left out")
    return TaskState.WITHDRAWN


async def _ask_back(run: Running, step: Console | Write) -> None:
    """Ask for a task that must not be done now; only the gate has a limit, and asks about clients that stay away."""
    holder = run.open_task.claimed_by
    if _is_otherwise(run, step):
        text = f"the site is not as the rotation left it: {holder} gives the task back"
        if run.state.asks_first:
            text = f"lists are asked about first: {holder} gives the task back"
        await ask_back(run, step, text)
    elif holder and leaving_out.is_agreed(run):
        await ask_back(run, step, f"the server is left out: {holder} gives the task back")
    else:
        run.drop_attention(GIVE_BACK)


def _has_moved(run: Running) -> bool:
    return run.open_task.read_again or run.state.site_moved is not None


def _was_answered(run: Running, step: Console | Write) -> bool:
    """Whether a person has answered what was asked while a certificate may be replaced."""
    cuts_off = swaps(step) or looks_before(run, step) or _keeps_relaxed(run, step)
    answered = was_answered(run) or client_look.was_answered(run) or leaving_out.was_answered(run)
    return answered or (cuts_off and drift_step.was_answered(run))


def _is_otherwise(run: Running, step: Console | Write) -> bool:
    """Whether settings must not be written by hand now: the site is otherwise, or a gate is to be proven again.

    So it is in a cancel and in a restore, where a person is asked about lists first.
    """
    if run.state.asks_first and isinstance(step, Write):
        return True
    if stands_against(run):
        return looks_before(run, step)
    return bool(unreported.to_prove_again(run)) and unreported.makes_verify(run, step)


def _keeps_relaxed(run: Running, step: Console | Write) -> bool:
    """Whether clients are relaxed for as long as the work takes, and the site is looked at meanwhile."""
    if relaxes(run, step):
        return True
    waits = isinstance(step, Console) and isinstance(step.work, LookAtClients | CompareSignedFiles | RefreshImages)
    return waits and not run.state.puts_back and run.host.goes_by(ProcedureChange.LOOKS_DURING_WORK)


def _wakes(run: Running, step: Console | Write) -> datetime | None:
    """When an open task that only people report goes on by itself."""
    at = client_look.wakes_at(run)
    if not _keeps_relaxed(run, step) or run.state.look_at is None:
        return at
    return min(at or run.state.look_at, run.state.look_at)


async def _look_at_site(run: Running, step: Console | Write) -> None:
    """While a certificate may be replaced: what is found then has all proof read again at once.

    While settings are put back by hand, when the proof of the claim is due, and while they are written by hand, when a
    person has answered. While other work is open, when the watch has seen something; not in a recovery, which may go
    on while SEPM does not answer. Where relaxed clients wait for work that may take days, at the times of looks too.
    """
    if not swaps(step):
        due = run.open_task.read_again or run.state.site_moved is not None
        if _keeps_relaxed(run, step):
            plan_looks(run)
            due = due or look_due(run)
        if unreported.makes_verify(run, step):
            due = due or is_proof_due(run)
        if looks_before(run, step):
            due = due or drift_step.was_answered(run)
        if due and run.state.outline.purpose != "recover":
            await look(run, step)
        return
    plan_looks(run)
    if look_due(run) and (await look(run, step) or late_lists.lists_late(run) is not None):
        run.state.task = run.open_task.model_copy(update={"proven_at": run.state.started_at})
