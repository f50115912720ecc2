"""Client builds. Decide on the numeric build, never on the formatted text (facts, pitfall 6)."""

from enum import StrEnum
from functools import lru_cache

from rotation.values import Value

_NO_FAILOVER = (14, 2)


class System(StrEnum):
    """For which operating systems there are agents of their own."""

    WINDOWS = "Windows"
    MAC = "macOS"
    LINUX = "Linux"
    UNKNOWN = ""
    """No field shows it."""


@lru_cache
def system_of(text: str) -> System:
    """The operating system that SEPM's name for it means, e.g. Windows 10 Enterprise Edition."""
    plain = text.strip().casefold()
    if not plain:
        return System.UNKNOWN
    if "windows" in plain or plain.startswith("win"):
        return System.WINDOWS
    return System.MAC if plain.startswith(("mac", "os x", "osx")) else System.LINUX


def kind_of(build: str | None, system: System) -> str:
    """What tells agents of one kind from those of another, for a person to read: 14.3.9816 on Windows."""
    known = ClientBuild.parse(build)
    release = known.release if known is not None else build or "unknown"
    return f"{release} on {system.value}" if system is not System.UNKNOWN else release


class ClientBuild(Value):
    """A client's version as numbers, e.g. 14.2.3335.1000."""

    numbers: tuple[int, ...]

    @classmethod
    def parse(cls, text: str | None) -> "ClientBuild | None":
        """The build that `text` spells, or None where it holds no dotted numbers."""
        parts = (text or "").strip().split(".")
        if len(parts) < 2 or not all(part.isdecimal() for part in parts):  # noqa: PLR2004 - major.minor at least
            return None
        return cls(numbers=tuple(int(part) for part in parts))

    @property
    def fails_over_on_mismatch(self) -> bool:
        """Whether a certificate mismatch makes it try another server.

        The vendor's help page excludes all 14.2.x (B1), its knowledge base (KB 187099) only 14.2 and 14.2.1: the
        safe reading is taken.
        """
        return self.numbers[:2] != _NO_FAILOVER

    def is_before(self, target: str | None) -> bool:
        """Whether `target` is a later version: what SEPM is about to install. An older or unreadable one is none."""
        known = ClientBuild.parse(target)
        return known is not None and known.numbers > self.numbers

    @property
    def release(self) -> str:
        """What tells agents of one kind from those of another: without the number of a patch, e.g. 14.3.9816."""
        return ".".join(str(number) for number in self.numbers[:3])

    def __str__(self) -> str:
        return ".".join(str(number) for number in self.numbers)
