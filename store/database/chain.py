"""Trails of numbered lines, each bound to the one before by its hash, and to the service by a code."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable
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
        self.what = what


class ChainHead(Value):
    """Where a trail ends. Kept elsewhere, it also shows when the last lines were cut off."""

    number: int
    hash: str


def canonical(data: object) -> str:
    """The one text of `data` that is hashed."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_bytes)


def _bytes(value: object) -> dict[str, str]:
    """Bytes that another writer has put into a column of text: they have the hash of no text."""
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    raise TypeError(f"{type(value).__name__} has no text that could be hashed")


def chained(row: dict[str, object], at: datetime) -> str:
    """The hash of a line, which binds it to the one before by its `previous`."""
    content = {**row, "at": to_microseconds(at)}
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def verified(
    rows: Iterable[Row[*tuple[Any, ...]]],
    whose: str,
    hashed: Collection[str],
    is_ours: Callable[[str, str], bool],
    heads: Collection[ChainHead] = (),
) -> ChainHead:
    """Check every line of a trail, in its order. Returns where it ends.

    Args:
        rows: all of them.
        whose: the trail's owner, to be named.
        hashed: the columns that the hash covers.
        is_ours: whether a line's hash has the code that only the service makes.
        heads: where the trail has ended before, as it was kept outside of the database.

    Raises:
        ChainBroken: at the first line that is missing or altered, or that differs from one of the heads.
    """
    number, previous = 0, ORIGIN
    kept = {(head.number, head.hash) for head in heads}
    numbers, longest = {head.number for head in heads}, max((head.number for head in heads), default=0)
    for row in rows:
        number += 1
        if row.number != number:
            raise ChainBroken(whose, number, "it is missing")
        if row.previous != previous:
            raise ChainBroken(whose, number, "it does not follow the one before")
        if row.hash != chained({name: getattr(row, name) for name in hashed}, row.at):
            raise ChainBroken(whose, number, "it was altered")
        if not is_ours(row.hash, row.code):
            raise ChainBroken(whose, number, "the service has not written it")
        if number in numbers and (number, row.hash) not in kept:
            raise ChainBroken(whose, number, "it differs from the head that is kept outside of the database")
        previous = row.hash
    if number < longest:
        raise ChainBroken(whose, number + 1, f"the trail was cut off there: it had {longest} events")
    return ChainHead(number=number, hash=previous)
