"""Lists of many rotations at fifty requests a second, beside one that runs: pages, filters, details."""

import os
from itertools import cycle

import httpx

from tests.load.figures import Figure
from tests.load.measuring import Latencies, paced, processor_seconds
from tests.load.serving import Loaded, serving

RATE = 50.0
"""Requests a second."""
P95 = 50.0
"""Milliseconds."""


class Reader:
    """Asks for one list after the other, and follows cursors to their ends."""

    def __init__(self, loaded: Loaded, http: httpx.AsyncClient) -> None:
        self._loaded, self._http = loaded, http
        self._sites, self._turns = cycle(loaded.sites), cycle(("first", "next", "site", "tasks", "next", "one"))
        self._next: str | None = None
        self.refused = 0

    async def ask(self) -> None:
        """One request."""
        turn = next(self._turns)
        path, params = self._of(turn)
        try:
            answer = await self._http.get(path, params=params)
        except httpx.TransportError:
            self.refused += 1
            return
        if answer.status_code != httpx.codes.OK:
            self.refused += 1
        elif turn == "next":
            self._next = answer.json()["next"]

    def _of(self, turn: str) -> tuple[str, dict[str, str]]:
        if turn == "site":
            return "/v1/rotations", {"site_id": next(self._sites)}
        if turn == "tasks":
            return "/v1/tasks", {"site_id": next(self._sites), "state": "done"}
        if turn == "one":
            return f"/v1/rotations/{self._loaded.rotation}", {}
        return "/v1/rotations", {"cursor": self._next} if turn == "next" and self._next else {}


async def read_lists(database: str, rotations: int, seconds: float) -> list[Figure]:
    """Play it, and measure."""
    async with serving(database, rotations, seconds + 30) as loaded:
        headers = {"Authorization": f"Bearer {loaded.house.key}"}
        async with httpx.AsyncClient(base_url=loaded.address, headers=headers, timeout=60, trust_env=False) as http:
            reader = Reader(loaded, http)
            await paced(RATE / 5, 3, reader.ask)  # what is made once is made
            pid = await loaded.api_pid()
            before = processor_seconds(pid)
            found = Latencies.of(await paced(RATE, seconds, reader.ask))
            used = 1000 * (processor_seconds(pid) - before) / found.count
        well = await loaded.still_well()
    return [
        Figure(what="requests", found=found.count, unit="", least=RATE * seconds - 1),
        Figure(what="refused or failed", found=reader.refused, unit="", most=0),
        Figure(what="p50", found=found.p50, unit="ms"),
        Figure(what="p95", found=found.p95, unit="ms", most=P95),
        Figure(what="p99", found=found.p99, unit="ms"),
        Figure(what="longest", found=found.longest, unit="ms"),
        Figure(what="processor time of the API for each", found=round(used, 1), unit="ms"),
        Figure(what="load average of the machine in its last minute", found=round(os.getloadavg()[0], 1), unit=""),
        Figure(what="the rotation beside it is well", found=float(well), unit="", least=1),
    ]
