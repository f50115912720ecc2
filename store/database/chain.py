"""Trails of numbered lines, each bound to the one before by its hash."""

import hashlib
import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from rotation.values import Value
from store.fault import StoreFault
from store.schema.columns import to_microseconds

ORIGIN = "0" * 64
"""What the first line follows."""


class ChainBroken(StoreFault):
    """A line is missing, or is not what was appended. `number` names the first one."""

    def __init__(self, whose: str, number: int, what: str) -> None:
        super().__init__(f"the audit trail of {whose} is broken at event {number}: {what}")
        self.number = number


class ChainHead(Value):
    """Where a trail ends. Kept elsewhere, it also shows when the last lines were cut off."""

    number: int
    hash: str


def canonical(data: object) -> str:
    """The one text of `data` that is hashed."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chained(row: dict[str, object], at: datetime) -> str:
    """The hash of a line, which binds it to the one before by its `previous`."""
    content = {**row, "at": to_microseconds(at)}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def verified(rows: Iterable[Row[*tuple[Any, ...]]], whose: str, hashed: Collection[str]) -> ChainHead:
    """Check every line of a trail, in its order. Returns where it ends.

    Args:
        rows: all of them.
        whose: the trail's owner, to be named.
        hashed: the columns that the hash covers.

    Raises:
        ChainBroken: at the first line that is missing or altered.
    """
    number, previous = 0, ORIGIN
    for row in rows:
        number += 1
        if row.number != number:
            raise ChainBroken(whose, number, "it is missing")
        if row.previous != previous:
            raise ChainBroken(whose, number, "it does not follow the one before")
        if row.hash != chained({name: getattr(row, name) for name in hashed}, row.at):
            raise ChainBroken(whose, number, "it was altered")
        previous = row.hash
    return ChainHead(number=number, hash=previous)
