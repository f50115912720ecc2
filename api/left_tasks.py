"""Tasks of a rotation that was ended from outside: what is said of them is kept, though no workflow hears it."""

from http import HTTPStatus

from activities.left_tasks import close_left, is_left
from activities.world import World
from api.parts import Parts
from api.problems import ProblemError, refused
from api.rotation_now import still_running
from rotation.plan.task import ConsoleTask, TaskState
from rotation.running.message import Message, Move
from store.progress import RotationStatus

_CLOSES = {Move.TASK_DONE: TaskState.DONE, Move.TASK_REFUSED: TaskState.REFUSED}


async def said_of_left(parts: Parts, task: ConsoleTask, message: Message) -> bool:
    """Whether `message` was about a task that nobody hears of any more, and was taken.

    Raises:
        ProblemError: 409, when such a task is claimed, or when the word for it cannot be taken.
    """
    world = _world(parts)
    rotation = await parts.store.rotations.get(task.rotation_id)
    if rotation.status is RotationStatus.RUNNING and not rotation.unheard:
        await still_running(parts, task.site_id)
    if not await is_left(world, task):
        return False
    if message.move not in _CLOSES:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "rotation-ended",
            f"rotation {task.rotation_id} was ended from outside: task {task.id} is not wanted any more",
            remedy=f"restore the site first: POST /v1/sites/{task.site_id}/restore",
        )
    finding = await close_left(
        world, task.id, _CLOSES[message.move], message.who, note=message.why, evidence=message.attestation
    )
    if finding is not None:
        raise refused(f"{message.move.value.replace('_', '-')}-refused", [finding])
    return True


def _world(parts: Parts) -> World:
    return World(store=parts.store, clock=parts.clock, probe=parts.probe)
