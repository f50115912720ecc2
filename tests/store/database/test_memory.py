"""The store in memory: the same repositories over the same tables, gone when it is closed."""

import pytest
from sqlalchemy import text

from store.rotation.rotations import SiteBusy
from store.store import Store


@pytest.fixture
async def kept(make):
    """A store in memory with a running rotation."""
    store = Store.in_memory()
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new(), make.t0)
    yield store
    await store.close()


async def test_it_has_the_tables_and_keeps_what_is_written(kept, make):
    """A site, a plan and a rotation come back as they were; a second rotation of the site is refused."""
    assert await kept.sites.get("site-1") == make.site()
    assert (await kept.rotations.get("rot-1")).plan_id == make.plan().id
    with pytest.raises(SiteBusy):
        await kept.rotations.create(make.new("rot-2"), make.t0)


async def test_a_block_that_fails_writes_nothing(kept):
    """What a failing transaction wrote before its failure is not there afterwards."""

    async def fail():
        async with kept.database.write() as session:
            await session.execute(text("DELETE FROM rotations"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert (await kept.rotations.get("rot-1")).id == "rot-1"


async def test_two_of_them_know_nothing_of_each_other(kept):
    """Each is a database of its own."""
    other = Store.in_memory()
    assert (await other.rotations.page()).items == ()
    assert len((await kept.rotations.page()).items) == 1
    await other.close()
