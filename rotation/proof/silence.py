"""Clients that a change has silenced, as far as a reading can tell: named long before the gate's limit."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from rotation.plan.step import GatePurpose
from rotation.proof.verdict import GateRule, Judgement, RosterEntry, Swap, Verdict
from rotation.values import GroupId


def silenced(
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """Clients that were there until the change, are waited for, and have been silent for three heartbeats.

    After a swap those of its server (rule 8); after relaxing, those of every group but the canaries, which are asked
    about by themselves (rule 10). Of the clients that are relaxed when a certificate is replaced only all of them
    together tell something: one that is switched off is silent too, and no certificate silences it (rule 22).
    """
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    relaxed = [entry for entry in entries if _is_relaxed(by_owner[entry.owner])]
    silent = [
        entry for entry in entries if entry.id in waiting and _is_silenced(entry, by_owner[entry.owner], sepm_clock)
    ]
    if relaxed and all(_is_quiet(entry, by_owner[entry.owner], sepm_clock) for entry in relaxed):
        silent += [entry for entry in relaxed if entry.id in waiting and _was_there(entry, by_owner[entry.owner])]
    return silent


def fallen_silent(
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """Clients that are covered, and of which nothing was heard for three heartbeats: most are switched off."""
    covered = {judgement.client for judgement in judgements if judgement.verdict is Verdict.COVERED}
    return [
        entry
        for entry in entries
        if entry.id in covered
        and entry.observed is not None
        and entry.observed.last_seen is not None
        and entry.observed.last_seen < sepm_clock - by_owner[entry.owner].quiet_after
    ]


def _is_relaxed(rule: GateRule) -> bool:
    return rule.swap is not None and rule.relaxed


def _is_quiet(entry: RosterEntry, rule: GateRule, sepm_clock: datetime) -> bool:
    """Whether nothing was heard of it since three heartbeats after the replacement, nor for three heartbeats now."""
    seen = entry.observed.last_seen if entry.observed is not None else None
    until = rule.swap.first_seen + rule.swap.settle + rule.quiet_after if rule.swap is not None else sepm_clock
    return sepm_clock > until and (seen is None or seen < min(until, sepm_clock - rule.quiet_after))


def _was_there(entry: RosterEntry, rule: GateRule) -> bool:
    seen, swap = entry.observed.last_seen if entry.observed is not None else None, rule.swap
    return seen is not None and swap is not None and seen >= (swap.former_seen or swap.first_seen) - rule.quiet_after


def _is_silenced(entry: RosterEntry, rule: GateRule, sepm_clock: datetime) -> bool:
    seen = entry.observed.last_seen if entry.observed is not None else None
    if seen is None:
        return False
    if rule.swap is not None:
        here = entry.observed is not None and entry.observed.last_server == rule.swap.server
        return here and not rule.relaxed and _by_swap(seen, rule, rule.swap, sepm_clock)
    if rule.purpose is not GatePurpose.RELAXED or rule.canary or rule.changed_from is None:
        return False
    return rule.changed_from - rule.quiet_after <= seen < sepm_clock - rule.quiet_after


def _by_swap(seen: datetime, rule: GateRule, swap: Swap, sepm_clock: datetime) -> bool:
    overdue = sepm_clock > swap.first_seen + swap.settle + rule.quiet_after
    return overdue and (swap.former_seen or swap.first_seen) - rule.quiet_after <= seen <= swap.first_seen
