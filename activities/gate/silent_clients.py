"""Silent clients for which no gate waits: before a replacement all of them; behind it builds and groups.

- before: no client of the site reports, while a person claims the replacement
- behind: builds of which no client is back, groups that fell silent since
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from temporalio import activity

from activities.gate.denominator import entry_of
from activities.gate.full_reading import read_and_store
from activities.gate.reading_counts import NAMES
from engine.contract import ActivityName, SilentAnswer, StepRequest
from rotation.plan.scope import OwnerScope
from rotation.proof.gate import minimum
from rotation.proof.silence import all_silent, builds_not_back, quiet_for, silent_elsewhere
from rotation.proof.verdict import RosterEntry
from rotation.running.wait import GateReading
from rotation.survey import SiteSurvey
from rotation.values import ClientId, GroupId
from service.scope import StepScope, scope_of
from service.world import World
from store.site.roster import RosterClient

_DAY = timedelta(days=1)
"""So long must clients be watched before it is known which of them are off at night."""


class SilentClients:
    """Clients that are read while a person is waited for, and no gate reads them."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.READ_SILENT)
    async def read_silent(self, request: StepRequest) -> SilentAnswer:
        """Read every client of the site, keep what was seen, and name those of a build and group that fell silent.

        A site without REST shows nothing: it answers with none.
        """
        world = self._world
        scope = await scope_of(world, request.ref)
        if scope.site.at_console is not None:
            return SilentAnswer()
        latest, clock, survey = await read_and_store(world, scope.site, world.clock())
        entries = await _counted(scope, await world.store.roster.entries(scope.site.id, latest=latest))
        skew = survey.skew if survey is not None else timedelta(0)
        silent = await silent_beside(scope, entries, (), clock - skew)
        return SilentAnswer(count=len(silent), names=tuple(sorted(entry.name for entry in silent)[:NAMES]))


async def with_builds(
    scope: StepScope, survey: SiteSurvey, reading: GateReading, roster: Sequence[RosterClient]
) -> GateReading:
    """The reading of the closing check with the builds of which it waits for one client, and the clients to name.

    Clients that are left out by name, and virtual desktops that start from an image, are none of them.
    """
    swaps = await scope.world.store.swaps.of(scope.ref.rotation_id)
    last = max((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if last is None:
        return reading
    entries = await _counted(scope, roster)
    clock = survey.clients_as_of - survey.skew
    least = {owner.group_id: minimum([owner]) for owner in scope.plan.body.scopes}
    quiet = {entry.id for entry in entries if quiet_for(entry, least[entry.owner], clock)}
    builds = builds_not_back(entries, last, quiet)
    silent = [entry for alike in builds for entry in alike if entry.id in quiet and clock > last + least[entry.owner]]
    update = {
        "absent_builds": tuple(sorted({_named(alike[0]) for alike in builds})),
        "silent_after_swap": len(silent),
        "silent_names": tuple(sorted(entry.name for entry in silent)[:NAMES]),
    }
    return reading.model_copy(update=update)


async def silent_beside(
    scope: StepScope, entries: Sequence[RosterEntry], asked: Collection[ClientId], clock: datetime
) -> list[RosterEntry]:
    """Those that fell silent behind the first certificate that the plan has put in; none before.

    On a way back that is an old one: clients that a new one had cut off are known.

    Args:
        scope: the step.
        entries: the clients of the site.
        asked: those for which a gate waits.
        clock: SEPM's time of the reading, less the skew of its clocks: each server dates the contacts that it has.
    """
    if scope.plan.body.purpose not in {"rotate", "roll-back"}:
        return []
    store, rotation_id = scope.world.store, scope.ref.rotation_id
    targets = {(each.server, each.fingerprint) for each in scope.plan.body.certificates}
    swaps = [each for each in await store.swaps.of(rotation_id) if (each.server, each.target) in targets]
    first = min((swap.first_seen for swap in swaps if swap.first_seen is not None), default=None)
    if first is None:
        return []
    return silent_elsewhere(entries, asked, max(first, await _habits_known(scope)), _paces(scope), clock)


async def silent_at_claim(scope: StepScope, entries: Sequence[RosterEntry], clock: datetime) -> int:
    """How many clients are on at all times, where no client reports before a new certificate comes; else 0.

    What a site without REST shows is as old as its export. `clock`: as `silent_beside`.
    """
    if scope.plan.body.purpose != "rotate" or scope.site.at_console is not None:
        return 0
    return all_silent(entries, await _habits_known(scope), _paces(scope), clock)


async def _habits_known(scope: StepScope) -> datetime:
    return (await scope.world.store.rotations.get(scope.ref.rotation_id)).created_at + _DAY


def _paces(scope: StepScope) -> dict[GroupId, OwnerScope]:
    return {owner.group_id: owner for owner in scope.plan.body.scopes}


async def _counted(scope: StepScope, roster: Sequence[RosterClient]) -> list[RosterEntry]:
    """The clients of the plan's groups, without those left out by name and those that start from an image."""
    owner_of = {group: owner.group_id for owner in scope.plan.body.scopes for group in owner.groups}
    left_out = await scope.world.store.roster.left_out(scope.ref.rotation_id)
    counted = (each for each in roster if each.id not in left_out and not each.non_persistent)
    return [entry_of(each, owner_of[each.group_id]) for each in counted if each.group_id in owner_of]


def _named(entry: RosterEntry) -> str:
    build = entry.observed.build if entry.observed is not None else None
    return build or "an unknown build"
