"""The first thing that a history of a rotation asks: whether the store has this rotation running, and how far it is."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.contract import REFUSED_INPUT, ActivityName, AdmitRequest, Counted
from rotation.running.ends import end_words
from service.world import World
from store.progress import Rotation, RotationStatus


class Admitting:
    """Starts and handed-over states, held against the store. What it does not know is waited for (`admission`)."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.ADMIT)
    async def admit(self, request: AdmitRequest) -> Counted:
        """The number of the newest event that the store has of the rotation, which this run goes on with from now on.

        Raises:
            ApplicationError: `refused-input`: it has ended, began with another plan, or is further than what was sent.
        """
        kept = await self._world.store.rotations.get(request.rotation_id)
        why = _refusal(kept, request)
        if why:
            text = f"{why}: the service received this before, and does not act on it again"
            raise ApplicationError(text, type=REFUSED_INPUT, non_retryable=True)
        await self._world.store.rotations.admit(kept.id, request.run_id)
        return Counted(count=kept.last_event)


def _refusal(kept: Rotation, request: AdmitRequest) -> str:
    if kept.status is not RotationStatus.RUNNING:
        return f"rotation {kept.id} has ended: {end_words(kept.status.value)}"
    if not request.number and (kept.plan_id, kept.plan_hash) != (request.plan_id, request.plan_hash):
        return f"rotation {kept.id} was started with plan {kept.plan_id}, and not with {request.plan_id}"
    if not request.number and kept.last_event:
        return f"rotation {kept.id} runs, and has reported event {kept.last_event}"
    if request.number and request.number < kept.last_event:
        return f"rotation {kept.id} has reported event {kept.last_event}, and this state is of event {request.number}"
    return ""
