"""Taking up a plan: what was approved is held against what is stored, and its outline goes to the run loop."""

from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.contract import ActivityName, ErrorType, LoadPlanAnswer, LoadPlanRequest
from rotation.plan.outline import outline
from service.world import World
from store.rotation.plans import PlanAltered


class Loading:
    """The plan of a rotation, from the store."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.LOAD_PLAN)
    async def load_plan(self, request: LoadPlanRequest) -> LoadPlanAnswer:
        """The outline of a plan that is what its hash names, of this site, and the one that was approved.

        Raises:
            ApplicationError: `plan-altered`, when it is not.
        """
        try:
            plan = await self._world.store.plans.get(request.plan_id)
        except PlanAltered as altered:
            raise _refused(str(altered)) from altered
        if plan.body.site_id != request.site_id:
            raise _refused(f"plan {plan.id} is of site {plan.body.site_id}, not of {request.site_id}")
        if plan.hash != request.approved:
            raise _refused(f"plan {plan.id} has the hash {plan.hash}, and {request.approved} was approved")
        return LoadPlanAnswer(hash=plan.hash, outline=outline(plan.body))


def _refused(why: str) -> ApplicationError:
    remedy = "bring the store back as it was and retry, or cancel and make a new plan"
    return ApplicationError(f"{why}: {remedy}", type=ErrorType.PLAN_ALTERED, non_retryable=True)
