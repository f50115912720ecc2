"""Wrong keys: logged with their address, slower when they are many, and no load on others."""

import asyncio
import time
import tracemalloc
from datetime import timedelta

import httpx

from api.http.wrong_keys import WrongKeys


def refusing(seconds, statuses):
    """An application that answers with each status in turn, to callers of an address."""

    async def app(_scope, _receive, send):
        status = statuses.pop(0) if statuses else 401
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    return WrongKeys(app, timedelta(seconds=seconds))


def caller(app, address):
    """A client at that address."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(address, 1)), base_url="http://x")


async def test_who_shows_wrong_keys_often_is_answered_slowly(capsys):
    """Above ten in a minute, by address; each is logged, and a key that counts is not kept back."""
    app = refusing(0.2, [])
    async with caller(app, "192.0.2.7") as one, caller(app, "192.0.2.8") as another:
        began = time.monotonic()
        for _ in range(10):
            await one.get("/v1/sites")
        at_once = time.monotonic() - began
        await one.get("/v1/sites")
        assert time.monotonic() - began - at_once >= 0.2
        await another.get("/v1/tasks")
    lines = capsys.readouterr().out.splitlines()
    assert sum("address=192.0.2.7" in line and "path=/v1/sites" in line for line in lines) == 11
    assert [("often=True" in line) for line in lines] == [*[False] * 10, True, False]
    fine = refusing(60, [401] * 10 + [200])
    async with caller(fine, "192.0.2.7") as one:
        assert [(await one.get("/")).status_code for _ in range(11)] == [401] * 10 + [200]


async def test_thousands_of_wrong_keys_hold_no_memory(capsys):
    """Nor more than a hundred answers back, also from many addresses."""
    app = refusing(0.01, [])
    transports = [httpx.ASGITransport(app, client=(f"192.0.2.{number}", 1)) for number in range(50)]
    clients = [httpx.AsyncClient(transport=each, base_url="http://x") for each in transports]

    async def tries(count):
        await asyncio.gather(*(clients[number % 50].get("/") for number in range(count)))
        capsys.readouterr()

    await tries(500)
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        for _ in range(4):
            await tries(500)
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    ours = [each for each in after.compare_to(before, "filename") if "limits" in each.traceback[0].filename]
    assert sum(each.size_diff for each in ours) < 100_000
    for client in clients:
        await client.aclose()
