"""Events of the service's trail that state a row: the last one about a row says how it is."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.database.chain import chained
from store.keys.mac_key import Codes
from store.schema.base import table_of
from store.schema.tables import TrailRow
from store.trail.site_trail import HASHED, SERVICE_TRAIL, trail_name

_OF_SERVICE = TrailRow.site_id == SERVICE_TRAIL
_ABOUT = (
    select(table_of(TrailRow))
    .where(_OF_SERVICE, TrailRow.about.in_(bindparam("rows", expanding=True)))
    .order_by(TrailRow.number)
)
_STATED = select(TrailRow.about).where(_OF_SERVICE, TrailRow.about != "").distinct()


async def last_statements(session: AsyncSession, codes: Codes, rows: Collection[str]) -> dict[str, dict[str, Any]]:
    """The data of the last event about each of the rows, by their ids; empty where the service has not written it."""
    found = await session.execute(_ABOUT, {"rows": list(rows)})
    last = {line.about: line for line in found}
    return {about: json.loads(line.data) if _is_ours(codes, line) else {} for about, line in last.items()}


async def stated_ids(session: AsyncSession) -> set[str]:
    """The ids of all rows that an event states."""
    return set(await session.scalars(_STATED))


def _is_ours(codes: Codes, line: Row[*tuple[Any, ...]]) -> bool:
    """Whether the service has written the line as it is. That no other one is missing, the audit shows."""
    same = line.hash == chained({name: getattr(line, name) for name in HASHED}, line.at)
    return same and codes.lines_of(trail_name(SERVICE_TRAIL))(line.hash, line.code)
