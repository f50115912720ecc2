"""What clients that fail over show of replaced servers, from one reading of a gate to the next (rule 24)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from activities.scope import StepScope
from engine.contract import GateRequest
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, GatePurpose, Holdout
from rotation.proof.gate import minimum
from rotation.proof.moved import (
    LATE,
    has_taken,
    is_there,
    lists_to_show,
    offers_one,
    refused_at,
    unshown,
    used_of_late,
    verifying,
)
from rotation.proof.verdict import GateRule, RosterEntry
from rotation.running.state import GateReading
from rotation.survey import ObservedClient
from rotation.values import GroupId, RotationId, ServerName
from store.store import Store


@dataclass(frozen=True)
class Taken:
    """What a gate waits for to be shown, and who may show it."""

    scope: StepScope
    clock: datetime
    skew: timedelta = timedelta(0)
    swapped: Mapping[ServerName, datetime] = field(default_factory=dict)
    """When the new certificate of each server was first seen, on SEPM's clock."""
    rules: Mapping[GroupId, GateRule] = field(default_factory=dict)

    def told(self, reading: GateReading, entries: Iterable[RosterEntry], request: GateRequest) -> GateReading:
        """`reading` with what it has shown, beside what earlier ones have.

        It passes when the servers are shown that clients use, and one of each list. What was shown before a server got
        its certificate once more is not shown any more.
        """
        step, site = self.scope.step, self.scope.site
        if not isinstance(step, Gate) or step.purpose is not GatePurpose.SIGNED:
            return reading
        owners = {owner.group_id: owner for owner in self.scope.plan.body.scopes}
        who = {each.id: (each.observed, owners[each.owner]) for each in entries if each.observed is not None}
        known = still_shown(request.signing, self.swapped)
        waits = []
        for asked in request.asked:
            found = who.get(asked.client)
            if found is not None and has_taken(
                asked, found[0], only_there=offers_one(found[1], site), stays=site.limits.stays
            ):
                known.setdefault(asked.server, self.clock)
            else:
                waits.append(asked)
        verify = {client: each for client, each in who.items() if verifying(each[1])}
        lists = lists_to_show(self.scope.plan.body, site, step)
        late = [each for each in verify.values() if self._is_of_late(each[0])]
        in_use = {pair.server_list for _, owner in late for pair in owner.pairs}
        lacks = unshown(
            [servers for name, servers in lists.items() if name in in_use],
            known.keys(),
            used_of_late((observed for observed, _ in verify.values()), self.swapped, now=self.clock),
        )
        waits = [asked for asked in waits if asked.server in lacks]
        there = {
            observed.last_server
            for client, (observed, owner) in verify.items()
            if observed.last_server in lacks
            and is_there(observed, owner, self.swapped, now=self.clock)
            and client not in {asked.client for asked in waits}
        }
        now = {client: observed for client, (observed, _) in who.items()}
        against = refused_at(waits, now, self._settled(), awake=self._is_awake(who.values(), waits))
        update = {
            "reached": not lacks,
            "signing": known,
            "unshown": tuple(sorted(lacks)),
            "asked": tuple(waits),
            "there": tuple(sorted(there)),
            "refused_at": tuple(sorted(against & lacks)),
        }
        return reading.model_copy(update=update)

    def _is_of_late(self, client: ObservedClient) -> bool:
        return client.last_seen is not None and client.last_seen > self.clock - LATE

    def _settled(self) -> dict[GroupId, datetime]:
        """By owner, when its moved policy had come to every server."""
        delay = self.scope.plan.body.publish_delay + self.skew
        return {group: rule.reference + delay for group, rule in self.rules.items() if rule.reference is not None}

    def _is_awake(self, clients: Iterable[tuple[ObservedClient, OwnerScope]], asked: Iterable[object]) -> bool:
        """Whether most of the clients go on that were about when the policy was moved: nobody has gone home."""
        moved = max((rule.reference for rule in self.rules.values() if rule.reference is not None), default=None)
        if moved is None or not tuple(asked):
            return False
        about = [
            client.last_seen > moved
            for client, owner in clients
            if client.last_seen is not None and client.last_seen >= moved - minimum([owner])
        ]
        return 2 * sum(about) >= len(about) > 0


async def taken(
    scope: StepScope, step: Gate | Holdout, clock: datetime, skew: timedelta, rules: Mapping[GroupId, GateRule]
) -> Taken:
    """What `step` waits for."""
    if not isinstance(step, Gate) or step.purpose is not GatePurpose.SIGNED:
        return Taken(scope, clock)
    swapped = await swapped_at(scope.world.store, scope.ref.rotation_id)
    return Taken(scope, clock, skew, swapped, rules)


def still_shown(
    signing: Mapping[ServerName, datetime], swapped: Mapping[ServerName, datetime]
) -> dict[ServerName, datetime]:
    """What was shown of servers whose certificate was not put in once more since."""
    return {server: at for server, at in signing.items() if server in swapped and swapped[server] < at}


async def swapped_at(store: Store, rotation_id: RotationId) -> dict[ServerName, datetime]:
    """When the newest certificate of each server was first seen, on SEPM's clock; again, where it was out meanwhile."""
    found: dict[ServerName, datetime] = {}
    for swap in await store.swaps.of(rotation_id):
        if swap.first_seen is not None:
            found[swap.server] = max(swap.first_seen, found.get(swap.server, swap.first_seen))
    return found
