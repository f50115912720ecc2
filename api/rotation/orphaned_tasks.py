"""Orphaned tasks over the API: closed without a workflow, and in the way of a restore while a person holds one."""

from http import HTTPStatus

from api.http.problems import ProblemError, refused
from api.parts import Parts
from api.rotation.rotation_now import still_running
from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.running.message import Message, Move
from rotation.values import SiteId
from service.orphaned_tasks import close_orphaned, is_orphaned, withdraw_unclaimed
from service.world import World
from store.progress import RotationStatus

_CLOSES = {Move.TASK_DONE: TaskState.DONE, Move.TASK_REFUSED: TaskState.REFUSED}


async def close_if_orphaned(parts: Parts, task: ConsoleTask, message: Message) -> bool:
    """Close the task as `message` says, where it is orphaned; False where its rotation runs and has to get the message.

    Raises:
        ProblemError: 409, when an orphaned task is claimed, or when what the person says cannot be accepted.
    """
    world = _world(parts)
    rotation = await parts.store.rotations.get(task.rotation_id)
    if rotation.status is RotationStatus.RUNNING and not rotation.unreported:
        await still_running(parts, task.site_id)
    if not await is_orphaned(world, task):
        return False
    if message.move not in _CLOSES:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "rotation-ended",
            f"rotation {task.rotation_id} was ended from outside: task {task.id} is not wanted any more",
            remedy=f"restore the site first: POST /v1/sites/{task.site_id}/restore",
        )
    finding = await close_orphaned(
        world, task.id, _CLOSES[message.move], message.who, note=message.why, evidence=message.attestation
    )
    if finding is not None:
        raise refused(f"{message.move.value.replace('_', '-')}-refused", [finding])
    return True


async def require_no_claimed_task(parts: Parts, site_id: SiteId) -> None:
    """Refuse to change a site while a person may be at its console with an orphaned task.

    Raises:
        ProblemError: 409, which names each task and its holder.
    """
    held = await withdraw_unclaimed(_world(parts), site_id)
    if held:
        raise refused("task-held", held)


def _world(parts: Parts) -> World:
    return World(store=parts.store, clock=parts.clock, probe=parts.probe)
