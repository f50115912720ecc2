"""What else hands out Sylink.xml: as operators state it, since no SEPM API shows it (rule 26)."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationError

from rotation.finding import Finding, blocking
from rotation.values import Value

STOPPED = "stopped"
"""The evidence of the task that has it stopped."""
NOTHING = "none"
"""What it says where nothing hands out Sylink.xml."""
_MOST = 50
_PARTED = re.compile(r"[;\n]")


class HandOutKind(StrEnum):
    """By what Sylink.xml is handed out."""

    GPO = "gpo"
    SCCM = "sccm"
    INTUNE = "intune"
    IMAGE = "image"
    """An image that computers are installed from."""
    PACKAGE = "package"
    """An install package or a Communication Update Package."""
    AUTO_UPGRADE = "auto-upgrade"
    """A client install package that is assigned to a group in SEPM."""
    OTHER = "other"
    """Another deployment tool, or a script."""


class HandOut(Value):
    """Something that hands out Sylink.xml beside SEPM."""

    kind: HandOutKind
    name: Annotated[str, Field(min_length=1, max_length=200)]

    @property
    def text(self) -> str:
        """As a person says it: `gpo: SEP at start-up`."""
        return f"{self.kind.value}: {self.name}"


class Stopped(Value):
    """What people have stopped, and not started again."""

    what: tuple[HandOut, ...] = ()
    unstated: bool = False
    """Whether an operator had begun to stop it, and did not state what."""

    @property
    def is_anything(self) -> bool:
        """Whether something is to be started again."""
        return bool(self.what) or self.unstated


def stopped_by(evidence: Mapping[str, str]) -> tuple[HandOut, ...]:
    """What an operator states as stopped; nothing, where the operator states that there is none.

    Args:
        evidence: its `stopped` is `none`, or kinds and names: `gpo: SEP at start-up; package: SEP 14.3`; a JSON
            list of them, where automation gives one.

    Raises:
        ValueError: where it is empty, or has what is no kind and name.
    """
    stated = evidence.get(STOPPED, "").strip()
    parts = [part.strip() for part in _parts(stated) if part.strip()]
    if not parts:
        raise ValueError("the evidence does not name what was stopped")
    if [part.casefold() for part in parts] == [NOTHING]:
        return ()
    if len(parts) > (most_count := _MOST):
        raise ValueError(f"the evidence names {len(parts)} tools; at most {most_count} are accepted")
    return tuple(dict.fromkeys(_hand_out(part) for part in parts))


def is_stated(evidence: Mapping[str, str]) -> bool:
    """Whether an operator has stated anything about it, in a task that may be about something else."""
    return bool(evidence.get(STOPPED, "").strip())


def untold(evidence: Mapping[str, str]) -> Finding | None:
    """Why the evidence that everything is stopped is refused."""
    try:
        stopped_by(evidence)
    except ValueError as error:
        remedy = f"state none, or each as kind and name, such as gpo: SEP at start-up (kinds: {_KINDS})"
        return blocking("hand-outs-not-told", STOPPED, str(error), remedy)
    return None


_KINDS = ", ".join(kind.value for kind in HandOutKind)


def _parts(stated: str) -> list[str]:
    if not stated.startswith("["):
        return _PARTED.split(stated)
    try:
        listed = json.loads(stated)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError("the evidence is no JSON list") from error
    return [each if isinstance(each, str) else "" for each in listed]


def _hand_out(part: str) -> HandOut:
    kind, _, name = part.partition(":")
    try:
        return HandOut.model_validate({"kind": kind.strip().casefold(), "name": name.strip()})
    except ValidationError as error:
        raise ValueError(f"{part[:100]!r} is not a kind with a name") from error
