"""What clients that fail over show of replaced servers, from one reading of a gate to the next (rule 24)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.scope import StepScope
from engine.contract import GateRequest
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, GatePurpose, Holdout
from rotation.proof.moved import lists_to_show, refused_at, taken_at, unshown, verifying, was_there
from rotation.proof.verdict import RosterEntry
from rotation.running.state import GateReading
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ListName, ServerName

_LATE = timedelta(days=14)
_WATCHED = 50
"""So many clients that were at replaced servers are kept in mind."""


@dataclass(frozen=True)
class Taken:
    """The servers that a gate waits for to be shown, and who may show them: clients as they were last seen."""

    scope: StepScope
    clock: datetime
    lists: Mapping[ListName, frozenset[ServerName]] = field(default_factory=dict)
    before: Mapping[ClientId, tuple[OwnerScope, ObservedClient]] = field(default_factory=dict)
    moved: Collection[GroupId] = ()
    """The owners whose policy was moved."""

    def told(self, reading: GateReading, entries: Iterable[RosterEntry], request: GateRequest) -> GateReading:
        """`reading` with what it has shown, beside what earlier ones have.

        It passes when the servers are shown that clients use, and one of each list.

        Until a policy is moved it tells which clients are at a server of which that is not known.
        """
        if not isinstance(self.scope.step, Gate) or self.scope.step.purpose is not GatePurpose.SIGNED:
            return reading
        now = {entry.id: entry.observed for entry in entries if entry.observed is not None}
        shown = {*request.shown, *self._shown_now(now)}
        there = self._there(now)
        lacks = unshown(self._in_use(now), shown, there.values())
        there = {client: server for client, server in there.items() if server in lacks}
        if request.moved_at is not None:  # who else is there now was not asked
            there = {client: at for client, at in request.there.items() if self._owner(client) in self.moved}
        update = {
            "reached": not lacks,
            "shown": tuple(sorted(shown)),
            "unshown": tuple(sorted(lacks)),
            "there": dict(list(there.items())[:_WATCHED]),
            "refused_at": refused_at(there, now, lacks, request.moved_at) if request.moved_at is not None else (),
        }
        return reading.model_copy(update=update)

    def _shown_now(self, now: Mapping[ClientId, ObservedClient]) -> Iterable[ServerName]:
        for client, (owner, before) in self.before.items():
            server = taken_at(before, now[client], owner, self.scope.site) if client in now else None
            if server is not None:
                yield server

    def _there(self, now: Mapping[ClientId, ObservedClient]) -> dict[ClientId, ServerName]:
        """The clients that verify and are about, each with the replaced server at which it is."""
        replaced = frozenset[ServerName]().union(*self.lists.values())
        return {
            client: observed.last_server
            for client, observed in sorted(now.items())
            if client in self.before
            and observed.last_server in replaced
            and was_there(observed, self.before[client][0], self.clock)
        }

    def _in_use(self, now: Mapping[ClientId, ObservedClient]) -> list[frozenset[ServerName]]:
        """The replaced servers of each list with clients that were seen of late: of others nobody can show anything."""
        owners = [self.before[client][0] for client, observed in now.items() if self._is_in_use(client, observed)]
        used = {pair.server_list for owner in owners for pair in owner.pairs}
        return [servers for name, servers in self.lists.items() if name in used]

    def _is_in_use(self, client: ClientId, observed: ObservedClient) -> bool:
        seen = observed.last_seen
        return client in self.before and seen is not None and not observed.non_persistent and seen > self.clock - _LATE

    def _owner(self, client: ClientId) -> GroupId | None:
        return self.before[client][0].group_id if client in self.before else None


async def taken(scope: StepScope, step: Gate | Holdout, clock: datetime, moved: Collection[GroupId]) -> Taken:
    """What `step` waits for, to be asked before a reading overwrites how clients were last seen."""
    if not isinstance(step, Gate) or step.purpose is not GatePurpose.SIGNED:
        return Taken(scope, clock)
    owner_of = {group: owner for owner in scope.plan.body.scopes if verifying(owner) for group in owner.groups}
    before = {
        client.id: (owner_of[client.group_id], client.observed)
        for client in await scope.world.store.roster.entries(scope.site.id, owner_of.keys())
        if client.observed is not None
    }
    return Taken(scope, clock, lists_to_show(scope.plan.body, scope.site, step), before, moved)
