"""From a full reading of a site to the verdict on every client of a gate."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TypeGuard

from pydantic import Field

from rotation.plan.drill import put_first
from rotation.plan.plan import PlanBody, left_in
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.step import Console, Gate, GatePurpose, Holdout, ScopeName, SettingField, Write
from rotation.plan.work.task import ReorderList, ReplaceCertificate
from rotation.proof.acceptance import without_proof
from rotation.proof.coverage import holds, judge, outdates
from rotation.proof.gate import minimum
from rotation.proof.outage import OutageSeen
from rotation.proof.verdict import (
    ClientEvidence,
    DrillRound,
    GateRule,
    Judgement,
    Reason,
    RosterEntry,
    Swap,
    Tally,
    Verdict,
)
from rotation.site import Protocol, Site
from rotation.span import Length
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ServerName, Value


class Seen(Value):
    """What was read and stored for a gate, beside the clients themselves."""

    site: Site
    body: PlanBody
    swapped: tuple[ServerName, ...]
    """Servers with their new certificate, in the order of their replacement."""
    references: Mapping[GroupId, datetime]
    """What the serials of each owner must reach, where that is fixed."""
    earlier: Mapping[GroupId, frozenset[datetime]] = Field(default_factory=dict)
    """Serials of each owner before it that are as right."""
    changed_from: Mapping[GroupId, datetime] = Field(default_factory=dict)
    """When the first of the writes to each owner was made, on SEPM's clock."""
    published: Mapping[GroupId, datetime] = Field(default_factory=dict)
    """The newest policy date of each owner, where SEPM tells it."""
    former_seen: datetime | None = None
    """When the probe last saw the former certificate, on SEPM's clock."""
    swap_seen: datetime | None = None
    """When the probe first saw the new certificate, on SEPM's clock."""
    new_since: datetime | None = None
    """In a roll-back, when the probe last saw that no server had its new certificate, on SEPM's clock."""
    outage: OutageSeen = OutageSeen()
    """What a drill has away (rule 18)."""
    skew: Length = timedelta(0)
    as_of: datetime | None = None
    """When clients were as they are shown, where that is not now."""


def gate_server(step: Gate | Holdout, seen: Seen) -> ServerName | None:
    """The server whose replacement `step` is about: a holdout waits on the last one before it."""
    if isinstance(step, Gate):
        return step.server
    return seen.swapped[-1] if seen.swapped else None


def evidence_key(body: PlanBody, step: Gate | Holdout) -> str:
    """Under which step a gate's evidence is kept: a holdout goes on with that of the gate before it."""
    if isinstance(step, Gate):
        return step.id
    index = body.steps.index(step)
    before = [each.id for each in body.steps[:index] if isinstance(each, Gate) and each.purpose is GatePurpose.SWAPPED]
    return before[-1] if before else step.id


def rules(step: Gate | Holdout, seen: Seen) -> dict[GroupId, GateRule]:
    """What the gate asks, for each owner in its scope; where policies were moved, for each one whose policy was."""
    scope = step.scope if isinstance(step, Gate) else ScopeName.FAILOVER
    owners = seen.body.owners(scope)
    if isinstance(step, Gate) and step.purpose is GatePurpose.SIGNED:
        owners = tuple(owner for owner in owners if owner.group_id in seen.references)
    return {owner.group_id: _rule(step, owner, seen) for owner in owners}


def _rule(step: Gate | Holdout, owner: OwnerScope, seen: Seen) -> GateRule:
    purpose = step.purpose if isinstance(step, Gate) else GatePurpose.SWAPPED
    server = gate_server(step, seen)
    swap, canary = None, isinstance(step, Gate) and step.over_canaries
    if purpose is GatePurpose.SWAPPED and server is not None and seen.swap_seen is not None:
        swap = _swap(step, owner, seen, server, seen.swap_seen)
    return GateRule(
        purpose=purpose,
        relaxed=owner.treatment is Treatment.RELAX,
        verifies_next=_verifies_next(step, owner, seen.body),
        reference=seen.references.get(owner.group_id),
        changed_from=seen.changed_from.get(owner.group_id),
        earlier=seen.earlier.get(owner.group_id, frozenset()),
        exact=seen.site.at_console is not None,
        as_of=seen.as_of,
        published=seen.published.get(owner.group_id),
        goes_back_later=_goes_back_later(step, seen.body),
        new_since=seen.new_since - seen.skew if seen.new_since is not None else None,
        settle=seen.body.publish_delay + seen.skew if asks_for_dates(step, seen.body) else None,
        quiet_after=minimum([owner]) + seen.skew,
        due_after=owner.slowest_heartbeat + owner.jitter + seen.skew,
        outage_since=seen.outage.since + seen.skew if seen.outage.since is not None else None,
        stopped=server if purpose is GatePurpose.ELSEWHERE else None,
        swap=swap,
        drill=_drill(step, owner, seen) if isinstance(step, Gate) and step.is_drill else None,
        canary=canary,
        networks=frozenset(seen.body.tried_networks) if canary and purpose is GatePurpose.RELAXED else frozenset(),
    )


def relaxes_to_go_back(step: Gate | Holdout, body: PlanBody) -> bool:
    """Whether `step` waits for relaxed clients on a way back, before the first old certificate goes back."""
    return isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED and is_on_the_way_back(step, body)


def is_on_the_way_back(step: Gate | Holdout, body: PlanBody) -> bool:
    """Whether `step` is one of a roll-back."""
    ids = [each.id for each in body.steps]
    return bool(body.back_from) and ids.index(step.id) >= ids.index(body.back_from)


def asks_for_dates(step: Gate | Holdout, body: PlanBody) -> bool:
    """Whether `step` needs the newest policy dates, though it is behind no replacement.

    They show which clients check in and keep an older policy.
    """
    return is_put_back(step) or relaxes_to_go_back(step, body)


def is_put_back(step: Gate | Holdout) -> TypeGuard[Gate]:
    """Whether `step` waits for what was put back."""
    return isinstance(step, Gate) and step.purpose in {GatePurpose.VERIFYING, GatePurpose.RETURNED}


def _goes_back_later(step: Gate | Holdout, body: PlanBody) -> frozenset[ServerName]:
    """In a roll-back, the servers that get their old certificate back after `step`."""
    later = body.steps[body.steps.index(step) + 1 :] if body.back_from else ()
    works = (each.work for each in later if isinstance(each, Console))
    return frozenset(work.server for work in works if isinstance(work, ReplaceCertificate))


def gates_behind_swaps(step: Gate | Holdout, body: PlanBody) -> dict[ServerName, str]:
    """In a roll-back, the gates in which clients have shown that they know a certificate that goes out after `step`."""
    later = _goes_back_later(step, body)
    before = body.steps[: body.steps.index(step)]
    gates = (each for each in before if isinstance(each, Gate) and each.purpose is GatePurpose.SWAPPED)
    return {gate.server: gate.id for gate in gates if gate.server is not None and gate.server in later}


def _verifies_next(step: Gate | Holdout, owner: OwnerScope, body: PlanBody) -> bool:
    """Whether clients of the owner, which do not verify now, are made to before another certificate is replaced."""
    if not any(pair.needs_unverified for pair in owner.pairs):
        return False
    for each in body.steps[body.steps.index(step) + 1 :]:
        match each:
            case Write(restores=True, field=SettingField.SECURE_COMMUNICATIONS):
                return isinstance(step, Gate) and step.purpose is GatePurpose.SWAPPED
            case Write() | Console(work=ReplaceCertificate()):
                return False
            case _:
                pass
    return False


def _drill(step: Gate, owner: OwnerScope, seen: Seen) -> DrillRound:
    """What this round of the drill asks: of clients seen only where it sends the others, a later round does."""
    lists = {pair.server_list: seen.site.list_named(pair.server_list) for pair in owner.pairs}
    steps = seen.body.steps
    index = steps.index(step)
    works = [each.work for each in steps[:index] if isinstance(each, Console) and isinstance(each.work, ReorderList)]
    later = {
        each.work.list
        for each in steps[index:]
        if isinstance(each, Console) and isinstance(each.work, ReorderList) and not each.work.restores
    }
    return DrillRound(
        offers=tuple(known.servers if known is not None else frozenset() for known in lists.values()),
        asked_next=put_first(works, later & lists.keys()),
    )


def is_reached(step: Gate | Holdout, counted: Tally) -> bool:
    """Whether `step` may be passed on what was counted. Canaries must have shown something: an empty group did not.

    Canaries that only the rest of a way back brings can show nothing before.
    """
    shown = counted.covered > 0 or counted.brought_back > 0
    tried = not (isinstance(step, Gate) and step.over_canaries) or shown
    return counted.reached and tried


def gone_back(step: Gate | Holdout, seen: Seen) -> Iterator[str]:
    """The groups whose policy date is older than what a gate waits for, where settings were put back (rule 9).

    The settings are as recorded by then, so nothing else shows that the site's database was put back.
    """
    if not is_put_back(step):
        return
    for owner in seen.body.owners(step.scope):
        wanted, published = seen.references.get(owner.group_id), seen.published.get(owner.group_id)
        if wanted is not None and published is not None and published < wanted:
            yield owner.path


def gate_before(body: PlanBody, step: Gate) -> Gate | None:
    """The gate over the canaries of the same wave that asked before `step` what it asks."""
    index = body.steps.index(step)
    for earlier in reversed(body.steps[:index]):
        if isinstance(earlier, Gate) and (earlier.purpose, earlier.wave) == (step.purpose, step.wave):
            return earlier if earlier.over_canaries else None
    return None


def _swap(step: Gate | Holdout, owner: OwnerScope, seen: Seen, server: ServerName, first_seen: datetime) -> Swap:
    shows = _swapped_shows_trust(owner, seen, server)
    return Swap(
        server=server,
        first_seen=first_seen,
        former_seen=seen.former_seen,
        trusted=_trusted(owner, seen, server, shows=shows),
        swapped_shows_trust=shows,
        settle=seen.body.publish_delay + seen.skew,
        protected=isinstance(step, Gate) and _protected(owner, seen),
    )


def _trusted(owner: OwnerScope, seen: Seen, server: ServerName, *, shows: bool) -> frozenset[ServerName]:
    """Rule 11 (b): the servers at which two check-ins prove that a client gets on.

    Of the servers with a new certificate only those at which a client cannot be without trust in it, and, where
    clients of some locations do not verify at all, every one: those take the new certificate from any server.
    """
    names = {known.name for known in seen.site.servers}
    if shows:
        return frozenset(names - {server})
    if all(_pins(pair, seen) or _is_relaxed(pair, seen) for pair in owner.pairs):
        return frozenset(names)
    back = (*(chosen.server for chosen in seen.body.certificates), *left_in(seen.body)) if seen.body.back_from else ()
    changed = {*seen.swapped, *back}
    return frozenset(names - {server} - changed)


def _swapped_shows_trust(owner: OwnerScope, seen: Seen, server: ServerName) -> bool:
    """Rule 11 (c): verifying, HTTPS, another certificate than before, no trust in a CA."""
    chosen = seen.body.certificate_for(server)
    differs = chosen is not None and chosen.fingerprint != chosen.replaces
    return differs and all(_pins(pair, seen) for pair in owner.pairs)


def _pins(pair: PlannedPair, seen: Seen) -> bool:
    known = seen.site.list_named(pair.server_list)
    https = known is not None and known.protocol is Protocol.HTTPS and not known.verifies_ca
    return https and pair.secure_communications


def _is_relaxed(pair: PlannedPair, seen: Seen) -> bool:
    known = seen.site.list_named(pair.server_list)
    return known is not None and known.protocol is Protocol.HTTP and not pair.secure_communications


def gates_of_others(step: Gate | Holdout, owner: OwnerScope, seen: Seen) -> frozenset[str]:
    """The gates of other servers that every list of the owner offers: who passed one of them has where to go."""
    known = [seen.site.list_named(pair.server_list) for pair in owner.pairs]
    offered = frozenset(server.name for server in seen.site.servers)
    for each in known:
        offered &= each.servers if each is not None else frozenset()
    about = gate_server(step, seen)
    return frozenset(gate.id for gate in seen.body.swap_gates if gate.server in offered - {about})


def _protected(owner: OwnerScope, seen: Seen) -> bool:
    """Whether every list of the owner still has a holdout with the old certificate (invariant 3)."""
    held = set(seen.body.holdouts) - set(seen.swapped)
    offers = [seen.site.list_named(pair.server_list) for pair in owner.pairs]
    return all(known is not None and bool(known.servers & held) for known in offers)


def still_standing(
    entries: Iterable[RosterEntry], by_owner: Mapping[GroupId, GateRule], evidence: Mapping[ClientId, ClientEvidence]
) -> dict[ClientId, ClientEvidence]:
    """The evidence that a later look at the settings leaves (rule 12a).

    A client that was covered, and now reports a policy that was made while the settings were not as wanted, is
    not covered any more. That it keeps an older policy than it could have is no proof, and stays (rule 11).
    """
    kept = dict(evidence)
    for entry in entries:
        rule = by_owner.get(entry.owner)
        now = entry.observed
        had = kept.get(entry.id)
        if rule is None or now is None or had is None or holds(now, rule) or not outdates(now, rule, had):
            continue
        kept[entry.id] = without_proof(had)
    return kept


def judge_all(
    entries: Iterable[RosterEntry], by_owner: Mapping[GroupId, GateRule], evidence: Mapping[ClientId, ClientEvidence]
) -> list[Judgement]:
    """The verdict on every client of the gate's scope."""
    judged = [
        (entry, judge(entry, by_owner[entry.owner], evidence.get(entry.id)))
        for entry in entries
        if entry.owner in by_owner
    ]
    tried = {entry.network for entry, judgement in judged if judgement.verdict is Verdict.COVERED}
    return [_tries(entry, judgement, by_owner[entry.owner].networks - tried) for entry, judgement in judged]


def _tries(entry: RosterEntry, judgement: Judgement, untried: frozenset[str]) -> Judgement:
    """The gate waits for a canary that was away, where no other of its network has shown that plain HTTP gets through.

    The rest of that network follows it (rule 24a).
    """
    if judgement.reason is Reason.AWAY_CANARY and entry.network in untried:
        return judgement._replace(verdict=Verdict.WAITING, reason=Reason.NETWORK_UNTRIED)
    return judgement


def reached_no_client(
    clients: Iterable[ObservedClient | None], *, since: datetime | None, seen: Seen, clock: datetime
) -> bool:
    """Whether a certificate that was put in and taken out again has reached no client: none has reported meanwhile.

    Args:
        clients: every client ever seen; None where SEPM has lost it, which may have reported.
        since: when the certificate was last seen not to be in, on SEPM's clock.
        seen: with the moment in which it was first seen to be out again.
        clock: SEPM's clock now; what was published with it must have been replaced by then.
    """
    clock = clock if seen.as_of is None else min(clock, seen.as_of)
    if since is None or seen.swap_seen is None or clock <= seen.swap_seen + seen.body.publish_delay + seen.skew:
        return False
    return all(
        client is not None and (client.last_seen is None or client.last_seen + seen.skew < since) for client in clients
    )
