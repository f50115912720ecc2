"""Orphaned tasks: their rotation was ended from outside, so no workflow hears what a person says about them."""

from collections.abc import Mapping

from engine.contract import StepRef
from rotation.finding import Finding, blocking
from rotation.plan.work.task import (
    AssignList,
    ConsoleTask,
    PauseReplication,
    ResumeReplication,
    SetSecureCommunications,
    TaskState,
)
from rotation.values import SiteId, TaskId
from service.attestations import OperatorStatement, attest_replication, attest_settings
from service.scope import scope_of
from service.world import World
from store.progress import RotationStatus

_WAITING = frozenset({TaskState.OPEN, TaskState.CLAIMED})
_SERVICE = "the service"


async def withdraw_unclaimed(world: World, site_id: SiteId) -> tuple[Finding, ...]:
    """Withdraw the site's orphaned tasks that no person has claimed; one finding for each that a person holds.

    The holder may be at the console now, and must know that the work is not wanted before settings are put back: a
    certificate that is replaced behind a restore, or a group that is relaxed behind it, cuts clients off.
    """
    held = []
    for task in await world.store.tasks.list(_WAITING, site_id=site_id):
        if not await is_orphaned(world, task):
            continue
        if task.state is TaskState.CLAIMED:
            held.append(_held(task))
            continue
        note = "its rotation was ended from outside"
        await world.store.tasks.transition(
            task.id, {TaskState.OPEN}, TaskState.WITHDRAWN, who=_SERVICE, at=world.clock(), note=note
        )
    return tuple(held)


async def is_orphaned(world: World, task: ConsoleTask) -> bool:
    """Whether the rotation of a task was ended from outside."""
    return (await world.store.rotations.get(task.rotation_id)).status is RotationStatus.TERMINATED


async def close_orphaned(
    world: World, task_id: TaskId, to: TaskState, who: str, *, note: str = "", evidence: Mapping[str, str] | None = None
) -> Finding | None:
    """Close an orphaned task as done or given back; a finding when what the person says cannot be accepted.

    1. done: its holder says so; at a site without REST this is what is known of settings from then on
    2. given back: its holder says so, or another person who has looked at the console where the holder cannot be asked

    Raises:
        TaskNotInState: when no person holds the task.
    """
    store, attestation = world.store, dict(evidence or {})
    task = await store.tasks.get(task_id)
    if to is TaskState.DONE:
        if task.claimed_by and task.claimed_by != who:
            return blocking("task-held", task.title, f"{task.claimed_by} holds it", f"have {task.claimed_by} report it")
        if untaken := await _attested(world, task, OperatorStatement(task_id=task_id, who=who, evidence=attestation)):
            return untaken
    await store.tasks.transition(
        task_id, {TaskState.CLAIMED}, to, who=who, at=world.clock(), note=note, attestation=attestation
    )
    return None


async def _attested(world: World, task: ConsoleTask, statement: OperatorStatement) -> Finding | None:
    """Keep what an operator states of a site without REST. At any other site the next survey shows what was done."""
    site = await world.site(task.site_id)
    if site.at_console is None:
        return None
    rotation = await world.store.rotations.get(task.rotation_id)
    ref = StepRef(rotation_id=rotation.id, site_id=site.id, plan_id=rotation.plan_id, step=task.step)
    scope = await scope_of(world, ref)
    match task.work:
        case AssignList() | SetSecureCommunications():
            return await attest_settings(world, scope, site.at_console, task.work, statement)
        case PauseReplication() | ResumeReplication():
            return await attest_replication(world, scope, task.work, statement)
        case _:
            return None


def _held(task: ConsoleTask) -> Finding:
    return blocking(
        "task-held",
        task.title,
        f"{task.claimed_by} holds task {task.id}, {task.title!r}, of a rotation that was ended from outside, and may "
        "be at the console with it",
        f"have {task.claimed_by} stop and give it back, POST /v1/tasks/{task.id}/refused, or finish it and report it, "
        f"POST /v1/tasks/{task.id}/done; where {task.claimed_by} cannot be asked, look at the console and give it back "
        "for them, once it is as it was before the task",
    )
