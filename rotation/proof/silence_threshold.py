"""How many clients must fall silent at once before a person is called: fewer may have been switched off (rule 22)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from rotation.proof.silence import TOGETHER, is_relaxed, was_there
from rotation.proof.verdict import GateRule, RosterEntry
from rotation.values import GroupId


def unusually_many(
    silent: Sequence[RosterEntry],
    entries: Sequence[RosterEntry],
    by_owner: Mapping[GroupId, GateRule],
    sepm_clock: datetime,
) -> list[RosterEntry]:
    """Those of the silent clients about which a person is called; the others are named in the trail.

    A client that has been silent for as long before, and came back, is left out: it is switched off each night.

    1. relaxed clients behind a replacement: all of them, since `silenced` has compared them with others already
    2. behind a replacement, three of the clients of that server, and more; or all that verify
    3. behind a write at least three: half of the clients of an owner that were there, or of the site, or a whole group

    All of them count however few they are: on a site of two clients nothing else would call before the gate's limit.

    Args:
        silent: what `silenced` has found.
        entries: the clients that the gate asks.
        by_owner: what it asks of them.
        sepm_clock: SEPM's time of the reading.
    """
    new = [entry for entry in silent if _is_new(entry, sepm_clock)]
    reported, swapped, written = list[RosterEntry](), list[RosterEntry](), list[RosterEntry]()
    for entry in new:
        rule = by_owner[entry.owner]
        (reported if is_relaxed(rule) else written if rule.swap is None else swapped).append(entry)
    present = [entry for entry in entries if was_there(entry, by_owner[entry.owner])]
    if len(swapped) >= TOGETHER or len(swapped) == sum(_verifies(by_owner[entry.owner]) for entry in present):
        reported += swapped
    there = Counter(entry.owner for entry in present if by_owner[entry.owner].swap is None)
    if _most(len(written), there.total()) or len(written) == there.total():
        return reported + written
    there_below = Counter(entry.group_id for entry in present)
    silent_of, silent_below = Counter(entry.owner for entry in written), Counter(entry.group_id for entry in written)
    return reported + [
        entry
        for entry in written
        if _most(silent_of[entry.owner], there[entry.owner])
        or silent_below[entry.group_id] == there_below[entry.group_id] >= TOGETHER
    ]


def _most(silent: int, there: int) -> bool:
    return silent >= max(TOGETHER, there / 2)


def _verifies(rule: GateRule) -> bool:
    return rule.swap is not None and not rule.relaxed


def _is_new(entry: RosterEntry, sepm_clock: datetime) -> bool:
    """Whether it has never been silent for so long before."""
    seen = entry.observed.last_seen if entry.observed is not None else None
    return seen is not None and sepm_clock - seen > entry.longest_silence
