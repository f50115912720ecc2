"""What two persons state of a gate, from what they saw in the console, where no export shows it."""

from datetime import datetime

from rotation.finding import Finding, blocking
from rotation.values import RotationId, Value

CLIENTS, COVERED, MISSING = "clients", "covered", "missing"
"""What a statement says: how many clients the console shows, how many of them as wanted, the names of the others."""


class WantedProof(Value):
    """What a gate asks of people: a newer export, or a statement."""

    clients: int
    """How many clients of its groups the newest export shows."""
    names: tuple[str, ...] = ()
    """Some of those that it does not show as wanted."""
    text: str


class Statement(Value):
    """A statement about a gate, as it is kept."""

    rotation_id: RotationId
    gate: str
    stated_by: str
    approved_by: str
    why: str
    evidence: dict[str, str]
    at: datetime


def missing_in(evidence: dict[str, str]) -> tuple[str, ...]:
    """The names of the clients that a statement leaves open."""
    return tuple(name.strip() for name in evidence.get(MISSING, "").replace("\n", ",").split(",") if name.strip())


def untrue(evidence: dict[str, str], asked: WantedProof) -> Finding | None:
    """Why a statement cannot be right, or does not say what it has to; None when it may stand."""
    try:
        clients, covered = (int(evidence.get(name, "")) for name in (CLIENTS, COVERED))
    except ValueError:
        clients = covered = -1
    if covered < 0:
        remedy = "state clients=NUMBER and covered=NUMBER, as counted in the console, and missing=NAMES for the others"
        return blocking("statement-incomplete", "statement", "the statement has no numbers of clients", remedy)
    if (stated := clients) != asked.clients:
        return blocking(
            "statement-other-count",
            "statement",
            f"the counts of clients in these groups differ (newest export: {asked.clients}, console: {stated})",
            "upload a new export of clients first; the service must know by name which clients came or left",
        )
    if len(missing_in(evidence)) != (left := clients - covered):
        return blocking(
            "statement-unnamed",
            "statement",
            f"the names of missing clients do not fit their count (missing: {left}, named: "
            f"{len(missing_in(evidence))})",
            "name each of them (missing=NAME,NAME)",
        )
    return None
