"""Callers that mean ill: slow and half-open connections, wrong keys, simulations without end; and those beside them."""

import asyncio
import contextlib
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import httpx

from api.serving.timed_protocol import READ_WITHIN
from tests.load.figures import Figure
from tests.load.measuring import Latencies, Memory, paced
from tests.load.serving import Loaded, serving

CONNECTIONS, WRONG_KEYS, SIMULATIONS = 200, 10_000, 1000
GROWTH = 50.0
"""MiB."""
_AT_ONCE = 60
"""Wrong keys: the service answers each a second late, once there were many."""
_SMALLEST = 4096
_HELD = READ_WITHIN + 5
"""Seconds."""
_UNREAD = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n" * 20
_SENT = (b"", b"GET /v1/rotations HTTP/1.1\r\nHost: a\r\nX-", _UNREAD)
_OTHERS = 5.0
"""Requests a second of the callers that mean well."""
_LOGGED = {"a slow connection was closed": "slow connections", "no key that counts": "wrong keys"}


class Hostile:
    """What they do, and what they are answered."""

    def __init__(self, loaded: Loaded, plan: str) -> None:
        parts = urlsplit(loaded.address)
        self._where = parts.hostname or "", parts.port or 0
        self._loaded, self._plan = loaded, plan
        self.opened = 0
        self.answers: Counter[tuple[str, int]] = Counter()

    async def hold(self, number: int) -> None:
        """A connection that sends nothing, a part of its headers, or requests whose answers it reads not; and again."""
        loop, kind = asyncio.get_running_loop(), number % len(_SENT)
        while True:
            with socket.socket() as connection, contextlib.suppress(OSError):
                connection.setblocking(False)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALLEST)
                await loop.sock_connect(connection, self._where)
                self.opened += 1
                await loop.sock_sendall(connection, _SENT[kind])
                if _SENT[kind] is _UNREAD:
                    await asyncio.sleep(_HELD)
                await loop.sock_recv(connection, 1)
            await asyncio.sleep(0.5)

    async def present_wrong_keys(self, http: httpx.AsyncClient, count: int) -> None:
        """So many, some at once."""

        async def one(number: int) -> None:
            await self._note(
                "wrong key", http.get("/v1/rotations", headers={"Authorization": f"Bearer wrong-{number}"})
            )

        await _some_at_once(one, count)

    async def simulate(self, http: httpx.AsyncClient, key: dict[str, str], count: int) -> None:
        """Ask for so many simulations, each with another seed."""

        async def one(number: int) -> None:
            order = {"runs": 1, "seed": number, "clients": 20}
            await self._note("simulation", http.post(f"/v1/plans/{self._plan}/simulations", json=order, headers=key))

        await _some_at_once(one, count)

    async def _note(self, what: str, asked: Awaitable[httpx.Response]) -> None:
        """What it is answered; 0 where it has no answer."""
        try:
            self.answers[what, (await asked).status_code] += 1
        except httpx.TransportError:
            self.answers[what, 0] += 1


async def _some_at_once(one: Callable[[int], Awaitable[None]], count: int) -> None:
    numbers = iter(range(count))

    async def some() -> None:
        for number in numbers:
            await one(number)

    await asyncio.gather(*[some() for _ in range(_AT_ONCE)])


async def withstand(seconds: float, *, wrong_keys: int, simulations: int) -> list[Figure]:
    """Play it, and measure."""
    async with serving("sqlite", 1000, seconds + 30) as loaded:
        plan = (await loaded.house.get(f"/v1/rotations/{loaded.rotation}"))["plan_id"]
        hostile, key = Hostile(loaded, plan), {"Authorization": f"Bearer {loaded.house.key}"}
        client = httpx.AsyncClient(
            base_url=loaded.address, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=None)
        )
        failed = 0

        async def ask() -> None:
            nonlocal failed
            try:
                answer = await http.get("/v1/rotations", headers=key)
            except httpx.TransportError:
                failed += 1
            else:
                failed += answer.status_code != httpx.codes.OK

        async with client as http:
            await http.get("/openapi.json")  # what is made once for all callers is made
            await asyncio.gather(*[ask() for _ in range(_AT_ONCE)])
            async with Memory(await loaded.api_pid()) as memory:
                begin = time.monotonic()
                held = [asyncio.create_task(hostile.hold(number)) for number in range(CONNECTIONS)]
                async with asyncio.TaskGroup() as group:
                    others = group.create_task(paced(_OTHERS, seconds, ask))
                    group.create_task(hostile.present_wrong_keys(http, wrong_keys))
                    group.create_task(hostile.simulate(http, key, simulations))
                for each in held:
                    each.cancel()
                await asyncio.gather(*held, return_exceptions=True)
                lasted = time.monotonic() - begin
        well = await loaded.still_well()
        logged = _logged(loaded)
    found = Latencies.of(others.result())
    refused = hostile.answers["simulation", httpx.codes.TOO_MANY_REQUESTS]
    taken = hostile.answers["simulation", httpx.codes.ACCEPTED]
    return [
        Figure(what="lasted", found=round(lasted), unit="s"),
        Figure(what="slow or half-open connections at once", found=CONNECTIONS, unit=""),
        Figure(what="such connections in all", found=hostile.opened, unit="", least=CONNECTIONS),
        Figure(what="closed by the service, by its log", found=logged["slow connections"], unit="", least=1),
        Figure(what="wrong keys refused", found=hostile.answers["wrong key", 401], unit="", least=wrong_keys),
        Figure(what="wrong keys in the log", found=logged["wrong keys"], unit="", least=wrong_keys),
        Figure(what="simulations taken", found=taken, unit=""),
        Figure(what="simulations refused (429)", found=refused, unit="", least=simulations - taken),
        Figure(what="requests of other callers", found=found.count, unit=""),
        Figure(what="of them refused or failed", found=failed, unit="", most=0),
        Figure(what="their p50", found=found.p50, unit="ms"),
        Figure(what="their p95", found=found.p95, unit="ms"),
        Figure(what="memory of the API at the beginning", found=memory.seen[0], unit="MiB"),
        Figure(what="its growth", found=memory.growth, unit="MiB", most=GROWTH),
        Figure(what="the rotation beside it is well", found=float(well), unit="", least=1),
    ]


def _logged(loaded: Loaded) -> Counter[str]:
    """How often the service's log says so."""
    found = Counter[str]()
    for line in loaded.house.program.logs[1].read_text().splitlines():
        found.update(what for text, what in _LOGGED.items() if text in line)
    return found
