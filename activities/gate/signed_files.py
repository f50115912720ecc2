"""The check of the dates that an operator gives of servers' .SIG files."""

from collections.abc import Mapping
from datetime import timedelta

from engine.contract import ObserveTaskAnswer
from rotation.finding import Finding
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.signed_files import DateNames, date_names, not_signed_again
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.task import CompareSignedFiles
from rotation.values import ServerName
from service.scope import StepScope
from service.world import World

_MINUTE = timedelta(minutes=1)
"""Operators may give dates without seconds."""
_AHEAD = timedelta(hours=1)
"""How far a server's clock may be ahead of ours."""


async def signed_files_evidence(
    world: World, scope: StepScope, work: CompareSignedFiles, evidence: Mapping[str, str]
) -> ObserveTaskAnswer:
    """Whether `evidence` shows that servers sign with the certificates that this rotation has put into them."""
    stale = await not_signed_by_new_keys(world, scope, work, evidence)
    return ObserveTaskAnswer(done=False, seen=stale.message if stale else "", contradicts=stale)


async def not_signed_by_new_keys(
    world: World, scope: StepScope, work: CompareSignedFiles | LookAtClients, evidence: Mapping[str, str]
) -> Finding | None:
    """What speaks against the dates of the first server whose dates are not right."""
    for server, names in date_names(compared_servers(work)).items():
        if (stale := await _not_signed_again(world, scope, server, names, evidence)) is not None:
            return stale
    return None


async def _not_signed_again(
    world: World, scope: StepScope, server: ServerName, names: DateNames, evidence: Mapping[str, str]
) -> Finding | None:
    """The keystore must have changed since the former certificate was last seen, give or take the clocks' skew."""
    store, chosen = world.store, scope.plan.body.certificate_for(server)
    swap = await store.swaps.get(scope.ref.rotation_id, server, chosen.fingerprint) if chosen else None
    former = swap.former_seen if swap is not None else None
    newest = await store.surveys.latest_complete(scope.site.id)
    skew = (await store.surveys.get(newest)).skew if newest else timedelta(0)
    not_before = former - skew - _MINUTE if former is not None else None
    now = world.clock() + skew + _AHEAD
    return not_signed_again(server, evidence, not_before=not_before, not_after=now, names=names)
