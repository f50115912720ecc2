"""Processes of the store: several that start at once, and one that is killed."""

import asyncio
import subprocess
import sys

import pytest

from rotation.values import RotationId

PROGRAM = """
import asyncio, itertools, sys
from datetime import UTC, datetime
from store.rotation.events import NewEvent
from store.settings import StoreSettings
from store.store import Store

async def main():
    store = await Store.open(StoreSettings())
    for number in itertools.count():
        event = NewEvent(at=datetime.now(UTC), kind="k", message="m", data={}, key=f"{sys.argv[1]}-{number}")
        print((await store.events.append("rot-1", "site-1", event)).number, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("kills", [3])
async def test_what_was_reported_stored_survives_kill_9(running, settings, process_environment, kills):
    """A process killed at any moment loses nothing it acknowledged, and leaves a database that goes on."""
    acknowledged = 0
    for life in range(kills):
        writer = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, str(life),
            env=process_environment(settings), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert writer.stdout is not None
        seen = [await writer.stdout.readline() for _ in range(15 + life)]
        writer.kill()
        seen += (await writer.stdout.read()).splitlines()
        await writer.wait()
        acknowledged = int(seen[-1])
        head = await running.events.verify_chain(RotationId("rot-1"))
        assert head.number in {acknowledged, acknowledged + 1}
    assert acknowledged >= 45


def test_two_processes_may_start_at_once(empty, process_environment):
    """Several processes open a store that is not there yet: all succeed, with one key and one schema."""
    program = (
        "import asyncio\nfrom store.settings import StoreSettings\nfrom store.store import Store\n"
        "async def main():\n"
        "    store = await Store.open(StoreSettings())\n"
        "    await store.close()\n"
        "asyncio.run(main())\n"
    )
    command, environment = [sys.executable, "-c", program], process_environment(empty)
    started = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(4)]
    errors = [process.communicate(timeout=60)[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], errors
