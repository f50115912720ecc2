"""Looking for what was born during the rotation, before its traces are removed (rule 17)."""

from temporalio import activity

from activities.failures import told_apart
from activities.scope import scope_of
from activities.world import World
from engine.contract import ActivityName, StepRequest
from rotation.drift.newborn import Newborn, newborn, users
from rotation.plan.step import Console
from rotation.plan.task import DeleteList
from rotation.survey import SiteSurvey


class Newborns:
    """Groups and locations that the plan does not know."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.FIND_NEWBORN)
    async def find_newborn(self, request: StepRequest) -> Newborn:
        """Read every group and location. What the plan does not know and affects; who uses the list to be deleted."""
        scope = await scope_of(self._world, request.ref)
        with told_apart():
            async with await self._world.sepm(scope.site) as client:
                groups = tuple(await client.groups())
                clock = client.clock_of_last_answer()
        survey = SiteSurvey(taken_at=self._world.clock(), sepm_clock=clock, version="", groups=groups)
        step = scope.step
        deleted = step.work.list if isinstance(step, Console) and isinstance(step.work, DeleteList) else None
        return Newborn(
            found=newborn(scope.plan.body, survey), users=users(survey, deleted) if deleted is not None else ()
        )
