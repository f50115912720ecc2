"""The original state of every pair, stored before the first change, once."""

from temporalio import activity

from engine.contract import ActivityName, Counted, StepRequest
from rotation.survey import Pair
from service.world import World


class OriginalsRecorder:
    """Records what a rotation will have to put back."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.RECORD_ORIGINALS)
    async def record_originals(self, request: StepRequest) -> Counted:
        """Store the settings of the plan's pairs as the newest survey saw them.

        What the plan does not know is left alone: born while its group was relaxed, it would be kept as relaxed.
        A restore takes over what the rotation before it has recorded: what it sees now is the relaxed state.
        """
        store, ref = self._world.store, request.ref
        plan = await store.plans.get(ref.plan_id)
        if plan.body.purpose == "restore":
            return await self._take_over(request)
        survey = await store.surveys.get(await self._newest(request))
        count = 0
        for owner in plan.body.scopes:
            group, planned = survey.group(owner.group_id), {pair.location_id for pair in owner.pairs}
            for location in group.locations if group else ():
                if location.id not in planned:
                    continue
                await store.originals.record(
                    ref.rotation_id,
                    ref.site_id,
                    Pair(group_id=owner.group_id, location_id=location.id),
                    group_path=owner.path,
                    location_name=location.name,
                    settings=location.settings,
                    at=self._world.clock(),
                )
                count += 1
        await store.roster.leave_out(
            ref.rotation_id,
            [client.id for client in plan.body.left_out],
            who=(await store.rotations.get(ref.rotation_id)).started_by,
            why="left out by name in the approved plan",
            at=self._world.clock(),
        )
        return Counted(count=count)

    async def _newest(self, request: StepRequest) -> str:
        newest = await self._world.store.surveys.latest_complete(request.ref.site_id)
        if newest is None:
            raise LookupError(f"site {request.ref.site_id} has no complete survey")
        return newest

    async def _take_over(self, request: StepRequest) -> Counted:
        store, ref = self._world.store, request.ref
        left = await store.originals.unrestored(ref.site_id, but=ref.rotation_id)
        for original in left:
            await store.originals.record(
                ref.rotation_id,
                ref.site_id,
                original.pair,
                group_path=original.group_path,
                location_name=original.location_name,
                settings=original.settings,
                at=self._world.clock(),
            )
        return Counted(count=len(left))
