"""Policies moved over REST, to have clients show what a replaced server signs, and put back (rule 24)."""

from temporalio import activity

from activities.failures import told_apart
from activities.scope import StepScope, scope_of
from activities.settings import noted
from activities.world import World
from engine.contract import ActivityName, Counted, MoveAnswer, MoveRequest, StepRequest
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, SettingField
from rotation.proof.moved import to_move
from rotation.survey import Pair
from sepm.errors import Gone, OutcomeUnknown, Refused
from sepm.port import Sepm
from store.writes import SettingWrite, WriteOutcome

_LARGEST = 9999
"""KB: what SEPM takes at most (REST facts, `client_log.system_maxsize`)."""


class Moving:
    """Has SEPM make policies again by a setting that means nothing for a rotation: 1 KB of the clients' system log."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.MOVE_POLICIES)
    async def move_policies(self, request: MoveRequest) -> MoveAnswer:
        """Move one policy for each server of which nothing is shown: by 1 KB, or back by it where it was moved before.

        1. choose the owners by where clients were last seen
        2. store the owner's policy date and SEPM's clock, and what is written, before the write
        3. write, read back; a group whose size is not as recorded, or that REST leaves as it is, is named

        A call that is repeated after a crash moves the policy once more, which does no harm.
        """
        world, scope = self._world, await scope_of(self._world, request.ref)
        step = scope.step
        if not isinstance(step, Gate):
            raise TypeError(f"step {step.id} is no gate")
        clients = [each.observed for each in await world.store.roster.entries(scope.site.id, None) if each.observed]
        moved: list[str] = []
        by_hand: list[str] = []
        reason = ""
        with told_apart():
            async with await world.sepm(scope.site) as client:
                clock = await client.clock()
                for owner in to_move(scope.plan.body, request.unshown, clients, now=clock):
                    why = await self._move(client, scope, step, owner)
                    (by_hand if why else moved).append(owner.path)
                    reason = why or reason
        return MoveAnswer(moved=tuple(moved), by_hand=tuple(by_hand), reason=reason, moved_at=clock)

    async def _move(self, client: Sepm, scope: StepScope, gate: Gate, owner: OwnerScope) -> str:
        """Move the policy of one owner; why that was not done, or nothing."""
        pair = Pair(group_id=owner.group_id, location_id=owner.pairs[0].location_id)
        before = await noted(client, scope, gate, owner.group_id)
        original = await self._original(scope, pair)
        now = (await client.pair_settings(pair)).log_kb
        if original is None or now not in {original, _other(original)}:
            return "SEPM shows another size of the clients' system log than before the rotation"
        wanted = _other(original) if now == original else original
        writes, ref, at = self._world.store.writes, scope.ref, self._world.clock
        what = (ref.rotation_id, ref.step, pair, SettingField.LOG_SIZE)
        await writes.record_write(*what, value=str(wanted), at=at(), policy_date_before=before)
        why = await _sent(client, pair, wanted)
        outcome = WriteOutcome.REFUSED if why else WriteOutcome.APPLIED
        await writes.record_outcome(*what, outcome=outcome, at=at(), detail=why)
        return why

    async def _original(self, scope: StepScope, pair: Pair) -> int | None:
        """The recorded size."""
        return next((each.settings.log_kb for each in await scope.originals() if each.pair == pair), None)

    @activity.defn(name=ActivityName.PUT_POLICIES_BACK)
    async def put_policies_back(self, request: StepRequest) -> Counted:
        """Put back each size that this rotation, or one that it restores, has left 1 KB away. One that another person
        has changed since stays.
        """
        world, scope = self._world, await scope_of(self._world, request.ref)
        last: dict[Pair, SettingWrite] = {}
        for write in await world.store.writes.of_site(scope.site.id, SettingField.LOG_SIZE):
            last[write.pair] = write
        count = 0
        with told_apart():
            async with await world.sepm(scope.site) as client:
                for pair, write in last.items():
                    original = await self._original(scope, pair)
                    if original is not None and write.value != str(original):
                        count += await self._put_back(client, write, original)
        return Counted(count=count)

    async def _put_back(self, client: Sepm, write: SettingWrite, original: int) -> bool:
        writes, at, pair = self._world.store.writes, self._world.clock, write.pair
        what = (write.rotation_id, write.step_id, pair, SettingField.LOG_SIZE)
        try:
            now = (await client.pair_settings(pair)).log_kb
        except Gone:
            return False
        if str(now) != write.value:
            return False
        date = (await client.policy_dates([pair.group_id]))[pair.group_id]
        await writes.record_write(*what, value=str(original), at=at(), policy_date_before=date)
        why = await _sent(client, pair, original)
        outcome = WriteOutcome.REFUSED if why else WriteOutcome.APPLIED
        await writes.record_outcome(*what, outcome=outcome, at=at(), detail=why)
        return not why


def _other(size: int) -> int:
    return size + 1 if size < _LARGEST else size - 1


async def _sent(client: Sepm, pair: Pair, kb: int) -> str:
    """Send a size and read it back; why it is not there, or nothing."""
    lost = ""
    try:
        await client.set_log_size(pair, kb)
    except Refused as refused:
        return str(refused)
    except OutcomeUnknown as unknown:
        lost = str(unknown)
    shown = (await client.pair_settings(pair)).log_kb
    return "" if shown == kb else lost or f"SEPM took {kb} KB for the clients' system log and shows {shown}"
