"""Coverage: for each client, whether it is known to hold what the next step needs, and why or why not.

A client's evidence grows with each full reading of its group and is kept; a verdict is a chain of small rules
over it. The denominator is the roster: every client ever seen (rule 1).
"""

from datetime import datetime

from rotation.plan.step import GatePurpose
from rotation.plan.unproven_failover import fails_over
from rotation.proof.acceptance import grown, own_serial, refuses, takes_policy, without_proof
from rotation.proof.outage import asks_who_comes, came, has_come, has_not_come, was_away
from rotation.proof.verdict import ClientEvidence, GateRule, Judgement, Reason, RosterEntry, Swap, Verdict
from rotation.serial import parse_or_none
from rotation.survey import ObservedClient
from rotation.values import ServerName


def judge(entry: RosterEntry, rule: GateRule, evidence: ClientEvidence | None) -> Judgement:
    """The verdict on one client: the first rule that applies decides.

    Order: left out by name, non-persistent, refusing, brought back by the rest of a way back, with a twin that is not
    ready, proven before, proven now, safe without proof, else waiting.
    """
    kept = _grow(entry, rule, evidence or ClientEvidence(client=entry.id))
    for speak in (_left_out, _image, _refusing, _brought_back, _twin, _proven, _away_from_drill, _safe):
        decided = speak(entry, rule, kept)
        if decided is not None:
            verdict, reason = decided
            break
    else:
        went_back = evidence is not None and evidence.covered and not kept.covered
        verdict, reason = Verdict.WAITING, Reason.WENT_BACK if went_back else _why_waiting(entry, rule, kept)
    if verdict is Verdict.COVERED:
        kept = kept._replace(covered=True, reason=reason)
    elif refuses(kept):  # what it has shown before is outdated
        kept = without_proof(kept)
    return Judgement(client=entry.id, verdict=verdict, reason=reason, evidence=kept)


_Decided = tuple[Verdict, Reason] | None


def _left_out(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> _Decided:
    """Nothing waits for it. One that goes first, and gets on all the same, shows that as well as any other."""
    if not entry.left_out:
        return None
    shown = _proven(entry, rule, kept) if rule.canary and not refuses(kept) else None
    return shown or (Verdict.LEFT_OUT, Reason.LEFT_OUT_BY_NAME)


def _image(entry: RosterEntry, _rule: GateRule, _kept: ClientEvidence) -> _Decided:
    return (Verdict.IMAGE, Reason.NON_PERSISTENT) if entry.non_persistent else None


def _refusing(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> _Decided:
    """A way back does not wait for clients that only the rest of it can bring.

    One that knows the new certificate refuses what the key of another one has signed: its server must publish
    again first, since the client does not come back to the old certificate.
    """
    if not refuses(kept):
        return None
    later = entry.observed is not None and entry.observed.last_server in rule.goes_back_later and not entry.knows_new
    return (Verdict.SAFE, Reason.BROUGHT_BACK_LATER) if later else (Verdict.WAITING, Reason.REFUSING)


def _brought_back(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> _Decided:
    """A way back does not wait for a client that was not heard since a new certificate came: it knows the old one.

    Not where two machines share its record: the other one may have been heard.
    """
    seen = entry.observed.last_seen if entry.observed is not None else None
    if rule.new_since is None or seen is None or entry.twin is not None or kept.covered:
        return None
    return (Verdict.SAFE, Reason.KNOWS_FORMER) if seen < rule.new_since else None


def _twin(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> _Decided:
    """Rule 23: the row of two machines shows whichever checked in last; the other one has to hold the policy too.

    Where clients fail over, one that is away finds a server that it knows, as any other does.
    """
    if asks_who_comes(rule):
        shown = entry.twin is None or kept.covered or came(entry.twin, rule) or was_away(entry.twin, rule)
        return None if shown else (Verdict.WAITING, Reason.SHARED_RECORD)
    twin, verifies = entry.twin, rule.swap is not None and not rule.relaxed
    if twin is None or kept.covered or rule.drill is not None or rule.canary or verifies:
        return None
    if rule.swap is None:
        ready = holds(twin, rule)
    else:
        after = rule.swap.first_seen + rule.swap.settle
        away = entry.relaxed and not rule.verifies_next
        ready = away or (twin.last_seen is not None and twin.last_seen > after and takes_policy(twin, rule))
    return None if ready else (Verdict.WAITING, Reason.SHARED_RECORD)


def _proven(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> _Decided:
    if kept.covered and kept.reason is not None:
        return Verdict.COVERED, kept.reason
    if rule.drill is not None:
        shown = fails_over(entry.seen_at, rule.drill.offers)
        return (Verdict.COVERED, Reason.SEEN_AT_SECOND_SERVER) if shown else None
    observed = entry.observed
    seen = observed.last_seen if observed else None
    if observed is None or seen is None:
        return None
    if asks_who_comes(rule):
        return (Verdict.COVERED, has_come(rule)) if came(observed, rule) else None
    if rule.swap is None:
        last_one = kept.contact_seen if rule.purpose is GatePurpose.RELAXED else kept.serial_seen
        confirmed = last_one is not None and seen > last_one and holds(observed, rule)
        return (Verdict.COVERED, Reason.SERIAL_CONFIRMED) if confirmed else None
    return _proven_after_swap(entry, rule, rule.swap, kept, seen)


def _proven_after_swap(
    entry: RosterEntry, rule: GateRule, swap: Swap, kept: ClientEvidence, seen: datetime
) -> _Decided:
    """Rule 11: a serial that moved after it, two trusted contacts, or a contact at the server itself.

    Before clients verify again one with the serial must come once more: it may have had the policy without the list.
    """
    first = kept.serial_seen
    again = first is not None and seen > first and entry.observed is not None and holds(entry.observed, rule)
    if again or (first is not None and not rule.verifies_next):
        return Verdict.COVERED, Reason.SERIAL_MOVED_AFTER_SWAP
    if kept.contact_seen is not None and seen > kept.contact_seen and _trusts_last(entry, rule, swap):
        return Verdict.COVERED, Reason.TWO_TRUSTED_CONTACTS
    here = _accepted_at(entry, rule, frozenset({swap.server}))
    if here and swap.swapped_shows_trust and not rule.relaxed and seen > swap.first_seen + swap.settle:
        return Verdict.COVERED, Reason.CONTACT_AT_SWAPPED_SERVER
    return None


def _away_from_drill(entry: RosterEntry, rule: GateRule, _kept: ClientEvidence) -> _Decided:
    return (Verdict.SAFE, Reason.AWAY_BEFORE) if was_away(entry.observed, rule) else None


def _safe(entry: RosterEntry, rule: GateRule, _kept: ClientEvidence) -> _Decided:
    """Clients that the next step cannot cut off although they have not shown themselves: they were away.

    A client that is to verify next is not among them: it may take that policy before the list, and then it knows the
    former certificate only.
    """
    if rule.drill is not None:
        asked_next = bool(entry.seen_at) and entry.seen_at <= rule.drill.asked_next
        return (Verdict.SAFE, Reason.AT_THE_FIRST_SERVER) if asked_next else None
    if not _was_away(entry, rule):
        return None
    if rule.canary:
        return Verdict.SAFE, Reason.AWAY_CANARY
    if rule.purpose is GatePurpose.RELAXED:
        return None
    # one that was moved since may have taken a policy that verifies
    if entry.relaxed and rule.relaxed and not rule.verifies_next:
        return Verdict.SAFE, Reason.HOLDS_RELAXED_POLICY
    if rule.swap is None or rule.relaxed:
        return None
    if rule.swap.protected:
        return Verdict.SAFE, Reason.PROTECTED_BY_HOLDOUT
    return (Verdict.SAFE, Reason.KNOWS_ANOTHER_SERVER) if entry.knows_another else None


def _was_away(entry: RosterEntry, rule: GateRule) -> bool:
    """Whether the client was silent before the change, and has been since.

    One that spoke just before and is silent now may have been cut off by the change: it is waited for. Of several
    changes it may be the first one, and of a replacement the moment after the former certificate was last seen. Of one
    that SEPM has forgotten since, the last check-in that a reading showed counts.
    """
    if rule.swap is not None:
        since: datetime | None = rule.swap.former_seen or rule.swap.first_seen
    else:
        since = rule.changed_from or rule.reference
    if since is None or (rule.as_of is not None and rule.as_of <= since):
        return False  # an export of before the change shows no client to be silent since
    seen = entry.observed.last_seen if entry.observed else entry.last_known
    return seen is None or seen < since - rule.quiet_after


def _grow(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> ClientEvidence:
    """`kept` with what this reading adds: the check-ins that count for the first time."""
    observed = entry.observed
    if observed is None or observed.last_seen is None:
        return kept
    if _went_back(observed, observed.last_seen, rule, kept):
        kept = without_proof(kept)
    if kept.serial_seen is None and holds(observed, rule):
        kept = kept._replace(serial_seen=observed.last_seen)
    if kept.contact_seen is None and _is_second(entry, rule, kept, observed.last_seen):
        kept = kept._replace(contact_seen=observed.last_seen)
    return grown(observed, observed.last_seen, rule, kept)


def _went_back(observed: ObservedClient, seen: datetime, rule: GateRule, kept: ClientEvidence) -> bool:
    """Whether an older policy is reported than was shown before (rule 23): of two machines with one record, say."""
    serial = own_serial(observed)
    if serial is None:
        return False
    if kept.older_serial is not None and serial < kept.older_serial:
        return True
    if kept.serial_seen is None or seen <= kept.serial_seen or rule.reference is None:
        return False
    return serial < min(rule.earlier, default=rule.reference)


def _is_second(entry: RosterEntry, rule: GateRule, kept: ClientEvidence, seen: datetime) -> bool:
    """Whether a check-in is one after that which took the policy; after a swap, one that took what was published."""
    swap = rule.swap
    if swap is None:
        known = entry.observed is not None and holds(entry.observed, rule)
        return known and kept.serial_seen is not None and seen > kept.serial_seen
    return _trusts_last(entry, rule, swap) and seen > swap.first_seen + swap.settle


def outdates(observed: ObservedClient, rule: GateRule, kept: ClientEvidence | None) -> bool:
    """Whether what a client reports now speaks against what is kept of it; what is not stated is always outdated.

    Two persons have stated it of the policies that were there then: one made between the change and the statement does
    not speak against it. An earlier one does, and so does one that was made since: no person has looked at it.
    """
    if kept is None or kept.reason is not Reason.STATED or kept.contact_seen is None:
        return True
    if observed.last_seen is None or observed.last_seen <= kept.contact_seen:
        return False
    serial = parse_or_none(observed.serial)
    if serial is None or rule.reference is None or not serial.belongs_to(observed.group_id):
        return True
    return not rule.reference <= serial.at <= kept.contact_seen


def holds(observed: ObservedClient, rule: GateRule) -> bool:
    """Whether a client reports a serial of its own group that the gate takes for right."""
    serial = parse_or_none(observed.serial)
    if rule.reference is None or serial is None or not serial.belongs_to(observed.group_id):
        return False
    if rule.exact:
        return serial.at == rule.reference or serial.at in rule.earlier
    return serial.at >= rule.reference or serial.at in rule.earlier


def _trusts_last(entry: RosterEntry, rule: GateRule, swap: Swap) -> bool:
    return _accepted_at(entry, rule, None if rule.relaxed else swap.trusted)


def _accepted_at(entry: RosterEntry, rule: GateRule, servers: frozenset[ServerName] | None) -> bool:
    """Whether the last check-in was at one of `servers` (None: at any), with a policy that is not an older one."""
    observed = entry.observed
    return (
        observed is not None and takes_policy(observed, rule) and (servers is None or observed.last_server in servers)
    )


def _why_waiting(entry: RosterEntry, rule: GateRule, kept: ClientEvidence) -> Reason:
    observed = entry.observed
    if observed is None:
        return Reason.VANISHED
    if observed.last_seen is None:
        return Reason.NOT_SEEN
    if rule.drill is not None:
        return Reason.NOT_AT_SECOND_SERVER
    if asks_who_comes(rule):
        return has_not_come(rule)
    if kept.serial_seen is not None or kept.contact_seen is not None:
        return Reason.SEEN_ONCE
    if rule.swap is not None:
        late = observed.last_seen > rule.swap.first_seen + rule.swap.settle
        return Reason.AT_UNTRUSTED_SERVER if late else Reason.NOT_SEEN
    return _why_old(observed, observed.last_seen, rule)


def _why_old(observed: ObservedClient, last_seen: datetime, rule: GateRule) -> Reason:
    if rule.reference is None:
        return Reason.REFERENCE_MISSING
    first = min(rule.earlier, default=rule.reference)
    if last_seen < first:
        return Reason.NOT_SEEN
    serial = parse_or_none(observed.serial)
    if serial is None:
        return Reason.NO_POLICY
    if not serial.belongs_to(observed.group_id):
        return Reason.OTHER_GROUPS_POLICY
    return Reason.OLD_POLICY if serial.at < first else Reason.UNSEEN_POLICY
