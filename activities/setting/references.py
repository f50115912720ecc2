"""What the serials of a gate must reach, fixed once SEPM has made the policies (rule 9)."""

from collections.abc import Iterable
from datetime import timedelta

from temporalio import activity

from activities.failures import as_activity_failures
from engine.contract import ActivityName, Counted, ReferenceAnswer, StepRequest
from rotation.drift.standing import standing
from rotation.finding import some
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, GatePurpose
from rotation.proof.gate import Reference, fix, follow
from rotation.proof.reading import gate_before
from rotation.survey import Pair
from rotation.values import GroupId
from sepm.port import Sepm
from service.scope import StepScope, scope_of
from service.world import World

_PAUSES = tuple(timedelta(seconds=each) for each in (1, 2, 4, 8, 15))


class ReferenceFixing:
    """Fixes what the serials of the owners of a gate must reach."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.FIX_REFERENCES)
    async def fix_references(self, request: StepRequest) -> ReferenceAnswer:
        """Fix what the serials of every owner of the gate must reach; names of owners whose policy has not moved.

        A canary that went through its own gate keeps the reference of that one. Any other owner that needed no
        write is judged by the policy that it has now; where policies are moved (rule 24b), only their owners are asked.
        At a console a serial must be exactly one that was copied, so a later policy of the rotation's own, as when the
        canaries' lists were put back, is taken up as well.

        SEPM makes a policy within seconds, mostly: for half a minute it is asked again and again. An export is not.
        """
        scope = await scope_of(self._world, request.ref)
        pauses = iter(() if scope.site.at_console is not None else _PAUSES)
        while (answer := await self._fix(scope)).missing and (pause := next(pauses, None)) is not None:
            await self._world.sleep(pause)
        return answer

    @activity.defn(name=ActivityName.FORGET_GATE)
    async def forget_gate(self, request: StepRequest) -> Counted:
        """Forget what a gate has shown and what was noted around the writes that it proves: they are made again."""
        store, rotation_id = self._world.store, request.ref.rotation_id
        await store.references.forget(rotation_id, request.ref.step)
        await store.coverage.restart(rotation_id, request.ref.step)
        return Counted(count=1)

    async def _fix(self, scope: StepScope) -> ReferenceAnswer:
        step, rotation_id = scope.step, scope.ref.rotation_id
        if not isinstance(step, Gate):
            raise TypeError(f"step {step.id} is no gate")
        references = self._world.store.references
        canaries = gate_before(scope.plan.body, step)
        missing, fixed, older = [], [], []
        with as_activity_failures():
            async with await self._world.sepm(scope.site) as client:
                clock = await client.clock()
                owners = scope.plan.body.owners(step.scope)
                dates = await client.policy_dates([owner.group_id for owner in owners])
                left = await _as_left(client, scope, owners) if scope.site.at_console is not None else ()
        kept = await references.of_gate(rotation_id, step.id)
        earlier = await references.of_gate(rotation_id, canaries.id) if canaries is not None else {}
        for owner in owners:
            date, known = dates[owner.group_id], kept.get(owner.group_id)
            if known is None and step.purpose is GatePurpose.SIGNED:
                continue  # its policy was not moved
            known = known or earlier.get(owner.group_id)
            reference = known or Reference(
                owner=owner.group_id, date_before=date, written_at=clock, not_before=clock, fixed=date
            )
            reference = fix(reference, date, sepm_clock=clock)
            if owner.group_id in left:
                reference = follow(reference, date)
            fixed.append(reference)
            if reference.fixed is None:
                missing.append(owner.path)
                older += [owner.path] if date < reference.date_before else []
        await references.save_all(rotation_id, step.id, fixed)
        return ReferenceAnswer(missing=some(missing), older=some(older))


async def _as_left(client: Sepm, scope: StepScope, owners: Iterable[OwnerScope]) -> frozenset[GroupId]:
    """The owners whose settings are, by all that operators stated of them, as the plan leaves them at this step."""
    left = standing(scope.plan.body, scope.step.id)
    found = set()
    for owner in owners:
        pairs = [Pair(group_id=owner.group_id, location_id=planned.location_id) for planned in owner.pairs]
        if all([left[pair].is_shown_by(await client.pair_settings(pair)) for pair in pairs]):
            found.add(owner.group_id)
    return frozenset(found)
