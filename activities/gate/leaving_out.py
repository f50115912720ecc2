"""Leaving clients out by name, as two persons ask (rule 1)."""

from temporalio import activity

from activities.gate.client_look import clients_of_builds
from activities.gate.seen import gate_of
from engine.contract import ActivityName, LeaveOutRequest, LeftOutAnswer
from rotation.drift.judged_drift import NamedDrift, summarized
from rotation.proof.reading import evidence_key
from rotation.proof.verdict import Verdict
from rotation.values import ClientId
from service.scope import StepScope, scope_of
from service.world import World
from store.database.page import PageRequest


class LeavingOut:
    """Clients that a gate does not wait for any more."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.LEAVE_OUT)
    async def leave_out(self, request: LeaveOutRequest) -> LeftOutAnswer:
        """Leave out by name, as two persons ask, the clients that hold the gate now, or of groups or builds (rule 1).

        The groups are those born since that both persons were shown; what was found with them is accepted, too.
        """
        store, ref = self._world.store, request.ref
        who = f"{request.asked_by}, approved by {request.approved_by}"
        accepted: tuple[NamedDrift, ...] = ()
        if request.found is not None:
            found = await store.found.get(ref.rotation_id, request.found)
            born = [each.born for each in found if each.born is not None and each.named.may_stay]
            names = [client.id for client in await store.roster.entries(ref.site_id, born)]
            await store.found.accept(ref.rotation_id, request.found, who)
            accepted = summarized(each.named for each in found if each.named.may_stay)
        elif request.builds:
            names = await clients_of_builds(self._world, await scope_of(self._world, ref), request.builds)
        else:
            names = await self._holding(await scope_of(self._world, ref))
        await store.roster.leave_out(ref.rotation_id, names, who, request.why, self._world.clock())
        return LeftOutAnswer(count=len(names), accepted=accepted)

    async def _holding(self, scope: StepScope) -> list[ClientId]:
        """Every client that holds the gate, as it was last read."""
        key = evidence_key(scope.plan.body, gate_of(scope))
        names: list[ClientId] = []
        cursor: str | None = None
        while True:
            page = await self._world.store.coverage.verdicts(
                scope.ref.rotation_id, key, verdict=Verdict.WAITING, asked=PageRequest(500, cursor)
            )
            names.extend(verdict.client for verdict in page.items)
            cursor = page.cursor
            if cursor is None:
                return names
