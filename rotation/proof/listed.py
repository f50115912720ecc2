"""Clients that have fallen silent since HTTPS is shut: most hold another list than they should (rule 18)."""

from collections.abc import Collection, Iterable, Mapping

from rotation.plan.step import GatePurpose
from rotation.proof.verdict import GateRule, Judgement, RosterEntry, Verdict
from rotation.values import GroupId


def unlisted(
    entries: Iterable[RosterEntry], judgements: Collection[Judgement], by_owner: Mapping[GroupId, GateRule]
) -> list[RosterEntry]:
    """Those who are waited for, and were there within three heartbeats before: others were away already."""
    waiting = {each.client for each in judgements if each.verdict is Verdict.WAITING}
    return [entry for entry in entries if entry.id in waiting and _was_there(entry, by_owner[entry.owner])]


def _was_there(entry: RosterEntry, rule: GateRule) -> bool:
    seen = entry.observed.last_seen if entry.observed is not None else None
    asks = rule.purpose is GatePurpose.LISTED and rule.https_shut is not None
    return asks and seen is not None and rule.https_shut is not None and seen >= rule.https_shut - rule.quiet_after
