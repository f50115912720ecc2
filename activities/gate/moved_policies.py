"""What clients that fail over show of replaced servers, from one reading of a gate to the next (rule 24b)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.contract import GateRequest
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Gate, GatePurpose, Holdout
from rotation.proof.gate import minimum
from rotation.proof.moved_policy import (
    has_taken,
    is_of_late,
    is_there,
    lists_to_show,
    offers_one,
    refused_at,
    says_nothing,
    still_shown,
    unshown,
    used_of_late,
    verifying,
)
from rotation.proof.verdict import GateRule, RosterEntry
from rotation.running.wait import GateReading
from rotation.survey import ObservedClient
from rotation.values import GroupId, RotationId, ServerName
from service.scope import StepScope
from store.store import Store


@dataclass(frozen=True)
class Taken:
    """What a gate waits for to be shown, and who may show it."""

    scope: StepScope
    step: Gate
    clock: datetime
    skew: timedelta
    swapped: Mapping[ServerName, datetime]
    """When the new certificate of each server was first seen, on SEPM's clock."""
    rules: Mapping[GroupId, GateRule]

    def applied(self, reading: GateReading, entries: Iterable[RosterEntry], request: GateRequest) -> GateReading:
        """`reading` with what it has shown, beside what earlier ones have.

        It passes when the servers are shown that clients use, and one of each list. What was shown before a server got
        its certificate once more is not shown any more.
        """
        site = self.scope.site
        owners = {owner.group_id: owner for owner in self.scope.plan.body.scopes}
        who = {each.id: (each.observed, owners[each.owner]) for each in entries if each.observed is not None}
        known = still_shown(request.signing, self.swapped)
        waits = []
        for asked in request.asked:
            found = who.get(asked.client)
            if found is None:
                waits.append(asked)
                continue
            client, only_there = found[0], offers_one(found[1], site)
            if has_taken(asked, client, only_there=only_there, stays=site.limits.stays):
                known.setdefault(asked.server, self.clock)
            elif not says_nothing(asked, client, only_there=only_there, stays=site.limits.stays):
                waits.append(asked)
        verify = {client: each for client, each in who.items() if verifying(each[1])}
        lists = lists_to_show(self.scope.plan.body, site, self.step)
        late = [each for each in verify.values() if is_of_late(each[0], self.clock)]
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
        against = refused_at(waits, now, self._settled(), awake=self._is_awake(who.values()))
        update = {
            "reached": not lacks,
            "signing": known,
            "unshown": tuple(sorted(lacks)),
            "asked": tuple(waits),
            "there": tuple(sorted(there)),
            "refused_at": tuple(sorted(against & lacks)),
        }
        return reading.model_copy(update=update)

    def _settled(self) -> dict[GroupId, datetime]:
        """By owner, when its moved policy had come to every server."""
        delay = self.scope.plan.body.publish_delay + self.skew
        return {group: rule.reference + delay for group, rule in self.rules.items() if rule.reference is not None}

    def _is_awake(self, clients: Iterable[tuple[ObservedClient, OwnerScope]]) -> bool:
        """Whether at least half of the clients that were about at the last move were heard after it."""
        moved = max((rule.reference for rule in self.rules.values() if rule.reference is not None), default=None)
        if moved is None:
            return False
        about = [
            client.last_seen > moved
            for client, owner in clients
            if client.last_seen is not None and client.last_seen >= moved - minimum([owner])
        ]
        return 2 * sum(about) >= len(about) > 0


async def taken(
    scope: StepScope, step: Gate | Holdout, clock: datetime, skew: timedelta, rules: Mapping[GroupId, GateRule]
) -> Taken | None:
    """What `step` waits for; None where it waits for no client to show what servers sign."""
    if not isinstance(step, Gate) or step.purpose is not GatePurpose.SIGNED:
        return None
    swapped = await swapped_at(scope.world.store, scope.ref.rotation_id)
    return Taken(scope, step, clock, skew, swapped, rules)


async def swapped_at(store: Store, rotation_id: RotationId) -> dict[ServerName, datetime]:
    """When the newest certificate of each server was first seen, on SEPM's clock; again, where it was out meanwhile."""
    found: dict[ServerName, datetime] = {}
    for swap in await store.swaps.of(rotation_id):
        if swap.first_seen is not None:
            found[swap.server] = max(swap.first_seen, found.get(swap.server, swap.first_seen))
    return found
