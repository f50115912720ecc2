"""What clients were answered over plain HTTP, as people have uploaded it."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select

from rotation.reach.answer import ReachAnswer
from rotation.values import ServerName, SiteId
from store.database.built_once import built_once
from store.database.database import Database
from store.database.upsert import chunks, insert_into
from store.schema.base import table_of
from store.schema.tables import HttpAnswerRow
from store.site.sites import known_site

_IS_ONE = ("site_id", "client", "network", "server", "host", "port")
_OF_SITE = built_once(
    select(table_of(HttpAnswerRow)).where(HttpAnswerRow.site_id == bindparam("site")).order_by(HttpAnswerRow.client)
)


class HttpReach:
    """The answers of all sites. Of one client, network, server and port the newest is kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, site_id: SiteId, answers: Iterable[ReachAnswer], who: str) -> None:
        """Keep answers. The same again, or an older one, changes nothing.

        Raises:
            UnknownSite: when none of that id is registered.
        """
        newest = {_key(each): each for each in sorted(answers, key=lambda each: each.at)}
        async with self._database.write() as session:
            await known_site(session, site_id, lock=True)
        for some in chunks(newest.values()):
            async with self._database.write() as session:
                row = insert_into(session, HttpAnswerRow)
                kept = row.on_conflict_do_update(
                    index_elements=_IS_ONE,
                    set_={name: row.excluded[name] for name in ("result", "at", "reported_by")},
                    where=HttpAnswerRow.at < row.excluded.at,
                )
                rows = [{"site_id": site_id, "reported_by": who, **each.model_dump()} for each in some]
                await session.execute(kept, rows)

    async def answers(self, site_id: SiteId) -> tuple[ReachAnswer, ...]:
        """Every answer that is kept of a site."""
        async with self._database.read_rows() as connection:
            return tuple(
                ReachAnswer(
                    client=row.client,
                    network=row.network,
                    server=ServerName(row.server),
                    host=row.host,
                    port=row.port,
                    result=row.result,
                    at=row.at,
                )
                for row in await connection.execute(_OF_SITE, {"site": site_id})
            )


def _key(answer: ReachAnswer) -> tuple[str, str, str, str, int]:
    return answer.client, answer.network, answer.server, answer.host, answer.port
