"""Where groups and computers were: administrators move them meanwhile; the journal has the paths of each time."""

from collections.abc import Iterable, Sequence

from emulator.clients.verdict import LostClient
from emulator.state.effects import NO_EFFECT, EffectView
from emulator.state.site import PAIR_SEPARATOR

MOVES = "console.move_group"
_TAKES_IN = frozenset({"machine.move", "machine.install"})


def path_at_the_end(path: str, journal: Iterable[EffectView], *, since: int = NO_EFFECT) -> str:
    """The path that a group has after a journal; `path` is what it had when effect number `since` happened."""
    return paths_since(path, journal, since=since)[-1]


def paths_since(path: str, journal: Iterable[EffectView], *, since: int) -> tuple[str, ...]:
    """Every path that a group has had since effect number `since`, when it was `path`, in order."""
    paths = [path]
    for each in journal:
        if each.kind == MOVES and each.number > since:
            before, moved = each.subject
            if paths[-1] == before or paths[-1].startswith(before + PAIR_SEPARATOR):
                paths.append(moved + paths[-1].removeprefix(before))
    return tuple(paths)


def groups_when_lost(lost: LostClient, journal: Iterable[EffectView], first: str | None) -> tuple[str, ...]:
    """The group that a client was in when it first failed and those above it then, by their paths at the end.

    The nearest first. A group that was moved later has other groups above it at the end.

    Args:
        lost: the client, with the group that it is in at the end.
        journal: every effect on the site.
        first: the path of the group that it was in at the beginning; None when it was not there, or is unknown.
    """
    journal = tuple(journal)
    earlier = [each for each in journal if each.at <= lost.first_failed]
    later = [each for each in journal if each.at > lost.first_failed]
    came = [each for each in earlier if each.kind in _TAKES_IN and each.subject[0] == lost.name]
    if came:
        return _at_the_end(path_at_the_end(came[-1].subject[1], earlier, since=came[-1].number), later)
    return _at_the_end(lost.group, ()) if first is None else _at_the_end(path_at_the_end(first, earlier), later)


def _at_the_end(path: str, later: Sequence[EffectView]) -> tuple[str, ...]:
    """A group and all above it, the nearest first."""
    names = path.split(PAIR_SEPARATOR)
    above = (PAIR_SEPARATOR.join(names[:count]) for count in range(len(names), 0, -1))
    return tuple(path_at_the_end(each, later) for each in above)
