import asyncio
import os

from rotation.values import SiteId
from store.database.page import PageRequest
from store.settings import StoreSettings
from store.store import Store
from tests.load.figures import Figure, table
from tests.load.filling import fill
from tests.load.measuring import Latencies, Memory, paced
from tests.store.conftest import Make

MIB = 1 << 20


def test_percentiles_are_of_requests_that_were_made():
    """The nearest rank: of a hundred, the ninety-sixth is the p95, and the last one the longest."""
    found = Latencies.of([each / 1000 for each in range(1, 101)])
    assert (found.count, found.p50, found.p95, found.p99, found.longest) == (100, 51.0, 96.0, 100.0, 100.0)
    assert Latencies.of([0.007]).p95 == 7.0


def test_a_figure_beyond_its_bound_fails():
    """On either side; one without a bound only informs. The table names the one that fails."""
    good, slow = Figure(what="p95", found=49, unit="ms", most=50), Figure(what="p95", found=51, unit="ms", most=50)
    few = Figure(what="requests", found=9, unit="", least=10)
    assert [each.holds for each in (good, slow, few, Figure(what="p50", found=1e9, unit="ms"))] == [1, 0, 0, 1]
    lines = table("lists", [good, slow, few]).splitlines()
    assert [line.endswith("| NO |") for line in lines[4:]] == [False, True, True]


async def test_a_request_that_waits_for_others_has_waited():
    """Requests are due at a rate, whatever the answers take: a service that stands still makes all of them long."""
    lock = asyncio.Lock()

    async def ask() -> None:
        async with lock:
            await asyncio.sleep(0.05)

    taken = await paced(100, 0.2, ask)
    assert len(taken) == 20
    assert max(taken) > 0.5, "twenty of them one after the other take a second, and the last one was due at 0.19 s"


async def test_memory_that_grew_meanwhile_is_seen():
    """Also what is gone again at the end."""
    async with Memory(os.getpid(), every=0.01) as memory:
        held = bytearray(os.urandom(MIB)) * 64
        await asyncio.sleep(0.1)
        assert len(held) == 64 * MIB
        del held
    assert 50 < memory.growth < 200


async def test_a_filled_database_has_rotations_and_tasks(tmp_path):
    """As many as are asked for, over the sites, each completed, each with its task."""
    settings, make = StoreSettings(folder=tmp_path), Make()
    store = await Store.open(settings)
    try:
        for name in ("site-1", "site-2"):
            await store.sites.add(make.site(name, name), make.connection(), make.t0)
        await fill(settings.url, [SiteId("site-1"), SiteId("site-2")], 25)
        page = await store.rotations.page(PageRequest(1000), sites=[SiteId("site-2")])
        assert [each.status.value for each in page.items] == ["completed"] * 12
        assert len((await store.tasks.page(PageRequest(1000))).items) == 25
    finally:
        await store.close()
