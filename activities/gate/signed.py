"""What canaries show of the servers that sign for them: from one reading of a gate to the next (rule 13)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from rotation.plan.step import Gate, Holdout
from rotation.proof.coverage import holds
from rotation.proof.signatures import shown_by, to_show, verifying_gate, witnesses
from rotation.proof.verdict import GateRule, RosterEntry
from rotation.running.wait import GateReading
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ServerName
from service.scope import StepScope


@dataclass(frozen=True)
class Signatures:
    """The servers that a gate waits for to be shown, and who may show them: canaries as they were last seen."""

    scope: StepScope
    rules: Mapping[GroupId, GateRule]
    wanted: frozenset[ServerName] = frozenset()
    before: Mapping[ClientId, ObservedClient] = field(default_factory=dict)

    def applied(
        self, reading: GateReading, entries: Iterable[RosterEntry], shown: Collection[ServerName]
    ) -> GateReading:
        """`reading` with what it has shown, beside what earlier ones have. It does not pass while anything lacks."""
        if not self.wanted:
            return reading
        known = self.wanted & {*shown, *self._shown_now({entry.id: entry for entry in entries})}
        lacks = tuple(sorted(self.wanted - known))
        update = {"shown": tuple(sorted(known)), "unshown": lacks, "reached": reading.reached and not lacks}
        return reading.model_copy(update=update)

    def _shown_now(self, entries: Mapping[ClientId, RosterEntry]) -> Iterable[ServerName]:
        owners = {owner.group_id: owner for owner in self.scope.plan.body.scopes}
        for client, before in self.before.items():
            entry = entries.get(client)
            now = entry.observed if entry is not None else None
            if entry is None or now is None or not holds(now, self.rules[entry.owner]):
                continue
            server = shown_by(before, now, owners[entry.owner], self.scope.site)
            if server is not None:
                yield server


async def signatures(scope: StepScope, step: Gate | Holdout, rules: Mapping[GroupId, GateRule]) -> Signatures:
    """What `step` waits for, to be asked before a reading overwrites how its canaries were last seen.

    Those show something that verify, and did not report the policy then which they are to verify.
    """
    body, store = scope.plan.body, scope.world.store
    wanted = to_show(body, scope.site, step) if isinstance(step, Gate) else frozenset()
    verifying = verifying_gate(body, step) if isinstance(step, Gate) and wanted else None
    if verifying is None:
        return Signatures(scope, rules, wanted)
    by_group = {group: rules[owner.group_id] for owner in witnesses(body) for group in owner.groups}
    verify = await store.coverage.covered(scope.ref.rotation_id, [verifying.id])
    before = {
        client.id: client.observed
        for client in await store.roster.entries(scope.site.id, by_group.keys())
        if client.id in verify and client.observed is not None and not holds(client.observed, by_group[client.group_id])
    }
    return Signatures(scope, rules, wanted, before)
