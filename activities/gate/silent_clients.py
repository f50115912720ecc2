"""Clients behind a replacement for which no gate waits: builds of which none is back, groups that fell silent since."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from activities.gate.reading_counts import NAMES
from rotation.proof.gate import minimum
from rotation.proof.silence import builds_not_back, quiet_for, silent_elsewhere
from rotation.proof.verdict import Judgement, RosterEntry, Verdict
from rotation.running.wait import GateReading
from rotation.survey import SiteSurvey
from service.scope import StepScope
from service.world import World
from store.site.roster import RosterClient

_DAY = timedelta(days=1)
"""So long must clients be watched before it is known which of them are off at night."""


async def with_builds(
    world: World, scope: StepScope, survey: SiteSurvey, reading: GateReading, roster: Sequence[RosterClient]
) -> GateReading:
    """The reading of the closing check with the builds of which it waits for one client, and the clients to name.

    Clients that are left out by name, and virtual desktops that start from an image, are none of them.
    """
    swaps = await world.store.swaps.of(scope.ref.rotation_id)
    last = max((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if last is None:
        return reading
    owner_of = {group: owner for owner in scope.plan.body.scopes for group in owner.groups}
    entries = await counted_entries(world, scope, roster)
    clock = survey.clients_as_of
    least = {entry.id: minimum([owner_of[entry.group_id]]) for entry in entries}
    quiet = {entry.id for entry in entries if quiet_for(entry, least[entry.id], clock)}
    builds = builds_not_back(entries, last, quiet)
    silent = [entry for alike in builds for entry in alike if entry.id in quiet and clock > last + least[entry.id]]
    update = {
        "absent_builds": tuple(sorted({_named(alike[0]) for alike in builds})),
        "silent_after_swap": len(silent),
        "silent_names": tuple(sorted(entry.name for entry in silent)[:NAMES]),
    }
    return reading.model_copy(update=update)


async def counted_entries(world: World, scope: StepScope, roster: Sequence[RosterClient]) -> list[RosterEntry]:
    """The clients of the plan's groups, without those left out by name and those that start from an image."""
    owner_of = {group: owner.group_id for owner in scope.plan.body.scopes for group in owner.groups}
    left_out = await world.store.roster.left_out(scope.ref.rotation_id)
    return [
        RosterEntry(
            id=client.id,
            name=client.name,
            group_id=client.group_id,
            owner=owner_of[client.group_id],
            observed=client.observed,
            longest_silence=client.longest_silence,
        )
        for client in roster
        if client.group_id in owner_of and client.id not in left_out and not client.non_persistent
    ]


async def silent_beside(
    scope: StepScope, entries: Sequence[RosterEntry], judgements: Sequence[Judgement], *, swapped: bool, clock: datetime
) -> list[RosterEntry]:
    """Those that fell silent behind the first certificate that the plan has put in, for which no gate waits.

    On a way back that is an old one: clients that a new one had cut off are known.
    """
    if scope.plan.body.purpose not in {"rotate", "roll-back"} or not swapped:
        return []
    store, rotation_id = scope.world.store, scope.ref.rotation_id
    targets = {(each.server, each.fingerprint) for each in scope.plan.body.certificates}
    swaps = [each for each in await store.swaps.of(rotation_id) if (each.server, each.target) in targets]
    first = min((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if first is None:
        return []
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    paces = {owner.group_id: owner for owner in scope.plan.body.scopes}
    habits_known = (await store.rotations.get(rotation_id)).created_at + _DAY
    return silent_elsewhere(entries, waiting, max(first, habits_known), paces, clock)


def _named(entry: RosterEntry) -> str:
    build = entry.observed.build if entry.observed is not None else None
    return build or "an unknown build"
