"""What people are shown in part is kept in whole, so that what they accept is all of it (decision 0037)."""

from collections.abc import Sequence

from temporalio import activity

from engine.contract import AcceptRequest, ActivityName, Counted
from rotation.drift.judged_drift import JudgedDrift
from rotation.finding import Finding, Shown, folded
from rotation.values import RotationId
from service.world import World


class Acceptances:
    """What people go on with as it is."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.ACCEPT_FOUND)
    async def accept_found(self, request: AcceptRequest) -> Counted:
        """Keep that people go on with all that was found. How much that is."""
        found = self._world.store.found
        await found.accept(request.ref.rotation_id, request.found, request.by)
        return Counted(count=len(await found.get(request.ref.rotation_id, request.found)))


async def shown(world: World, rotation_id: RotationId, findings: Sequence[Finding]) -> Shown:
    """Findings as people are shown them, all of them being kept."""
    every = [JudgedDrift.of(finding) for finding in findings]
    identity = await world.store.found.keep(rotation_id, every, at=world.clock())
    return Shown(id=identity, some=folded(findings))
