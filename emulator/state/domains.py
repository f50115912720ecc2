r"""Domains of a site: each has a tree of groups of its own, below a root of the same name.

Where people speak of a group of another domain than the site's first one, the name of the domain comes first:
`Branches: My Company\Sales`. So the emulator keeps its path, and so the product names it. SEPM itself shows the path
without the domain, and the domain beside it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from emulator.state.draws import identity

_MARK = ": "
_BELOW = "\\"


class Domain(NamedTuple):
    """A domain, as SEPM shows it."""

    id: str
    name: str


class Shown(NamedTuple):
    """A group's place, as SEPM shows it."""

    domain: Domain
    path: str


class Domains:
    """The domains of a site, by the paths of its groups. The first one has the groups whose path names none."""

    def __init__(self, seed: int, first: str) -> None:
        self._seed = seed
        self.first = Domain(identity(seed, "domain", first), first)
        self._shown: dict[str, Shown] = {}

    def shown(self, path: str) -> Shown:
        """Where SEPM shows the group of that path."""
        known = self._shown.get(path)
        if known is None:
            name, root = _parted(path)
            domain = Domain(identity(self._seed, "domain", name), name) if name else self.first
            known = self._shown[path] = Shown(domain, root)
        return known

    def of(self, paths: Iterable[str]) -> tuple[Domain, ...]:
        """Every domain that has one of the groups, the first one first."""
        return tuple(dict.fromkeys((self.first, *(self.shown(path).domain for path in paths))))


def is_root(path: str, name: str) -> bool:
    """Whether it is the root of some domain, all of which have one name."""
    return _BELOW not in path and _parted(path)[1] == name


def _parted(path: str) -> tuple[str, str]:
    """The name of its domain, empty for the first one, and the path within it."""
    root, below, rest = path.partition(_BELOW)
    domain, _, name = root.rpartition(_MARK)
    return domain, f"{name}{below}{rest}"
