"""A finding: what a rule saw, about what, why it matters and what to do."""

from collections.abc import Callable, Hashable, Iterable
from enum import StrEnum
from typing import TypeVar

from rotation.values import FoundId, Value


class Severity(StrEnum):
    """How much a finding weighs. Only `BLOCKING` stops a rotation."""

    INFO = "info"
    WARNING = "warning"
    BLOCKING = "blocking"


class Finding(Value):
    """One decision or observation with its reason. Nothing is decided without one."""

    code: str
    severity: Severity
    subject: str
    message: str
    remedy: str = ""


def info(code: str, subject: str, message: str, remedy: str = "") -> Finding:
    """A finding that explains a decision."""
    return Finding(code=code, severity=Severity.INFO, subject=subject, message=message, remedy=remedy)


def warning(code: str, subject: str, message: str, remedy: str = "") -> Finding:
    """A finding that a person should read before going on."""
    return Finding(code=code, severity=Severity.WARNING, subject=subject, message=message, remedy=remedy)


def blocking(code: str, subject: str, message: str, remedy: str = "") -> Finding:
    """A finding that stops what it is about until a person has acted."""
    return Finding(code=code, severity=Severity.BLOCKING, subject=subject, message=message, remedy=remedy)


def blockers(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stop a rotation."""
    return tuple(f for f in findings if f.severity is Severity.BLOCKING)


MOST = 10
"""So many of a kind are named where there may be thousands: a person goes by the first ones, and by their number."""


def some(names: Iterable[str]) -> tuple[str, ...]:
    """The first of `names`, and how many more there are."""
    every = tuple(names)
    return every if len(every) <= MOST else (*every[:MOST], f"{len(every) - MOST} more")


_Item = TypeVar("_Item")


def first_of_each(
    items: Iterable[_Item],
    kind: Callable[[_Item], Hashable],
    more: Callable[[_Item, int], _Item],
    *,
    named: Callable[[_Item], bool] = lambda _: False,
) -> tuple[_Item, ...]:
    """The first of each kind, each time with one more that `more` makes of one of them and the number of the others.

    Those that are `named` come first, and all of them.
    """
    kinds: dict[Hashable, list[_Item]] = {}
    for item in items:
        kinds.setdefault(kind(item), []).append(item)
    few: list[_Item] = []
    for alike in kinds.values():
        count = max(MOST, sum(map(named, alike)))
        few += alike[:count]
        if len(alike) > count:
            few.append(more(alike[0], len(alike) - count))
    return tuple(few)


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first findings of each code and severity, each time with one more that has the number of the others."""
    return first_of_each(findings, lambda each: (each.code, each.severity), _more)


def _more(first: Finding, count: int) -> Finding:
    return first.model_copy(update={"subject": f"{count} more", "message": f"the same holds for {count} more"})


class Shown(Value):
    """Findings that people decide about: some of them, and a number. All of them are kept under the id."""

    id: FoundId | None = None
    """None where nothing was found."""
    some: tuple[Finding, ...] = ()

    @property
    def which(self) -> str:
        """What tells it from another of which people see the same part; empty where they see all."""
        return f" (find {self.id[:8]})" if self.id is not None and len(self.some) > MOST else ""
