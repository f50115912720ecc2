"""A finding: what a rule saw, about what, why it matters and what to do."""

from collections.abc import Iterable
from enum import StrEnum

from rotation.values import Value


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


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first findings of each code and severity, each time with one that tells how many more there are."""
    kinds: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault((finding.code, finding.severity), []).append(finding)
    return tuple(each for kind in kinds.values() for each in _folded(kind))


def _folded(alike: list[Finding]) -> list[Finding]:
    if len(alike) <= MOST:
        return alike
    first, more = alike[0], len(alike) - MOST
    rest = first.model_copy(update={"subject": f"{more} more", "message": f"the same of {more} more"})
    return [*alike[:MOST], rest]
