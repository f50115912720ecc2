"""Writing back some of what a step wrote before: which pairs, and what came of it (rule 12b)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from activities.setting.grounds import ground_of
from engine.contract import StepRef, WriteAnswer, WriteRequest
from rotation.drift.judged_drift import JudgedDrift, NamedDrift, Repair, summarized
from rotation.plan.step import SettingField
from rotation.survey import Pair, PairSettings
from rotation.values import FoundId, ListName
from service.scope import WantedPair
from service.world import World
from store.rotation.write_admission import WriteNotAdmitted


@dataclass
class Repairs:
    """The drifts that are put right by one step's write."""

    world: World
    ref: StepRef
    found: FoundId
    pairs: Mapping[Pair, JudgedDrift]
    round_number: int
    put_right: frozenset[Pair]
    """The pairs that were put right before: of what one look has found, each is put right once."""
    left: set[Pair] = field(default_factory=set)
    """The pairs that REST did not change."""
    others: set[Pair] = field(default_factory=set)
    """The pairs that are not as they were found, or not there: the next look judges them."""

    @classmethod
    async def of(cls, world: World, request: WriteRequest) -> Self | None:
        """What the step of `request` is to put right; None where it writes all that it wants."""
        if request.found is None:
            return None
        found = await world.store.found.get(request.ref.rotation_id, request.found)
        repairs = [(each.repair, each) for each in found if each.repair is not None]
        pairs = {repair.pair: judged for repair, judged in repairs if repair.write == request.ref.step}
        before = await world.store.found.put_right(request.ref.rotation_id, request.found)
        return cls(
            world=world,
            ref=request.ref,
            found=request.found,
            pairs=pairs,
            round_number=request.round_number,
            put_right=frozenset(pair for pair, judged in pairs.items() if judged.named.subject in before),
        )

    def of_these(self, wanted: Iterable[WantedPair]) -> list[WantedPair]:
        """The pairs that are to be put right."""
        return [each for each in wanted if each.pair in self.pairs]

    async def leaves(self, wanted: WantedPair, settings: PairSettings | None) -> bool:
        """Whether a pair is left as it is, for the next look to judge it: it is not as it was found any more.

        One that was put right before is left with an alarm: a copy of the request may have come.
        """
        if self._is_another(wanted, settings):
            return True
        if wanted.pair not in self.put_right or settings is None or wanted.is_in(settings):
            return False
        self.others.add(wanted.pair)
        why = "the service put it right before, and does so again only after a new look"
        ground, at = ground_of(self.ref, found=self.found), self.world.clock()
        with suppress(WriteNotAdmitted):
            await self.world.store.writes.refuse(ground, wanted.pair, wanted.field, value=wanted.value, at=at, why=why)
        return True

    def _is_another(self, wanted: WantedPair, settings: PairSettings | None) -> bool:
        """Whether it is not as it was found any more: a person has changed it."""
        repair = self.pairs[wanted.pair].repair
        known = {wanted.server_list, repair.shows if repair is not None else None}
        another = settings is None or (wanted.field is SettingField.SERVER_LIST and settings.server_list not in known)
        if another:
            self.others.add(wanted.pair)
        return another

    async def noted(self, answer: WriteAnswer) -> WriteAnswer:
        """Note what came of it. The answer with some of each; a list that is missing has to be made first."""
        repaired = [judged for pair, judged in self.pairs.items() if pair not in self.left | self.others]
        left = [judged for pair, judged in self.pairs.items() if pair in self.left]
        await self.world.store.found.repaired(
            self.ref.rotation_id,
            self.found,
            repaired=[each.named.subject for each in repaired],
            left=[each.named.subject for each in left],
            round_number=self.round_number,
        )
        by_hand = [_by_hand(each.repair, answer.missing) for each in left if each.repair is not None]
        some = {"repaired": summarized(each.named for each in repaired), "by_hand": summarized(by_hand)}
        return answer.model_copy(update=some)


def _by_hand(repair: Repair, missing: Sequence[ListName]) -> NamedDrift:
    if not missing:
        return repair.by_hand
    first = f"SEPM shows no server list {', '.join(missing)}: copy it again as its task describes, then retry"
    return repair.by_hand.model_copy(update={"remedy": first})
