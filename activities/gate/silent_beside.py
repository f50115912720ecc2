"""Clients for which a gate does not wait, and which were cut off behind a replacement."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from rotation.proof.gate import minimum
from rotation.proof.silence import silent_elsewhere
from rotation.proof.verdict import Judgement, RosterEntry, Verdict
from service.scope import StepScope

_DAY = timedelta(days=1)
"""So long must clients be watched before it is known which of them are off at night."""


async def silent_beside(
    scope: StepScope, entries: Sequence[RosterEntry], judgements: Sequence[Judgement], *, swapped: bool, clock: datetime
) -> list[RosterEntry]:
    """Those that fell silent behind the first replacement while a gate reads others, as a way forward shows them."""
    if scope.plan.body.purpose != "rotate" or not swapped:
        return []
    store, rotation_id = scope.world.store, scope.ref.rotation_id
    swaps = await store.swaps.of(rotation_id)
    first = min((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if first is None:
        return []
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    least = {owner.group_id: minimum([owner]) for owner in scope.plan.body.scopes}
    habits_known = (await store.rotations.get(rotation_id)).created_at + _DAY
    return silent_elsewhere(entries, waiting, max(first, habits_known), least, clock)
