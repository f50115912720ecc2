"""The API is killed with -9 while it carries requests out: each has one effect at most, and its caller learns which."""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from contextlib import asynccontextmanager, closing

import httpx
import pytest

from store.settings import StoreSettings
from store.store import Store
from tests.api.conftest import free_port
from tests.api.identified import KEY, know
from tests.signing import TEXT

MADE, KEPT = "/v1/certificates/self-signed", "/v1/certificates"
LIVES = 4


@pytest.fixture
async def folder(tmp_path):
    """The folder of a service that knows an admin."""
    store = await Store.open(StoreSettings(folder=tmp_path))
    await know(store)
    await store.close()
    return tmp_path


@pytest.fixture
def serving(folder, until):
    """Serves the API in a process of its own, as a context; gives the process and a client."""

    @asynccontextmanager
    async def running():
        port, clean = (
            free_port(),
            {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")},
        )
        settings = {"ROTATOR_FOLDER": str(folder), "ROTATOR_TEMPORAL_SIGNING_KEYS": TEXT}
        settings["ROTATOR_TEMPORAL_ADDRESS"] = f"127.0.0.1:{free_port()}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "api", "--port", str(port)),
            env={**clean, **settings},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        headers = {"Authorization": f"Bearer {KEY}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:

            async def live():
                try:
                    return await client.get("/healthz/live")
                except httpx.TransportError:
                    return None

            try:
                await until(live, lambda answer: answer is not None)
                yield process, client
            finally:
                if process.returncode is None:
                    process.send_signal(signal.SIGKILL)
                await process.wait()

    return running


def leases_end(folder):
    """What 30 seconds would do."""
    with closing(sqlite3.connect(folder / "rotator.db", timeout=30, isolation_level=None)) as database:
        database.execute("UPDATE kept_answers SET leased_until = 0")


async def effect(folder, certificates):
    """Wait until there are as many certificates at least: the last of them was made a moment ago."""
    with closing(sqlite3.connect(folder / "rotator.db", timeout=30, isolation_level=None)) as database:
        async with asyncio.timeout(60):
            while database.execute("SELECT count(*) FROM certificates").fetchone()[0] < certificates:  # noqa: ASYNC110
                await asyncio.sleep(0)


async def test_a_killed_api_has_no_second_effect(folder, serving):
    """Sent again to the next process, a request is carried out, answered as before, or refused as it may have been.

    Half of the kills come at a drawn time, the others as soon as the effect is there.
    """
    draw, every = random.Random(7), 0
    first: object = None
    for life in range(LIVES + 1):
        async with serving() as (process, client):
            if life:
                sent_before = named(life - 1)
                again = await client.post(MADE, **sent_before)
                listed = (await client.get(KEPT)).json()["items"]
                made = [each["id"] for each in listed if each["common_name"] == sent_before["json"]["names"][0]]
                problem = "" if again.is_success else again.json()["type"].rpartition("/")[2]
                assert (again.status_code, problem) in {(201, ""), (409, "outcome-unknown")}, again.text
                assert len(made) == 1 if life % 2 == 0 else len(made) <= 1
                assert again.status_code != 201 or [again.json()["certificate"]["id"]] == made
                if isinstance(first, httpx.Response):
                    assert (again.status_code, again.content) == (201, first.content)
                every = len(listed)
            sent = asyncio.create_task(client.post(MADE, **named(life)))
            if life % 2:
                await effect(folder, every + 1)
            else:
                await asyncio.sleep(draw.uniform(0, 0.35))
            process.send_signal(signal.SIGKILL)
            first = (await asyncio.gather(sent, return_exceptions=True))[0]
        leases_end(folder)


def named(life):
    """The request of a life, with its key."""
    return {"json": {"names": [f"life{life}.test"]}, "headers": {"Idempotency-Key": f"life {life}"}}
