"""What hands out Sylink.xml beside SEPM: scripts, policies and packages that people stop and start again."""

from collections.abc import Iterable
from dataclasses import dataclass

from emulator.errors import UnknownNameError
from emulator.spec import HandOutSpec


@dataclass
class HandOut:
    """One of them."""

    spec: HandOutSpec
    stopped: bool = False
    file_ms: int | None = None
    """When the file was exported that it hands out (epoch milliseconds); None: before the start."""
    computers: frozenset[str] = frozenset()
    """The names of those that it gives the file."""


class HandOuts:
    """All of a site, by name."""

    def __init__(self, specs: Iterable[HandOutSpec]) -> None:
        self._by_name = {spec.name: HandOut(spec) for spec in specs}

    def named(self, name: str) -> HandOut:
        """The one of that name.

        Raises:
            UnknownNameError: There is none.
        """
        if name not in self._by_name:
            raise UnknownNameError("hand-out", name)
        return self._by_name[name]

    def given_to(self, computer: str) -> tuple[HandOut, ...]:
        """Those that give a computer their file, whether people know of them or not: it shows on the computer."""
        return tuple(each for each in self._by_name.values() if computer in each.computers)

    @property
    def known(self) -> tuple[HandOut, ...]:
        """Those that the people of the site know of."""
        return tuple(each for each in self._by_name.values() if each.spec.known)
