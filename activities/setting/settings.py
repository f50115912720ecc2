"""Settings over REST: look, write where it differs, look again. A 200 is no proof."""

from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from typing import Any

from temporalio import activity

from activities.failures import as_activity_failures
from activities.look.accepting import shown
from activities.setting.grounds import ground_of
from activities.setting.lists_put_back import ListsPutBack
from activities.setting.repairing import Repairs
from activities.survey.servers import presented
from engine.contract import ActivityName, WriteAnswer, WriteRequest
from rotation.drift.drift import PAIR_GONE
from rotation.drift.presented import Presented, other_certificates, to_put_right
from rotation.finding import Shown, blocking
from rotation.plan.step import Gate, SettingField, Write
from rotation.proof.gate import written
from rotation.values import GroupId, ListName
from sepm.errors import OutcomeUnknown, Refused
from sepm.port import Sepm
from service.scope import StepScope, WantedPair, scope_of
from service.surveying import presented_when_planned
from service.world import World
from store.rotation.write_rows import WriteOutcome

_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)
_SENDS = 2


class SettingsWriter:
    """Writes the two settings that a rotation changes, and fixes what their serials must reach."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.WRITE_SETTINGS)
    async def write_settings(self, request: WriteRequest) -> WriteAnswer:
        """Bring one setting of every pair of the step's scope to what the step wants.

        1. look: a pair that already has the value is not written; where a crash cut a write off, it is noted as made;
           where clients verify again by it, every server presents what the rotation left there, a minute ago at most;
           in a cancel and a restore, a list that was edited meanwhile is not assigned before a person has looked at it
        2. store the owner's policy date and SEPM's clock before the write (rule 9)
        3. write only the field that differs
        4. read back; a pair that did not change is counted as refused, for a person to do by hand
        5. a pair whose location has another id now is written under that one; one to be put back, or on a way back,
           that is not there any more is named: there is nothing to write to
        6. where some of what was written before is written back: note what was put right, and what was not; what was
           put right before is left, with an alarm
        """
        scope = await scope_of(self._world, request.ref)
        repair = await Repairs.of(self._world, request)
        accepted = (await self._world.store.found.settled(request.ref.rotation_id)).known(PAIR_GONE)
        written = already = refused = 0
        reason = ""
        gone: list[WantedPair] = []
        left: set[ListName] = set()
        missing = unshown = frozenset[ListName]()
        probes: list[datetime] = []
        with as_activity_failures():
            async with await self._world.sepm(scope.site) as client:
                every = await scope.wanted(request.field, restores=request.restores)
                lists = ListsPutBack(scope, request, every)
                for planned in location_by_location(every if repair is None else repair.of_these(every)):
                    named = request.restores or repair is not None or scope.plan.body.purpose == "roll-back"
                    if_gone = named or planned.name in accepted
                    there = await scope.settings_now(client, planned, restores=if_gone)
                    wanted, settings = there or (planned, None)
                    if repair is not None and await repair.leaves(wanted, settings):
                        continue
                    if settings is None:
                        gone.append(wanted)
                        continue
                    if wanted.is_in(settings):
                        already += 1
                        await self._made_before(scope, wanted)
                        continue
                    if stopped := await self._stops(client, scope, request, wanted, lists=lists, probes=probes):
                        return WriteAnswer(written=written, already=already, refused=refused, **stopped)
                    why = await self._write(client, scope, request, wanted)
                    written, refused = written + (not why), refused + bool(why)
                    reason = why or reason
                    if why and repair is not None:
                        repair.left.add(wanted.pair)
                    if why and wanted.field is SettingField.SERVER_LIST and wanted.server_list is not None:
                        left.add(wanted.server_list)
                if left and not request.restores:
                    missing, unshown = await _not_shown(client, left)
        if missing:
            reason = f"SEPM shows no server list of the name {', '.join(sorted(missing))} ({reason})"
        answer = WriteAnswer(
            written=written,
            already=already,
            refused=refused,
            reason=reason,
            missing=tuple(sorted(missing)),
            unshown=tuple(sorted(unshown)),
            over_rest=scope.site.at_console is None,
            gone=await self._gone(scope, gone, accepted),
        )
        return answer if repair is None else await repair.noted(answer)

    async def _gone(self, scope: StepScope, pairs: Iterable[WantedPair], accepted: AbstractSet[str]) -> Shown:
        """Pairs that are not there any more, but for those with which people go on."""
        rotation_id = scope.ref.rotation_id
        gone = [blocking(PAIR_GONE, each.name, "the location is gone") for each in pairs if each.name not in accepted]
        return await shown(self._world, rotation_id, gone)

    def _not_old(self, scope: StepScope, seen: Presented) -> dict[str, Any]:
        """What to say of a server that presents another certificate than it must while settings are put back."""
        others = to_put_right(seen, restore=scope.plan.body.purpose == "restore")
        return {"new_certificate_at": others[0], "third": seen.third} if others else {}

    async def _stops(
        self,
        client: Sepm,
        scope: StepScope,
        request: WriteRequest,
        wanted: WantedPair,
        *,
        lists: ListsPutBack,
        probes: list[datetime],
    ) -> dict[str, Any]:
        """What stands against a write: a server whose certificate is looked at each minute (rule 12b), or its list."""
        if request.turning_back:
            seen = await presented(self._world, scope.site, scope.plan)
            return self._not_old(scope, seen) or await lists.against(client, wanted, seen)
        now = self._world.clock()
        if request.swapped is None or (probes and now < probes[-1] + _MINUTE):
            return {}
        probes.append(now)
        served = await self._world.served(scope.site.servers)
        before = await presented_when_planned(self._world.store, scope.plan)
        found = other_certificates(scope.plan.body, served, swapped=request.swapped, before=before)
        return {"new_certificate_at": found[0].subject} if found else {}

    async def _write(self, client: Sepm, scope: StepScope, request: WriteRequest, wanted: WantedPair) -> str:
        """Write one pair; why it did not change, or nothing. What is sent is noted first, what came of it last.

        Raises:
            WriteNotAdmitted: where the write is none of the rotation's own; then nothing was sent.
        """
        if scope.site.at_console is not None:
            return "it has no REST API"
        writes, ref, step = self._world.store.writes, scope.ref, scope.step
        ground, at = ground_of(ref, found=request.found), self._world.clock()
        asked = (request.field, request.restores)
        if not isinstance(step, Write) or (step.field, step.restores) != asked:
            why = f"step {step.id} of the approved plan does not write that"
            await writes.refuse(ground, wanted.pair, wanted.field, value=wanted.value, at=at, why=why)
        await writes.require(ground, wanted.pair, wanted.field, value=wanted.value, at=at)
        date_before = await noted(client, scope, scope.gate_after, wanted.pair.group_id)
        await writes.record_write(
            ground,
            wanted.pair,
            wanted.field,
            value=wanted.value,
            at=self._world.clock(),
            policy_date_before=date_before,
            sepm_clock=client.clock_of_last_answer(),
        )
        outcome, why = await self._send(client, wanted)
        await writes.record_outcome(
            ref.rotation_id,
            ref.step,
            wanted.pair,
            wanted.field,
            outcome=outcome,
            at=self._world.clock(),
            detail=why,
        )
        return why

    async def _made_before(self, scope: StepScope, wanted: WantedPair) -> None:
        ref, at = scope.ref, self._world.clock()
        await self._world.store.writes.seen(
            ref.rotation_id, ref.step, wanted.pair, wanted.field, value=wanted.value, at=at
        )

    async def _send(self, client: Sepm, wanted: WantedPair) -> tuple[WriteOutcome, str]:
        """Send the write and read the pair back. One that was lost on its way, and not made, is sent once more."""
        lost = ""
        for _ in range(_SENDS):
            try:
                lost = await _sent(client, wanted)
            except Refused as refused:
                return WriteOutcome.REFUSED, str(refused)
            if wanted.is_in(await client.pair_settings(wanted.target)):
                return WriteOutcome.APPLIED, ""
            if not lost:
                return WriteOutcome.NO_EFFECT, f"SEPM took the change of {wanted.name} and did not make it"
        return WriteOutcome.NO_EFFECT, lost


def location_by_location(pairs: Iterable[WantedPair]) -> list[WantedPair]:
    """The first pair of every owner, then the second of each: two writes to one owner wait for SEPM's next second."""
    counted, ranked = Counter[GroupId](), list[tuple[int, WantedPair]]()
    for each in pairs:
        ranked.append((counted[each.pair.group_id], each))
        counted[each.pair.group_id] += 1
    return [each for _, each in sorted(ranked, key=lambda ranked: ranked[0])]


async def noted(client: Sepm, scope: StepScope, gate: Gate | None, owner: GroupId) -> datetime:
    """Store what is true before a write that `gate` proves, so that a crash after it loses no proof.

    Two writes to one owner never fall into the same second of SEPM's clock, to which it is known. So the policy date of
    the later write differs from that of the earlier one.

    Returns:
        The owner's policy date.
    """
    if gate is None:
        return (await client.policy_dates([owner]))[owner]
    references, rotation_id = scope.world.store.references, scope.ref.rotation_id
    before = await references.get(rotation_id, gate.id, owner)
    clock = await client.clock()
    while before is not None and clock <= before.written_at:
        await scope.world.sleep(_SECOND)
        clock = await client.clock()
    date_before = (await client.policy_dates([owner]))[owner]
    reference = written(owner, date_before, clock, delay=scope.plan.body.publish_delay, before=before)
    await references.save(rotation_id, gate.id, reference)
    return date_before


async def _not_shown(client: Sepm, left: AbstractSet[ListName]) -> tuple[frozenset[ListName], frozenset[ListName]]:
    """Of lists that were not assigned: those that are missing, and those of which nothing is known."""
    known = await client.known_lists()
    return (frozenset(), frozenset(left)) if known is None else (frozenset(left) - frozenset(known), frozenset())


async def _sent(client: Sepm, wanted: WantedPair) -> str:
    """Send the write. Returns how its answer was lost, where it was: then only reading back shows what came of it."""
    try:
        if wanted.field is SettingField.SERVER_LIST and wanted.server_list is not None:
            await client.set_server_list(wanted.target, wanted.server_list)
        else:
            await client.set_secure_communications(wanted.target, bool(wanted.secure_communications))
    except OutcomeUnknown as unknown:
        return str(unknown)
    return ""
