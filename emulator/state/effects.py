"""The journal of a site: every effect on it, with its time, subject and actor.

Tests read there that each effect happened once, and the verdict names by it what cut a client off.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from emulator.instants import from_ms

NO_EFFECT = -1
"""The number of what was so from the start."""


class Actor(StrEnum):
    """The actor behind an effect."""

    PRODUCT = "product"
    """The product itself, over REST."""
    TASK = "task"
    """A person at the console, as a task of the product asks."""
    MISTAKE = "mistake"
    """That person, against what the task asks."""
    PERSON = "somebody"
    """A person, of their own accord."""
    SITE_EVENT = "site event"
    """No person: it happened."""
    UPKEEP = "upkeep"
    """SEPM at night, which forgets clients that were not seen for long, and maintains its database."""

    @property
    def asked(self) -> bool:
        """Whether the product asked for it."""
        return self in {Actor.PRODUCT, Actor.TASK}


class Effect(NamedTuple):
    """One effect."""

    number: int
    """Its place in the journal, from 0."""
    at_ms: int
    kind: str
    """rest.sem_server, rest.secure_communications, console.copy_list, console.replace_certificate, ..."""
    subject: tuple[str, ...]
    """What it changed, from the outside in: (group path, location name, value) or (server name,)."""
    actor: Actor


class EffectView(BaseModel):
    """One effect, for people and programs."""

    model_config = ConfigDict(frozen=True)

    number: int
    at: datetime
    kind: str
    subject: tuple[str, ...]
    actor: Actor


class EffectCount(BaseModel):
    """How often an effect happened."""

    model_config = ConfigDict(frozen=True)

    kind: str
    subject: tuple[str, ...]
    count: int


_ACTING: ContextVar[Actor] = ContextVar("emulator.acting", default=Actor.PERSON)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """What is done to a site within is done by `actor`."""
    token = _ACTING.set(actor)
    try:
        yield
    finally:
        _ACTING.reset(token)


class Effects:
    """The journal of one site."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self.journal: list[Effect] = []

    def record(self, kind: str, *subject: str) -> int:
        """Write down one effect. Returns its number."""
        number = len(self.journal)
        self.journal.append(Effect(number, self._now_ms(), kind, subject, _ACTING.get()))
        return number

    def view(self, number: int) -> EffectView | None:
        """The effect of that number."""
        return None if number == NO_EFFECT else _view(self.journal[number])

    def views(self) -> tuple[EffectView, ...]:
        """All effects, in the order in which they happened."""
        return tuple(_view(effect) for effect in self.journal)

    def count(self, kind: str, *subject: str) -> int:
        """How often the effects of that kind happened, whose subject begins so."""
        return sum(effect.kind == kind and effect.subject[: len(subject)] == subject for effect in self.journal)

    def report(self) -> tuple[EffectCount, ...]:
        """All counts, in the order in which the effects first happened."""
        counts = Counter((effect.kind, effect.subject) for effect in self.journal)
        return tuple(EffectCount(kind=kind, subject=subject, count=count) for (kind, subject), count in counts.items())


def _view(effect: Effect) -> EffectView:
    return EffectView(
        number=effect.number,
        at=from_ms(effect.at_ms),
        kind=effect.kind,
        subject=effect.subject,
        actor=effect.actor,
    )
