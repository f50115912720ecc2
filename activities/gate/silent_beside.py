"""Clients for which a gate does not wait, and which were cut off behind a replacement."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.contract import GateRequest
from rotation.proof.gate import minimum
from rotation.proof.silence import silent_elsewhere
from rotation.proof.verdict import Judgement, RosterEntry, Verdict
from service.scope import StepScope
from service.world import World

_DAY = timedelta(days=1)
"""So long must clients be watched before it is known which of them are off at night."""


async def silent_beside(
    world: World,
    scope: StepScope,
    request: GateRequest,
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    clock: datetime,
) -> list[RosterEntry]:
    """Those that fell silent behind the first replacement while a gate reads others, as a way forward shows them."""
    if scope.plan.body.purpose != "rotate" or not request.swapped:
        return []
    swaps = await world.store.swaps.of(request.ref.rotation_id)
    first = min((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if first is None:
        return []
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    least = {owner.group_id: minimum([owner]) for owner in scope.plan.body.scopes}
    habits_known = scope.plan.made_at + _DAY
    return silent_elsewhere(entries, waiting, max(first, habits_known), least, clock)
