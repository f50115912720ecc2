"""Looking for what was born during the rotation, before its traces are removed (rule 17)."""

from temporalio import activity

from activities.failures import as_activity_failures
from activities.look.accepting import shown
from engine.contract import ActivityName, NewbornAnswer, StepRequest
from rotation.drift.newborn import PAIR_BORN, newborn, users
from rotation.finding import some
from rotation.plan.step import Console
from rotation.plan.work.task import DeleteList
from rotation.survey import SiteSurvey
from service.scope import scope_of
from service.world import World


class Newborns:
    """Groups and locations that the plan does not know."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.FIND_NEWBORN)
    async def find_newborn(self, request: StepRequest) -> NewbornAnswer:
        """Read every group and location. What the plan does not know and affects; who uses the list to be deleted."""
        world, rotation_id = self._world, request.ref.rotation_id
        scope = await scope_of(world, request.ref)
        with as_activity_failures():
            async with await world.sepm(scope.site) as client:
                groups = tuple(await client.groups())
                clock = client.clock_of_last_answer()
        survey = SiteSurvey(taken_at=world.clock(), sepm_clock=clock, version="", groups=groups)
        settled = await world.store.found.settled(rotation_id)
        accepted = settled.known(PAIR_BORN)
        born = [each for each in newborn(scope.plan.body, survey) if not settled.holds(each)]
        step = scope.step
        deleted = step.work.list if isinstance(step, Console) and isinstance(step.work, DeleteList) else None
        using = users(survey, deleted) if deleted is not None else ()
        return NewbornAnswer(
            born=await shown(world, rotation_id, born),
            users=some(using),
            others=some(user for user in using if user not in accepted),
        )
