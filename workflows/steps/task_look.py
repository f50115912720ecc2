"""Looks at the work of a console task: what closes it, what is seen of it, and when the next look is due."""

from datetime import datetime, timedelta

from engine.contract import ActivityName, EventKind, ObserveTaskAnswer, ObserveTaskRequest
from rotation.plan.step import Console, Write
from rotation.plan.work.task import (
    CompareSignedFiles,
    Evidence,
    SaveRecoveryFile,
    StartHandOuts,
    StopHandOuts,
    evidence_for,
)
from rotation.running.attention import TASK_WRONG
from rotation.running.message import Message
from rotation.running.open_task import OpenTask
from workflows.claims.claim import swaps
from workflows.requests import about
from workflows.running import Running
from workflows.steps import client_look
from workflows.waits import due_server, outage
from workflows.waits.third_certificate import alarm

_FASTEST, _FIRST, _SLOWEST = timedelta(seconds=1), timedelta(minutes=2), timedelta(hours=4)
_OF_HEARTBEAT = 20
_SLOWEST_CLAIMED = timedelta(minutes=15)
"""While a certificate may be replaced at any moment."""


def evidence_of(step: Console | Write) -> Evidence:
    """What closes the task of `step`; a setting that was written by hand is read."""
    return evidence_for(step.work) if isinstance(step, Console) else Evidence.OBSERVED


def is_of_store(step: Console | Write) -> bool:
    """Whether SEPM shows nothing of the work of `step`, and the store alone is asked about it."""
    work = step.work if isinstance(step, Console) else None
    return isinstance(work, SaveRecoveryFile | CompareSignedFiles | StopHandOuts | StartHandOuts)


async def observe(run: Running, step: Console | Write, *, report: Message | None = None) -> ObserveTaskAnswer:
    """Observed truth. Something else than what was asked shows as attention until it is gone."""
    request = ObserveTaskRequest(
        ref=about(run.state, step),
        task_id=run.open_task.id,
        withdrawing=run.state.withdrawing,
        evidence=client_look.evidence(run, report.attestation) if report is not None else None,
        who=report.who if report is not None else "",
        settled=client_look.settled(run),
    )
    summary, of_store = f"look: {step.title}", is_of_store(step)
    seen = await run.call(ActivityName.OBSERVE_TASK, request, ObserveTaskAnswer, summary=summary, of_store=of_store)
    outage.seen(run, seen)
    alarm(run, *((seen.wrong,) if seen.wrong else ()))
    if seen.wrong is None:
        run.drop_attention(TASK_WRONG)
    elif not any(attention.message == seen.wrong.message for attention in run.state.attention):
        run.raise_attention(TASK_WRONG, seen.wrong.subject, f"{seen.wrong.message}. {seen.wrong.remedy}", ())
        await run.record(EventKind.ATTENTION, seen.wrong.message)
    return seen


def is_due(run: Running) -> bool:
    """Whether to look if the task is done: at its time, and when a message asks for it."""
    task = run.open_task
    asked = bool(run.task_messages) or task.read_again
    return asked or task.look_at is None or run.host.now() >= task.look_at


def wakes(task: OpenTask) -> datetime | None:
    """When to look next: whether it is done, or whether the proof of a claim that was refused has come back."""
    moments = (task.look_at, task.refused.read_at if task.refused is not None else None)
    return min((at for at in moments if at is not None), default=None)


def next_look(run: Running, step: Console | Write) -> datetime:
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
