"""Counts of every effect on the site, so that a test can tell that each happened once."""

from collections import Counter

from pydantic import BaseModel, ConfigDict


class Effect(BaseModel):
    """One kind of effect on one subject."""

    model_config = ConfigDict(frozen=True)

    kind: str
    """rest.sem_server, rest.secure_communications, console.copy_list, console.replace_certificate, ..."""
    subject: tuple[str, ...]
    """What it changed, from the outside in: (group path, location name, value) or (server name,)."""


class EffectCount(BaseModel):
    """How often an effect happened."""

    model_config = ConfigDict(frozen=True)

    kind: str
    subject: tuple[str, ...]
    count: int


class Effects:
    """The counters of one site."""

    def __init__(self) -> None:
        self._counts: Counter[Effect] = Counter()

    def record(self, kind: str, *subject: str) -> None:
        """Count one effect."""
        self._counts[Effect(kind=kind, subject=subject)] += 1

    def count(self, kind: str, *subject: str) -> int:
        """How often the effects of that kind happened, whose subject begins so."""
        return sum(
            count
            for effect, count in self._counts.items()
            if effect.kind == kind and effect.subject[: len(subject)] == subject
        )

    def report(self) -> tuple[EffectCount, ...]:
        """All counts, in the order in which the effects first happened."""
        return tuple(
            EffectCount(kind=effect.kind, subject=effect.subject, count=count) for effect, count in self._counts.items()
        )
