"""The check of the dates that an operator gives of a server's .SIG files."""

from collections.abc import Mapping
from datetime import timedelta

from engine.contract import ObserveTaskAnswer
from rotation.plan.work.signed_files import not_signed_again
from rotation.plan.work.task import CompareSignedFiles
from service.scope import StepScope
from service.world import World

_MINUTE = timedelta(minutes=1)
"""Operators may give dates without seconds."""
_AHEAD = timedelta(hours=1)
"""How far a server's clock may be ahead of ours."""


async def signed_files_evidence(
    world: World, scope: StepScope, work: CompareSignedFiles, evidence: Mapping[str, str]
) -> ObserveTaskAnswer:
    """Whether `evidence` shows that the server signs with the certificate that this rotation has put into it.

    The keystore must have changed since the former certificate was last seen, give or take the skew between clocks.
    """
    store, chosen = world.store, scope.plan.body.certificate_for(work.server)
    swap = await store.swaps.get(scope.ref.rotation_id, work.server, chosen.fingerprint) if chosen else None
    former = swap.former_seen if swap is not None else None
    newest = await store.surveys.latest_complete(scope.site.id)
    skew = (await store.surveys.get(newest)).skew if newest else timedelta(0)
    not_before = former - skew - _MINUTE if former is not None else None
    stale = not_signed_again(work.server, evidence, not_before=not_before, not_after=world.clock() + skew + _AHEAD)
    return ObserveTaskAnswer(done=False, seen=stale.message if stale else "", contradicts=stale)
