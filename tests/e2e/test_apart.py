"""API and worker apart, two of each, on PostgreSQL."""

import pytest

from store.keys.worker_key import NotOpenedHere
from store.store import Store
from tests.e2e.apart import Apart
from tests.store.postgresql import postgresql


@pytest.fixture
async def apart(tmp_path):
    """Two workers and two APIs on a PostgreSQL that was empty."""
    with postgresql() as server, server.empty_database() as url:
        async with Apart.running(tmp_path, url) as opened:
            yield opened


async def test_one_of_each_is_enough(apart, open_site):
    """With a worker and an API killed in a gate a whole rotation completes; each effect happens once, none is lost.

    No API can open the password that it took in.
    """
    async with open_site(apart, robot=True) as site:
        before = await site.settings()
        rotation = await site.start(relax_floor="PT20S")
        await site.in_gate(rotation)
        await site.between_activities()
        worker = await apart.worker_of(site.id)
        await worker.kill()
        await apart.servers[0].kill()

        ended = await site.ended(rotation)

        assert (ended["status"], ended["report"]["outcome"]) == ("completed", "completed")
        assert [part.process.returncode for part in (*apart.workers, *apart.servers)].count(None) == 2
        effects = await site.effects()
        assert {effect for effect, count in effects.items() if count != 1} == set()
        assert [effect[0] for effect in effects].count("console.replace_certificate") == 1
        assert await site.settings() == before
        assert await site.lost_ever() == []
        store = await Store.open(apart.store)
        with pytest.raises(NotOpenedHere):
            await store.sites.connection(site.id)
        await store.close()
