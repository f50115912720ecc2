"""What both drills of rule 18 are made of: a task that takes something away, a gate, a task that gives it back."""

from collections.abc import Iterable
from datetime import timedelta

from rotation.plan.outage import GivesBack, Takes
from rotation.plan.scope import OwnerScope
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName
from rotation.proof.gate import minimum
from rotation.values import ServerName

_NUMBER = "drill"
_ASKS: dict[GatePurpose, ScopeName] = {
    GatePurpose.LISTED: ScopeName.RELAXED,
    GatePurpose.ELSEWHERE: ScopeName.FAILOVER,
}
"""Whose clients are to come."""


def drill_task(title: str, work: Takes | GivesBack, wave: int) -> Console:
    """One of its tasks."""
    return Console(id="", number=_NUMBER, wave=wave, title=title, work=work)


def drill_gate(
    title: str,
    purpose: GatePurpose,
    wave: int,
    *,
    asked: Iterable[OwnerScope],
    patience: timedelta,
    server: ServerName | None = None,
) -> Gate:
    """Its gate: three heartbeats of those that are asked at least."""
    least = minimum(asked)
    longest = max(patience, least)
    known = {"id": "", "number": _NUMBER, "wave": wave, "title": title, "minimum": least, "patience": longest}
    return Gate.model_validate({**known, "purpose": purpose, "scope": _ASKS[purpose], "server": server})
