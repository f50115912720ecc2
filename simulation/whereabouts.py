"""Where groups and computers were: somebody moves them meanwhile, and the journal has the paths of its time."""

from collections.abc import Iterable

from emulator.effects import NO_EFFECT, EffectView
from emulator.site import PAIR_SEPARATOR
from emulator.verdict import LostClient

_TAKES_IN = frozenset({"machine.move", "machine.install"})


def path_at_the_end(path: str, journal: Iterable[EffectView], *, since: int = NO_EFFECT) -> str:
    """The path that a group has at the end; `path` is what it had when effect number `since` happened."""
    for each in journal:
        if each.kind == "console.move_group" and each.number > since:
            before, moved = each.subject
            if path == before or path.startswith(before + PAIR_SEPARATOR):
                path = moved + path.removeprefix(before)
    return path


def group_when_lost(lost: LostClient, journal: Iterable[EffectView], first: str | None) -> str:
    """The group that a client was in when it first failed, by the path that it has at the end.

    Args:
        lost: the client, with the group that it is in at the end.
        journal: every effect on the site.
        first: the path of the group that it was in at the beginning; None when it was not there, or nobody knows.
    """
    journal = tuple(journal)
    moves = [each for each in journal if each.kind in _TAKES_IN and each.subject[0] == lost.name]
    earlier = [each for each in moves if each.at <= lost.first_failed]
    if earlier:
        return path_at_the_end(earlier[-1].subject[1], journal, since=earlier[-1].number)
    return lost.group if first is None or not moves else path_at_the_end(first, journal)
