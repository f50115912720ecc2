"""Builds of which no client is back since the last replacement: the closing check waits for one of each."""

from collections.abc import Sequence

from activities.gate.reading_counts import NAMES
from rotation.proof.gate import minimum
from rotation.proof.silence import builds_not_back, quiet_for
from rotation.proof.verdict import RosterEntry
from rotation.running.wait import GateReading
from rotation.survey import SiteSurvey
from service.scope import StepScope
from service.world import World
from store.site.roster import RosterClient


async def with_builds(
    world: World, scope: StepScope, survey: SiteSurvey, reading: GateReading, roster: Sequence[RosterClient]
) -> GateReading:
    """The reading of the closing check with the builds that it still waits for, and the clients to name.

    Clients that are left out by name, and virtual desktops that start from an image, are none of them.
    """
    swaps = await world.store.swaps.of(scope.ref.rotation_id)
    last = max((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if last is None:
        return reading
    owner_of = {group: owner for owner in scope.plan.body.scopes for group in owner.groups}
    left_out = await world.store.roster.left_out(scope.ref.rotation_id)
    entries = [
        RosterEntry(
            id=client.id,
            name=client.name,
            group_id=client.group_id,
            owner=owner_of[client.group_id].group_id,
            observed=client.observed,
            longest_silence=client.longest_silence,
        )
        for client in roster
        if client.group_id in owner_of and client.id not in left_out and not client.non_persistent
    ]
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


def _named(entry: RosterEntry) -> str:
    build = entry.observed.build if entry.observed is not None else None
    return build or "an unknown build"
