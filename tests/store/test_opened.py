"""A service that starts before its database: it waits with one line, and goes on by itself."""

import asyncio

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url
from structlog.testing import capture_logs

from store.settings import StoreSettings
from store.store import Store


async def test_a_database_that_is_not_there_yet_is_waited_for(postgres, tmp_path, monkeypatch):
    """As one that still starts refuses connections; the reason is logged once, however often it is tried."""
    monkeypatch.setattr("store.store._AGAIN", 0.05)
    with postgres.database() as url:
        name = make_url(url).database or ""
        server = make_url(url).set(database="postgres").render_as_string(hide_password=False)

        def allow(connections):
            with psycopg.connect(server, autocommit=True) as connection:
                order = SQL("ALTER DATABASE {} WITH ALLOW_CONNECTIONS {}")
                connection.execute(order.format(Identifier(name), SQL(connections)))

        allow("false")
        with capture_logs() as logs:
            opening = asyncio.create_task(Store.opened(StoreSettings(folder=tmp_path, database_url=url)))
            done, _ = await asyncio.wait({opening}, timeout=1)
            assert not done
            allow("true")
            store = await asyncio.wait_for(opening, 60)
        assert await store.sites.rest_urls() == {}
        await store.close()
    waits = [each for each in logs if "waited for" in each["event"]]
    assert len(waits) == 1
    assert "not currently accepting connections" in waits[0]["reason"]
