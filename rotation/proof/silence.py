"""Clients that a change has silenced, or that are all silent: named long before the limit of a gate."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rotation.plan.scope import ReportingPace
from rotation.plan.step import GatePurpose
from rotation.proof.gate import minimum
from rotation.proof.verdict import GateRule, Judgement, RosterEntry, Swap, Verdict
from rotation.values import ClientId, GroupId, ServerName

TOGETHER = 3
"""Fewer clients that fall silent at the same time may have been switched off."""
_MOST = 0.8
"""So many of those of a build and group that are on at night: one of five may have been switched off before."""
_NIGHT = timedelta(hours=6)
"""A client that has been silent for so long, and came back, is switched off at times: perhaps over a weekend too."""
_LONG_WEEKEND = timedelta(days=4)
_WRITTEN = frozenset({GatePurpose.RELAXED, GatePurpose.VERIFYING, GatePurpose.RETURNED})
"""Gates behind a write that may silence clients."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def silenced(
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
    down: Collection[ServerName] = (),
) -> list[RosterEntry]:
    """Clients that were there until the change, are waited for, and have been silent for three heartbeats.

    After a swap those of its server (rule 8), and those of the servers `down`, which answer on no port: no other one
    lets them in, or they would have been seen there (rule 20). After a write, to relax clients or to put settings
    back, those of every group but the canaries, which are asked about by themselves (rule 10). Of the clients that are
    relaxed when a certificate is replaced, one says nothing: no certificate silences it, and it may be switched off
    (rule 22). So either all of them are named, or most of the clients of one build in one group, when they are silent
    for longer than over a night or a weekend.
    """
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    relaxed = [entry for entry in entries if is_relaxed(by_owner[entry.owner])]
    silent = [
        entry
        for entry in entries
        if entry.id in waiting
        and (
            _is_silenced(entry, by_owner[entry.owner], sepm_clock)
            or _is_gone(entry, by_owner[entry.owner], down, sepm_clock)
        )
    ]
    quiet = [entry for entry in relaxed if _is_quiet(entry, by_owner[entry.owner], sepm_clock)]
    if len(quiet) == len(relaxed):
        together = [entry for entry in relaxed if was_there(entry, by_owner[entry.owner])]
    else:
        unusual = {
            entry.id
            for entry in quiet
            if is_unusual(entry, sepm_clock) and _is_no_weekend(entry, by_owner[entry.owner], sepm_clock)
        }
        marked = {entry.owner for entry in relaxed if entry.relaxed}
        # a repair proves again that a group is relaxed, and takes the mark from all of its clients
        known = [entry for entry in relaxed if entry.relaxed or entry.owner not in marked]
        together = _once(entry for alike in _alike(known) for entry in _together(alike, unusual, by_owner))
    return silent + [entry for entry in together if entry.id in waiting]


def builds_not_back(
    entries: Iterable[RosterEntry], since: datetime, quiet: Collection[ClientId]
) -> list[list[RosterEntry]]:
    """The clients of each build of each owner of which none was heard since the last replacement, or not of late.

    Where several were there in the days before it: the others are away. Nothing says yet whether agents of that build
    took the list with the new certificate; or all of them have been silent since for longer than they ever were.

    Args:
        entries: the clients, as the closing check has read them.
        since: when that certificate was first seen, on SEPM's clock.
        quiet: those that are silent for three heartbeats, and for longer than they ever were.
    """
    return [
        alike
        for alike in _alike(entries)
        if all(_heard(each) < since or each.id in quiet for each in alike)
        and sum(_heard(each) >= since - _LONG_WEEKEND for each in alike) >= TOGETHER
    ]


def silent_elsewhere(
    entries: Iterable[RosterEntry],
    asked: Collection[ClientId],
    since: datetime,
    paces: Mapping[GroupId, ReportingPace],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """Clients for which no gate behind a replacement waits, and of which most of a build and group fell silent at once.

    They were heard since that moment, are on at all times otherwise, and were heard last within one heartbeat: those
    that people switch off go one by one. One that fell silent before counts against them, as does one that was heard
    later. `silenced` tells only of clients that a gate waits for.

    Args:
        entries: the clients of the site.
        asked: those for which the gate waits.
        since: when the first new certificate was first seen, and a day after the rotation began, on SEPM's clock.
        paces: how often the clients of each owner report.
        sepm_clock: SEPM's time of the reading.
    """
    heard = (each for each in entries if not each.left_out and not each.non_persistent and _heard(each) >= since)
    found = list[RosterEntry]()
    for alike in _alike(heard):
        pace = paces[alike[0].owner]
        apart = _apart(pace)
        on = [entry for entry in alike if _is_on(entry, apart)]
        quiet = [entry for entry in on if quiet_for(entry, minimum([pace]), sepm_clock)]
        last = max(map(_heard, quiet), default=_NEVER)
        together = [entry for entry in quiet if _heard(entry) >= last - apart]
        others = len(on) + sum(_heard(entry) > last for entry in alike if entry not in on)
        if len(together) >= max(TOGETHER, _MOST * others):
            found += [entry for entry in together if entry.id not in asked]
    return _once(found)


def all_silent(
    entries: Iterable[RosterEntry], since: datetime, paces: Mapping[GroupId, ReportingPace], sepm_clock: datetime
) -> int:
    """How many clients are on at all times, where no client of the site has reported for a heartbeat; else 0.

    SEPM's answers are old then, or its network is down, or these computers are off for longer than ever since the first
    survey. Fewer than three say nothing. The silence of a client that is left out by name, or that starts from an
    image, says nothing either; its report shows that SEPM's answers are new.

    Args:
        entries: the clients of the site.
        since: a day after the rotation began, on SEPM's clock: until then it is not known which are on at night.
        paces: how often the clients of each owner report.
        sepm_clock: SEPM's time of the reading.
    """
    known = [(each, _apart(paces[each.owner])) for each in entries]
    if any(_heard(entry) >= sepm_clock - apart for entry, apart in known):
        return 0
    counted = ((entry, apart) for entry, apart in known if not entry.left_out and not entry.non_persistent)
    on = [entry for entry, apart in counted if _heard(entry) >= since and _is_on(entry, apart)]
    return len(on) if len(on) >= TOGETHER and all(is_unusual(entry, sepm_clock) for entry in on) else 0


def _apart(pace: ReportingPace) -> timedelta:
    """How far apart two check-ins of a client are, at the most."""
    return pace.slowest_heartbeat + pace.jitter


def _is_on(entry: RosterEntry, apart: timedelta) -> bool:
    """Whether the client is on at night too, as far as readings tell."""
    return entry.longest_silence < _NIGHT or entry.longest_silence <= apart


def _heard(entry: RosterEntry) -> datetime:
    seen = entry.observed.last_seen if entry.observed is not None else None
    return seen if seen is not None else _NEVER


def _once(entries: Iterable[RosterEntry]) -> list[RosterEntry]:
    """Each client once: it may be one of an owner's and one of a group's."""
    return list({entry.id: entry for entry in entries}.values())


def _alike(entries: Iterable[RosterEntry]) -> list[list[RosterEntry]]:
    """The clients of each build of each owner, and of each group where the owner has others.

    Agents of another build may fetch policy and list otherwise. What other than SEPM gives clients a Sylink.xml may do
    so in a group that inherits.
    """
    of_owner = defaultdict[tuple[GroupId, str | None], list[RosterEntry]](list)
    of_group = defaultdict[tuple[GroupId, GroupId, str | None], list[RosterEntry]](list)
    for entry in entries:
        if entry.observed is not None:
            of_owner[entry.owner, entry.observed.build].append(entry)
            of_group[entry.owner, entry.group_id, entry.observed.build].append(entry)
    below = (alike for (owner, _, build), alike in of_group.items() if len(alike) < len(of_owner[owner, build]))
    return [*of_owner.values(), *below]


def _together(
    alike: Sequence[RosterEntry], unusual: Collection[ClientId], by_owner: Mapping[GroupId, GateRule]
) -> list[RosterEntry]:
    """Those of clients that are alike who fell silent together: all of them, or most of those that were there."""
    silent = [entry for entry in alike if entry.id in unusual]
    if len(silent) < len(alike):
        there = [entry for entry in alike if was_there(entry, by_owner[entry.owner])]
        silent = [entry for entry in there if entry.id in unusual]
        return silent if len(silent) >= max(TOGETHER, len(there) / 2) else []
    return silent if len(silent) >= TOGETHER else []


def quiet_for(entry: RosterEntry, length: timedelta, sepm_clock: datetime) -> bool:
    """Whether the client is silent for that long, and for longer than it has been before and come back."""
    return sepm_clock > _heard(entry) + length and is_unusual(entry, sepm_clock)


def is_unusual(entry: RosterEntry, sepm_clock: datetime) -> bool:
    """Whether the client is silent for longer than it has been before and come back."""
    seen = entry.observed.last_seen if entry.observed is not None else None
    return seen is not None and sepm_clock - seen > entry.longest_silence


def _is_no_weekend(entry: RosterEntry, rule: GateRule, sepm_clock: datetime) -> bool:
    """Whether the client is silent for longer than over a weekend, or is on at all times and was at the replacement.

    The silence of a client that was overdue at the replacement has another cause, perhaps a first night off; not heard
    in the four days before it, it is away.
    """
    if _was_on(entry, rule) and entry.longest_silence < _NIGHT:
        return True
    begun = rule.swap.first_seen if rule.swap is not None else sepm_clock
    return begun - _LONG_WEEKEND <= _heard(entry) < sepm_clock - _LONG_WEEKEND


def fallen_silent(
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """Clients that are covered, and of which nothing was heard for three heartbeats: most are switched off."""
    silent = _silent(entries, judgements, Verdict.COVERED, by_owner, sepm_clock)
    return [entry for entry in silent if _heard(entry) is not _NEVER]


def silent_canaries(
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """Canaries that do not hold the relaxed policy yet, and of which nothing was heard for three heartbeats."""
    silent = _silent(entries, judgements, Verdict.WAITING, by_owner, sepm_clock)
    rules = ((entry, by_owner[entry.owner]) for entry in silent)
    return [entry for entry, rule in rules if rule.canary and rule.purpose is GatePurpose.RELAXED]


def _silent(
    entries: Sequence[RosterEntry],
    judgements: Sequence[Judgement],
    verdict: Verdict,
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """The clients with that verdict of which nothing was heard for three heartbeats."""
    judged = {judgement.client for judgement in judgements if judgement.verdict is verdict}
    return [
        entry
        for entry in entries
        if entry.id in judged and _heard(entry) < sepm_clock - by_owner[entry.owner].quiet_after
    ]


def is_relaxed(rule: GateRule) -> bool:
    """Whether its clients do not verify when a certificate is replaced."""
    return rule.swap is not None and rule.relaxed


def _is_quiet(entry: RosterEntry, rule: GateRule, sepm_clock: datetime) -> bool:
    """Whether nothing was heard of it since three heartbeats after the replacement, nor for three heartbeats now."""
    seen = entry.observed.last_seen if entry.observed is not None else None
    until = rule.swap.first_seen + rule.swap.settle + rule.quiet_after if rule.swap is not None else sepm_clock
    return sepm_clock > until and (seen is None or seen < min(until, sepm_clock - rule.quiet_after))


def _was_on(entry: RosterEntry, rule: GateRule) -> bool:
    """Whether the client was not overdue at the replacement.

    It was where its last check-in was longer ago than a heartbeat, and than each silence from which it has come back.
    """
    if rule.swap is None:
        return False
    usual = min(rule.quiet_after, max(rule.due_after, entry.longest_silence))
    return _heard(entry) >= (rule.swap.former_seen or rule.swap.first_seen) - usual


def was_there(entry: RosterEntry, rule: GateRule) -> bool:
    """Whether the client was heard within three heartbeats before the replacement or the write, or since."""
    seen = entry.observed.last_seen if entry.observed is not None else None
    begun = (rule.swap.former_seen or rule.swap.first_seen) if rule.swap is not None else rule.changed_from
    return seen is not None and begun is not None and seen >= begun - rule.quiet_after


def _is_silenced(entry: RosterEntry, rule: GateRule, sepm_clock: datetime) -> bool:
    seen = entry.observed.last_seen if entry.observed is not None else None
    if seen is None:
        return False
    if rule.swap is not None:
        here = entry.observed is not None and entry.observed.last_server == rule.swap.server
        return here and not rule.relaxed and _by_swap(seen, rule, rule.swap, sepm_clock)
    asked_alone = rule.canary and rule.purpose is GatePurpose.RELAXED  # by the look at canaries (rule 10)
    if rule.purpose not in _WRITTEN or asked_alone or rule.changed_from is None:
        return False
    return was_there(entry, rule) and seen < sepm_clock - rule.quiet_after


def _is_gone(entry: RosterEntry, rule: GateRule, down: Collection[ServerName], sepm_clock: datetime) -> bool:
    """Whether its last server is down, and no other one has let it in for three heartbeats."""
    if entry.observed is None or entry.observed.last_server not in down:
        return False
    verifies = rule.swap is not None and not rule.relaxed
    return verifies and was_there(entry, rule) and _heard(entry) < sepm_clock - rule.quiet_after


def _by_swap(seen: datetime, rule: GateRule, swap: Swap, sepm_clock: datetime) -> bool:
    overdue = sepm_clock > swap.first_seen + swap.settle + rule.quiet_after
    return overdue and (swap.former_seen or swap.first_seen) - rule.quiet_after <= seen <= swap.first_seen
