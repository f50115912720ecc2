"""What the service found out about itself is kept, and a store without room says so."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from rotation.standing.reconciliation import reconciled
from rotation.standing.trouble import TroubleCode, adrift
from store.database import disk_space
from store.database.disk_space import StoreFull
from store.schema.reconciliation_table import ReconciliationRow

GONE = adrift(TroubleCode.HISTORY_GONE, "rot-1", "it is gone", "rotator restore site --why REASON")


async def test_the_newest_is_kept_alone(store, make):
    """Of many looks, also of several processes at once, one stays; none was made: None."""
    assert await store.reconciliations.newest() is None
    found = reconciled(None, make.t0, rotations=[GONE])
    await store.reconciliations.keep(found)
    assert await store.reconciliations.newest() == found
    looks = [reconciled(found, make.t0 + timedelta(seconds=number)) for number in range(1, 6)]
    await asyncio.gather(*map(store.reconciliations.keep, looks))
    last = reconciled(found, make.t0 + timedelta(seconds=9), rotations=[GONE])
    await store.reconciliations.keep(last)
    assert await store.reconciliations.newest() == last
    async with store.database.read() as session:
        assert await session.scalar(select(func.count()).select_from(ReconciliationRow)) == 1


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_database_that_may_not_grow_is_full(store, make):
    """Refused before the last page is taken, while what is there can still be read; with room again it is kept."""
    await store.reconciliations.keep(reconciled(None, make.t0))

    def limit(pages):
        @event.listens_for(store.database._engine.sync_engine, "checkout")
        def limited(connection, _record, _proxy):
            connection.execute(f"PRAGMA max_page_count = {pages}")

    limit(1)  # no page more than there are; those that are free are taken first
    with pytest.raises(StoreFull, match="full"):
        await fill(store, make)
    assert await store.reconciliations.newest() is not None
    limit(1_000_000)
    await store.reconciliations.keep(reconciled(None, make.t0 + timedelta(days=1)))


async def fill(store, make):
    """Keep more and more."""
    for number in range(1, 20):
        at = make.t0 + timedelta(seconds=number)
        await store.reconciliations.keep(reconciled(None, at, rotations=[GONE] * 400 * number))


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_a_disk_that_is_nearly_full_is_full(store, make, monkeypatch):
    """Before the database itself is refused room, the disk below it tells."""
    monkeypatch.setattr(disk_space, "_LEAST", 1 << 62)
    with pytest.raises(StoreFull, match="KiB left"):
        await store.reconciliations.keep(reconciled(None, make.t0))
