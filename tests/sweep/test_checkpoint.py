"""What instrumented processes report: every commit, by whatever way it is written."""

import asyncio
import json
from typing import Any

import pytest

from store.database.database import Database
from tests.sweep.checkpoint import GO_ON, SOCKET, WRITES, begin, watch_commits


async def one_commit(database: Database, way: str) -> None:
    """A transaction of that way."""
    async with getattr(database, way)():
        pass


def test_every_way_in_which_the_store_writes_is_watched() -> None:
    """The sweep would otherwise miss a way that is added to the database."""
    assert set(WRITES) == {name for name in vars(Database) if name.startswith("write")}


@pytest.mark.parametrize("way", WRITES)
async def test_a_commit_is_reported_before_and_after(way: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the function that makes it, within what its task is doing."""
    heard: list[dict[str, Any]] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(json.loads(await reader.readline()))
        writer.write(GO_ON)
        await writer.drain()
        writer.close()

    for each in WRITES:
        monkeypatch.setattr(Database, each, getattr(Database, each))  # put back when the test is over
    watch_commits()
    monkeypatch.setenv(SOCKET, str(tmp_path / "lane"))
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'rotator.db'}")
    async with await asyncio.start_unix_server(hear, tmp_path / "lane"):
        begin("worker", "some activity")
        await one_commit(database, way)
    await database.close()

    assert [(report["kind"], report["effect"], report["side"]) for report in heard] == [
        ("some activity", "commit one_commit", "before"),
        ("some activity", "commit one_commit", "after"),
    ]
