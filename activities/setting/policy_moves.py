"""Moved policies: a change that means nothing has SEPM publish a policy again, so clients show what a server signs.

The change is made over REST before the next replacement, and taken back in the closing (rule 24b).
"""

from datetime import datetime, timedelta

from temporalio import activity

from activities.failures import as_activity_failures
from activities.gate.moved_policies import swapped_at
from activities.setting.grounds import ground_of
from activities.setting.settings import noted
from engine.contract import ActivityName, MoveAnswer, MoveRequest, PutBackAnswer, StepRef, StepRequest
from rotation.finding import Finding, blocking
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, SettingField
from rotation.proof.gate import Reference
from rotation.proof.moved_policy import asked_of, to_move
from rotation.survey import Pair
from sepm.errors import Gone, NotPermitted, OutcomeUnknown, Refused
from sepm.port import Sepm
from service.scope import StepScope, scope_of
from service.world import World
from store.rotation.originals import Original
from store.rotation.write_rows import WriteOutcome

_LARGEST = 9999
"""KB: what SEPM takes at most (`client_log.system_maxsize` in the vendor's OpenAPI)."""
_SENDS = 2
_ON_ITS_WAY = timedelta(seconds=5)
"""Within that a call of a worker that has died has reached SEPM, or never will."""


class PolicyMoves:
    """Has SEPM make policies again by a setting that means nothing for a rotation: 1 KB of the clients' system log."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.MOVE_POLICIES)
    async def move_policies(self, request: MoveRequest) -> MoveAnswer:
        """Move one policy for each server of which nothing is shown: by 1 KB, or back by it where it was moved before.

        1. choose the owners by where clients were last seen; some of their clients there are those that are asked
        2. store the owner's policy date and SEPM's clock, and what is written, before the write
        3. write, read back; a group whose size is not as recorded, or that REST leaves as it is, is named

        A call that is repeated after a crash moves the policy once more, which does no harm. It does so where the
        clients have left the server meanwhile, too: else a policy would be waited for that was noted and never sent.
        """
        world, scope = self._world, await scope_of(self._world, request.ref)
        step = scope.step
        if not isinstance(step, Gate):
            raise TypeError(f"step {step.id} is no gate")
        clients = [each.observed for each in await world.store.roster.entries(scope.site.id, None) if each.observed]
        swapped = await swapped_at(world.store, request.ref.rotation_id)
        by_hand: dict[str, str] = {}
        with as_activity_failures():
            async with await world.sepm(scope.site) as client:
                clock = await client.clock()
                chosen = to_move(scope.plan.body, request.unshown, clients, swapped, now=clock)
                owners = (*chosen, *[each for each in await _cut_off(scope, step) if each not in chosen])
                for owner in owners:
                    why = await self._move(client, scope, step, owner)
                    if why:
                        by_hand[owner.path] = why
        visits = await world.store.roster.visits(scope.site.id)
        stays = scope.site.limits.stays
        asked = asked_of(owners, request.unshown, clients, swapped, visits=visits, stays=stays, now=clock)
        by_person = {owner.group_id for owner in owners if owner.path in by_hand}
        return MoveAnswer(
            by_hand=tuple(by_hand),
            reason="; ".join(sorted(set(by_hand.values()))),
            asked=tuple(each.model_copy(update={"by_hand": each.owner in by_person}) for each in asked),
        )

    async def _move(self, client: Sepm, scope: StepScope, gate: Gate, owner: OwnerScope) -> str:
        """Move the policy of one owner; why that was not done, or nothing."""
        for pair in (Pair(group_id=owner.group_id, location_id=each.location_id) for each in owner.pairs):
            try:
                now = await self._settled(client, scope.ref, pair)
            except Gone:
                continue
            original = await self._recorded(scope, pair)
            if original is None or now not in {original, _other(original)}:
                return "SEPM shows another size of the clients' system log than was recorded, or none"
            wanted = _other(original) if now == original else original
            ground, field, at = ground_of(scope.ref), SettingField.LOG_SIZE, self._world.clock()
            await self._world.store.writes.require(ground, pair, field, value=str(wanted), at=at)
            before = await noted(client, scope, gate, owner.group_id)
            return await self._write(client, scope.ref, pair, wanted, before)
        return "none of its locations is there any more"

    async def _settled(self, client: Sepm, ref: StepRef, pair: Pair) -> int | None:
        """The size that SEPM shows; a write that a crash has cut off may still be on its way, and is waited for."""
        writes = self._world.store.writes
        now = (await client.pair_settings(pair)).log_kb
        noted_before = await writes.written(ref.rotation_id, ref.step)
        if any((each.pair, each.field, each.outcome) == (pair, SettingField.LOG_SIZE, None) for each in noted_before):
            await self._world.sleep(_ON_ITS_WAY)
            now = (await client.pair_settings(pair)).log_kb
            what = (ref.rotation_id, ref.step, pair, SettingField.LOG_SIZE)
            await writes.seen(*what, value=str(now), at=self._world.clock())
        return now

    async def _recorded(self, scope: StepScope, pair: Pair) -> int | None:
        """The recorded size."""
        return next((each.settings.log_kb for each in await scope.originals() if each.pair == pair), None)

    @activity.defn(name=ActivityName.PUT_POLICIES_BACK)
    async def put_policies_back(self, request: StepRequest) -> PutBackAnswer:
        """Put back each size that this rotation, or one that it restores, has left 1 KB away.

        What SEPM shows decides, not what was noted: a crash may have come between a note and its write. A size that
        another person has changed since stays.
        """
        world, scope = self._world, await scope_of(self._world, request.ref)
        moved = {write.pair for write in await world.store.writes.of_site(scope.site.id, SettingField.LOG_SIZE)}
        left: list[Finding] = []
        with as_activity_failures():
            async with await world.sepm(scope.site) as client:
                for original in await scope.originals():
                    if original.pair in moved:
                        left.extend(await self._put_back(client, request.ref, original))
        return PutBackAnswer(findings=tuple(left))

    async def _put_back(self, client: Sepm, ref: StepRef, original: Original) -> list[Finding]:
        pair, size = original.pair, original.settings.log_kb
        try:
            now = await self._settled(client, ref, pair)
        except Gone:
            return []
        if size is None or now != _other(size):
            return []
        date = (await client.policy_dates([pair.group_id]))[pair.group_id]
        why = await self._write(client, ref, pair, size, date)
        subject = f"{original.group_path} / {original.location_name}"
        text = f"the clients' system log has {now} KB, recorded was {size} ({why})"
        return [blocking("log-size-differs", subject, text, "put it back in the console, then retry")] if why else []

    async def _write(self, client: Sepm, ref: StepRef, pair: Pair, kb: int, date_before: datetime) -> str:
        """Note a size, send it and note what came of it; why it is not there, or nothing."""
        writes, at = self._world.store.writes, self._world.clock
        what = (ref.rotation_id, ref.step, pair, SettingField.LOG_SIZE)
        field = SettingField.LOG_SIZE
        await writes.record_write(ground_of(ref), pair, field, value=str(kb), at=at(), policy_date_before=date_before)
        why = await _sent(client, pair, kb)
        outcome = WriteOutcome.REFUSED if why else WriteOutcome.APPLIED
        await writes.record_outcome(*what, outcome=outcome, at=at(), detail=why)
        return why


async def _cut_off(scope: StepScope, gate: Gate) -> list[OwnerScope]:
    """The owners of which a move was noted, and nothing is known of what came of it."""
    noted_before = await scope.world.store.references.of_gate(scope.ref.rotation_id, gate.id)
    return [each for each in scope.plan.body.scopes if _is_open(noted_before.get(each.group_id))]


def _is_open(reference: Reference | None) -> bool:
    return reference is not None and reference.fixed is None


def _other(size: int) -> int:
    return size + 1 if size < _LARGEST else size - 1


async def _sent(client: Sepm, pair: Pair, kb: int) -> str:
    """Send a size and read it back; why it is not there, or nothing. One that was lost on its way is sent once more."""
    why = ""
    for _ in range(_SENDS):
        lost = ""
        try:
            await client.set_log_size(pair, kb)
        except (Refused, NotPermitted) as refused:
            return str(refused)
        except OutcomeUnknown as unknown:
            lost = str(unknown)
        shown = (await client.pair_settings(pair)).log_kb
        if shown == kb:
            return ""
        why = lost or f"SEPM took {kb} KB for the clients' system log and shows {shown}"
        if not lost:
            break
    return why
