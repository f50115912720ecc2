"""Contact is not acceptance (rule 11): clients that check in behind a change and keep an older policy."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.proof.verdict import ClientEvidence, GateRule
from rotation.serial import parse_or_none
from rotation.survey import ObservedClient

_TIMES = 3


def takes_policy(observed: ObservedClient, rule: GateRule) -> bool:
    """Whether a client reports the newest policy of its owner; a contact with an older one proves nothing."""
    if rule.published is None:
        return True
    serial = own_serial(observed)
    return serial is not None and serial >= rule.published


def grown(observed: ObservedClient, seen: datetime, rule: GateRule, kept: ClientEvidence) -> ClientEvidence:
    """`kept` with one more check-in after the change that shows the same policy, long after a newer was made.

    A client that reports another policy than before has taken one: its check-ins are counted from there.
    """
    serial, published_by = own_serial(observed), _published_by(rule)
    if published_by is None or rule.published is None or serial is None:
        return kept
    if serial != kept.older_serial:
        kept = kept._replace(older_times=0, older_seen=None, older_serial=serial)
    again = kept.older_seen is None or seen > kept.older_seen
    if again and serial < rule.published and seen > published_by:
        return kept._replace(older_times=kept.older_times + 1, older_seen=seen)
    return kept


def _published_by(rule: GateRule) -> datetime | None:
    """From when on each server has the newest policy; None where no client is taken to refuse one."""
    if rule.published is None:
        return None
    if rule.swap is not None:
        return max(rule.published, rule.swap.first_seen) + rule.swap.settle
    return rule.published + rule.settle if rule.settle is not None else None


def refuses(kept: ClientEvidence) -> bool:
    """Whether it gets in and takes nothing. Policy and list may be two downloads, so the third check-in tells it."""
    return kept.older_times >= _TIMES


def without_proof(kept: ClientEvidence) -> ClientEvidence:
    """`kept` without what the client has shown to hold."""
    return kept._replace(covered=False, reason=None, serial_seen=None, contact_seen=None)


def keeps_older(observed: ObservedClient | None, published: Iterable[datetime], *, allowed: timedelta) -> bool:
    """Whether a client checks in with a policy that is older than one made more than `allowed` before (rule 28).

    Args:
        observed: the client.
        published: when policies of its group were made, as far as that is known: the newest may be a moment old.
        allowed: how long a client may take to have a policy.
    """
    if observed is None or (seen := observed.last_seen) is None:
        return False
    serial = own_serial(observed)
    return serial is not None and any(serial < made and seen > made + allowed for made in published)


def own_serial(observed: ObservedClient) -> datetime | None:
    """When the policy was made that a client reports; None where it reports none of its own group."""
    serial = parse_or_none(observed.serial)
    return serial.at if serial is not None and serial.belongs_to(observed.group_id) else None
