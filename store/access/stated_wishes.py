"""Wishes for a second person, as the service's trail states them: the worker reads it, and no table of who may do what.

So a person whose key was revoked meanwhile still wishes here, until the wish lapses. This grants nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, select

from rotation.identity.identity import IdentityId
from rotation.identity.two_persons import LASTS, TwoPersonAct, Wish
from rotation.values import Value
from store.access.wishes import WISHED
from store.database.database import Database
from store.schema.base import table_of
from store.schema.tables import TrailRow
from store.trail.site_trail import SERVICE_TRAIL, TrailKind

_LINES = table_of(TrailRow)
_OF_SERVICE = TrailRow.site_id == SERVICE_TRAIL
_WISHES = select(_LINES).where(_OF_SERVICE, TrailRow.kind.in_((TrailKind.WISH_KEPT, TrailKind.WISH_SECONDED)))
_LAST = select(TrailRow.number).where(_OF_SERVICE).order_by(TrailRow.number.desc()).limit(1)


class WishesRead(Value):
    """The wishes about an act that no second person has seconded, and how far the trail was read."""

    number: int = 0
    waiting: Mapping[str, Wish] = {}
    """By the id of each. One that has lapsed may be here."""


class StatedWishes:
    """The wishes on the service's trail."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def further(self, act: TwoPersonAct, known: WishesRead) -> WishesRead:
        """What is known, with what the trail has had since."""
        async with self._database.read_rows() as connection:
            last = await connection.scalar(_LAST) or 0
            within = TrailRow.number.between(known.number + 1, last)
            lines = list(await connection.execute(_WISHES.where(within).order_by(TrailRow.number)))
        waiting = dict(known.waiting)
        for line in lines:
            waiting.pop(line.about, None)
            if (wish := _wish(act, line)) is not None:
                waiting[line.about] = wish
        return WishesRead(number=last, waiting=waiting)


def _wish(act: TwoPersonAct, line: Row[*tuple[Any, ...]]) -> Wish | None:
    """A wish about the act that was kept; None of others, and of one that was seconded."""
    if line.kind != TrailKind.WISH_KEPT or not line.message.startswith(f"{act.value}, "):
        return None
    return Wish(
        asked_by=line.who,
        identity=IdentityId(line.identity),
        why=line.message.partition(f"{line.who}: ")[2],
        until=line.at + LASTS,
        content=str(json.loads(line.data).get(WISHED, "")),
    )
