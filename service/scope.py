"""What a step is about: its plan, its site, and the pairs that it wants changed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.contract import StepRef
from rotation.drift.earlier_survey import as_approved
from rotation.drift.same_location import namesake, planned_locations
from rotation.plan.plan import Plan
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName, SettingField, Step, Write
from rotation.plan.work.task import TaskPair
from rotation.site import Site
from rotation.survey import Pair, PairSettings
from rotation.values import ListName, LocationId, Value
from sepm.errors import Gone
from sepm.port import Sepm
from service.world import World
from store.rotation.originals import Original


class WantedPair(Value):
    """A pair with the value that one of its settings shall have."""

    pair: Pair
    """As the plan knows it."""
    present: LocationId | None = None
    """The id that its location has now, where that is another one."""
    group_path: str
    location_name: str
    field: SettingField
    server_list: ListName | None = None
    secure_communications: bool | None = None

    @property
    def target(self) -> Pair:
        """The pair as SEPM knows it now."""
        return self.pair if self.present is None else self.pair.model_copy(update={"location_id": self.present})

    @property
    def name(self) -> str:
        """The pair as a person knows it."""
        return f"{self.group_path} / {self.location_name}"

    @property
    def value(self) -> str:
        """The wanted value as text."""
        if self.field is SettingField.SERVER_LIST:
            return self.server_list or ""
        return "on" if self.secure_communications else "off"

    @property
    def at_console(self) -> TaskPair:
        """The pair as a person at the console finds it."""
        return TaskPair(
            group_id=self.pair.group_id,
            group_path=self.group_path,
            location_id=self.pair.location_id,
            location_name=self.location_name,
        )

    def is_in(self, settings: PairSettings) -> bool:
        """Whether `settings` have the wanted value."""
        if self.field is SettingField.SERVER_LIST:
            return settings.server_list == self.server_list
        return settings.secure_communications == self.secure_communications


@dataclass(frozen=True)
class StepScope:
    """A step with its plan and site."""

    world: World
    ref: StepRef
    site: Site
    plan: Plan
    step: Step

    async def wanted(self, field: SettingField, *, restores: bool) -> tuple[WantedPair, ...]:
        """The pairs that `field` shall be changed on, each with its value: relaxed, or as recorded."""
        return await self._recorded(field) if restores else self._relaxed(field)

    def _relaxed(self, field: SettingField) -> tuple[WantedPair, ...]:
        body = self.plan.body
        wanted = []
        for owner in body.owners(self._written):
            for planned in owner.pairs:
                needed = planned.needs_list if field is SettingField.SERVER_LIST else planned.needs_unverified
                if needed:
                    wanted.append(
                        WantedPair(
                            pair=Pair(group_id=owner.group_id, location_id=planned.location_id),
                            group_path=owner.path,
                            location_name=planned.location_name,
                            field=field,
                            server_list=body.copy_of(planned.server_list),
                            secure_communications=False,
                        )
                    )
        return tuple(wanted)

    async def _recorded(self, field: SettingField) -> tuple[WantedPair, ...]:
        """Every recorded pair of the step's owners: the state that was, not "on"."""
        written = {owner.group_id for owner in self.plan.body.owners(self._written)}
        return tuple(
            WantedPair(
                pair=original.pair,
                group_path=original.group_path,
                location_name=original.location_name,
                field=field,
                server_list=original.settings.server_list,
                secure_communications=original.settings.secure_communications,
            )
            for original in await self.originals()
            if original.pair.group_id in written
        )

    async def settings_now(
        self, client: Sepm, wanted: WantedPair, *, restores: bool
    ) -> tuple[WantedPair, PairSettings] | None:
        """A pair as it is there now, with its settings. None where it is to be put back and is not there any more.

        Where its location is gone and its group has another one of that name, that one is meant.

        Raises:
            Gone: when it is to be relaxed and is not there any more.
            SepmError: when SEPM could not be asked.
        """
        try:
            return wanted, await client.pair_settings(wanted.pair)
        except Gone:
            found = await self._under_another_id(client, wanted)
            if found is None and not restores:
                raise
            return found

    async def _under_another_id(self, client: Sepm, wanted: WantedPair) -> tuple[WantedPair, PairSettings] | None:
        known = planned_locations(self.plan.body).get(wanted.pair.group_id, {})
        owner = next((group for group in await client.groups() if group.id == wanted.pair.group_id), None)
        present = namesake(owner, wanted.location_name, known) if owner is not None else None
        if present is None:
            return None
        there = wanted.model_copy(update={"present": present})
        return there, await client.pair_settings(there.target)

    @property
    def _written(self) -> ScopeName:
        return self.step.scope if isinstance(self.step, Write) else ScopeName.RELAXED

    async def originals(self) -> tuple[Original, ...]:
        """What every pair gets back: as recorded, or as a person has approved it since in an amendment."""
        approved = dict(self.plan.body.pairs(ScopeName.ALL))
        recorded = await self.world.store.originals.of(self.ref.rotation_id)
        known = tuple(
            original.model_copy(update={"settings": as_approved(original.settings, approved.get(original.pair))})
            for original in recorded
        )
        return (*known, *self._taken_along({original.pair for original in recorded}))

    def _taken_along(self, recorded: Collection[Pair]) -> Iterable[Original]:
        """Pairs that an amendment has taken along: they get what it has approved of them.

        Of a site of which nothing was recorded nothing is known: a plan is no record of it.
        """
        if not recorded:
            return
        for owner in self.plan.body.scopes:
            for planned in owner.pairs:
                pair = Pair(group_id=owner.group_id, location_id=planned.location_id)
                if pair not in recorded:
                    settings = PairSettings(
                        server_list=planned.server_list,
                        secure_communications=planned.secure_communications,
                        heartbeat=owner.slowest_heartbeat,
                        jitter=owner.jitter,
                    )
                    yield Original(
                        rotation_id=self.ref.rotation_id,
                        site_id=self.ref.site_id,
                        pair=pair,
                        group_path=owner.path,
                        location_name=planned.location_name,
                        settings=settings,
                        recorded_at=self.plan.made_at,
                    )

    @property
    def gate_after(self) -> Gate | None:
        """The gate that proves this write: the first one after it."""
        steps = self.plan.body.steps
        index = next(i for i, step in enumerate(steps) if step.id == self.step.id)
        for step in steps[index + 1 :]:
            if isinstance(step, Gate):
                return None if step.purpose is GatePurpose.SWAPPED else step
        return None

    @property
    def field(self) -> SettingField | None:
        """The setting that this step writes, for a write."""
        return self.step.field if isinstance(self.step, Write) else None

    @property
    def title(self) -> str:
        """What a person is asked to do."""
        return self.step.title if isinstance(self.step, Console) else f"By hand: {self.step.title}"


async def scope_of(world: World, ref: StepRef) -> StepScope:
    """The step that `ref` names, with all it is about."""
    plan = await world.store.plans.get(ref.plan_id)
    site = await world.site(ref.site_id)
    return StepScope(world=world, ref=ref, site=site, plan=plan, step=plan.body.step(ref.step))
