"""What a start notes on the service's trail: a copy that was put in place, and keys that came or went."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from store.backup import back_up
from store.keys.key_file import put_key_first, read_keys, take_out
from store.settings import StoreSettings
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL
from store.trail.start_notes import note_start


async def started(store, host="one"):
    """A start of the service on that host; gives its new events."""
    before = len(await store.trail.list(SERVICE_TRAIL))
    await note_start(store.database, store.vault.keys, store.trail, host=host)
    return await store.trail.list(SERVICE_TRAIL, after=before)


async def test_keys_that_came_or_went_are_noted(store, settings):
    """The first start notes what it knows; a later one what differs, on a host that is new too, as containers are."""
    (first,) = await started(store)
    assert (first.kind, first.who, first.address) == ("encryption-keys-found", "the service", "one")
    assert await started(store) == ()
    (old,) = first.data["known"].split(", ")
    put_key_first(settings.key_path)
    (added,) = await started(store)
    assert (added.data["removed"], added.data["added"] in added.data["known"]) == ("", True)
    newest = read_keys(settings.key_path)[0]
    take_out(settings.key_path, keep=lambda key: key == newest, named=lambda _: "gone")
    (removed,) = await started(store)
    assert (removed.data["removed"], removed.data["added"]) == (old, "")
    assert await started(store, "another") == ()
    put_key_first(settings.key_path)
    (elsewhere,) = await started(store, "a third one")
    assert (elsewhere.data["removed"], elsewhere.data["added"] in elsewhere.data["known"]) == ("", True)
    assert len(await started(store)) == 1


async def test_two_starts_at_once_note_it_once(store):
    """Worker and API of one host start together."""
    await asyncio.gather(*(note_start(store.database, store.vault.keys, store.trail, host="one") for _ in range(4)))
    assert len(await store.trail.list(SERVICE_TRAIL)) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_copy_that_was_put_in_place_is_noted_once(store, settings, tmp_path):
    """By the first start on it, with the minute in which it was taken; the original is not marked."""
    await started(store)
    back_up(store.database.file, settings.key_path, tmp_path / "copy")
    assert await started(store) == ()
    copy = await Store.open(StoreSettings(folder=tmp_path / "copy"))
    (event,) = await started(copy)
    assert (event.kind, event.who) == ("backup-restored", "the service")
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(event.data["taken_at"]) < timedelta(minutes=5)
    assert await started(copy) == ()
    assert (await copy.audit.verify()).broken == ()
    await copy.close()


async def test_a_trail_that_cannot_be_written_stops_no_start(store, capsys):
    """The log says so, and the next start notes it."""

    async def rename(one, other):
        async with store.database.write() as session:
            await session.execute(text(f"ALTER TABLE {one} RENAME TO {other}"))

    await rename("trail", "away")
    await note_start(store.database, store.vault.keys, store.trail, host="one")
    assert "not on the trail" in capsys.readouterr().out
    await rename("away", "trail")
    assert len(await started(store)) == 1
