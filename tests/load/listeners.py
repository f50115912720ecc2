"""Callers that follow the trail of a rotation as it grows, over connections that the service ends each minute."""

import asyncio

import httpx

from api.events.listeners import MOST
from tests.load.figures import Figure
from tests.load.measuring import Memory
from tests.load.serving import serving

LISTENERS = 200
GROWTH = 50.0
"""MiB."""
_WARM = 15.0
"""Seconds until all listen."""


class Listener:
    """One caller: the numbers of the events that it got, in the order in which they came."""

    def __init__(self, http: httpx.AsyncClient, path: str, key: str) -> None:
        self._http, self._path, self._key = http, path, {"Authorization": f"Bearer {key}"}
        self.numbers: list[int] = []
        self.connections = 0

    async def listen(self) -> None:
        """Until it is cancelled, or the rotation is over."""
        over = False
        while not over:
            last = {"Last-Event-ID": str(self.numbers[-1])} if self.numbers else {}
            self.connections += 1
            async with self._http.stream("GET", self._path, headers=self._key | last) as answer:
                answer.raise_for_status()
                async for line in answer.aiter_lines():
                    name, _, value = line.partition(": ")
                    over = over or (name, value) == ("event", "over")
                    if name == "id":
                        self.numbers.append(int(value))

    @property
    def is_whole(self) -> bool:
        """Whether it got every event once and in order."""
        return self.numbers == list(range(1, len(self.numbers) + 1))


async def listen(seconds: float, count: int = LISTENERS) -> list[Figure]:
    """Play it, and measure."""
    async with serving("sqlite", 100, seconds + 30) as loaded:
        keys = [await loaded.house.key_of(f"listener-{number}", "viewer") for number in range(-(-count // MOST))]
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        client = httpx.AsyncClient(base_url=loaded.address, limits=limits, timeout=httpx.Timeout(60), trust_env=False)
        async with client as http:
            path = f"/v1/rotations/{loaded.rotation}/events/stream"
            listeners = [Listener(http, path, keys[number // MOST]) for number in range(count)]
            tasks = [asyncio.create_task(each.listen()) for each in listeners]
            await asyncio.sleep(_WARM)
            async with Memory(await loaded.api_pid()) as memory:
                await asyncio.sleep(seconds)
                ended = [each for each in tasks if each.done() and each.exception() is not None]
            stored = (await loaded.house.get(f"{path.removesuffix('/stream')}?limit=1000"))["items"]
            await asyncio.sleep(3)  # what was stored a moment ago is on its way
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        well = await loaded.still_well()
    behind = [each for each in listeners if not each.is_whole or len(each.numbers) < len(stored)]
    return [
        Figure(what="listeners", found=count, unit=""),
        Figure(what="connections, each of a minute", found=sum(each.connections for each in listeners), unit=""),
        Figure(what="events in the trail", found=len(stored), unit="", least=1),
        Figure(what="listeners that failed", found=len(ended), unit="", most=0),
        Figure(what="listeners that missed an event, or got one twice", found=len(behind), unit="", most=0),
        Figure(what="memory of the API at the beginning", found=memory.seen[0], unit="MiB"),
        Figure(what="its growth", found=memory.growth, unit="MiB", most=GROWTH),
        Figure(what="the rotation beside it is well", found=float(well), unit="", least=1),
    ]
