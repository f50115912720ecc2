"""Clients that come while a drill has something away: HTTPS at every server, or one server as a whole (rule 18)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from rotation.plan.step import GatePurpose
from rotation.proof.verdict import GateRule, Judgement, Reason, RosterEntry, Verdict
from rotation.survey import ObservedClient
from rotation.values import GroupId, ServerName, Value


class OutageSeen(Value):
    """What a reading has found of it."""

    since: datetime | None = None
    """Since when it is away, on SEPM's clock; None where it is there."""
    there: tuple[ServerName, ...] = ()
    """The servers that answer though they should not."""
    silent: tuple[ServerName, ...] = ()
    """While one is stopped, the others that do not answer."""
    missing: int = 0
    """Clients that were there until then, and have not come since."""
    missing_names: tuple[str, ...] = ()
    """Some of them."""


def asks_who_comes(rule: GateRule) -> bool:
    """Whether a gate asks who comes while something is away."""
    return rule.purpose in _REASONS


def has_come(rule: GateRule) -> Reason:
    """The reason of a client that has come."""
    return _REASONS[rule.purpose][0]


def has_not_come(rule: GateRule) -> Reason:
    """The reason of a client that has not come."""
    return _REASONS[rule.purpose][1]


_REASONS = {
    GatePurpose.LISTED: (Reason.CAME_OVER_HTTP, Reason.NOT_OVER_HTTP),
    GatePurpose.ELSEWHERE: (Reason.CAME_ELSEWHERE, Reason.NOT_ELSEWHERE),
}


def came(observed: ObservedClient, rule: GateRule) -> bool:
    """Whether a client has come in spite of it."""
    return came_over_http(observed, rule) if rule.purpose is GatePurpose.LISTED else came_elsewhere(observed, rule)


def came_over_http(observed: ObservedClient, rule: GateRule) -> bool:
    """Whether it has checked in since no server takes clients over HTTPS: whatever its build, it holds an HTTP list."""
    return _since(observed, rule)


def came_elsewhere(observed: ObservedClient, rule: GateRule) -> bool:
    """Whether it has checked in elsewhere since a server is stopped. None does at that one, unless it runs still."""
    return _since(observed, rule) and observed.last_server != rule.stopped


def was_away(observed: ObservedClient | None, rule: GateRule) -> bool:
    """Whether a client that fails over was away already when a server was stopped: this gate does not wait.

    The gates of replacements and the holdout do. One that reaches no other server has come back to this one when it is
    stopped once more, unless it is off.
    """
    asks = rule.purpose is GatePurpose.ELSEWHERE and rule.outage_since is not None
    return asks and not was_there(observed, rule)


def _since(observed: ObservedClient, rule: GateRule) -> bool:
    return rule.outage_since is not None and observed.last_seen is not None and observed.last_seen > rule.outage_since


def was_there(observed: ObservedClient | None, rule: GateRule) -> bool:
    """Whether a client was seen within three heartbeats before, or since: others were away already."""
    seen, since = observed.last_seen if observed is not None else None, rule.outage_since
    return seen is not None and since is not None and seen >= since - rule.quiet_after


def missing(
    entries: Iterable[RosterEntry], judgements: Collection[Judgement], by_owner: Mapping[GroupId, GateRule]
) -> list[RosterEntry]:
    """Those who are waited for and were there until then: most have no way without what is away."""
    waiting = {each.client for each in judgements if each.verdict is Verdict.WAITING}
    asked = ((entry, by_owner[entry.owner]) for entry in entries if entry.id in waiting)
    return [entry for entry, rule in asked if asks_who_comes(rule) and was_there(entry.observed, rule)]
