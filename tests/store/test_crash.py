import asyncio
import sys

import pytest

from rotation.values import RotationId
from store.settings import StoreSettings
from store.store import Store

PROGRAM = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from pathlib import Path
from store.events import NewEvent
from store.settings import StoreSettings
from store.store import Store

async def main():
    store = await Store.open(StoreSettings(folder=Path(sys.argv[1])))
    for number in itertools.count():
        event = NewEvent(at=datetime.now(UTC), kind="k", message="m", data={}, key=f"{sys.argv[2]}-{number}")
        print((await store.events.append("rot-1", "site-1", event)).number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("kills", [3])
async def test_what_was_said_to_be_stored_survives_kill_9(tmp_path, make, kills):
    """A process killed at any moment loses nothing it acknowledged, and leaves a database that goes on."""
    store = await Store.open(StoreSettings(folder=tmp_path))
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new(), make.t0)
    acknowledged = 0
    for life in range(kills):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(tmp_path), str(life), stdout=asyncio.subprocess.PIPE
        )
        assert writer.stdout is not None
        seen = [await writer.stdout.readline() for _ in range(15 + life)]
        writer.kill()
        seen += (await writer.stdout.read()).splitlines()
        await writer.wait()
        acknowledged = int(seen[-1])
        head = await store.events.verify_chain(RotationId("rot-1"))
        assert head.number in {acknowledged, acknowledged + 1}
    await store.close()
    assert acknowledged >= 45
