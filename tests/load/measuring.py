"""What requests took, and how much memory a process has."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Self

from rotation.values import Value

_KB = 1024


class Latencies(Value):
    """Of requests of one kind, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Latencies":
        """Those of at least one request."""
        ordered = sorted(1000 * each for each in seconds)

        def at(share: float) -> float:
            return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 1)

        return cls(count=len(ordered), p50=at(0.5), p95=at(0.95), p99=at(0.99), longest=round(ordered[-1], 1))


async def paced(rate: float, seconds: float, ask: Callable[[], Awaitable[None]]) -> list[float]:
    """How long each request took since the moment it was due: one that waits for others has waited, too."""
    begin, taken = time.monotonic(), list[float]()

    async def one(due: float) -> None:
        await ask()
        taken.append(time.monotonic() - due)

    async with asyncio.TaskGroup() as group:
        for number in range(round(rate * seconds)):
            due = begin + number / rate
            await asyncio.sleep(due - time.monotonic())
            group.create_task(one(due))
    return taken


def resident_mb(pid: int) -> float:
    """The memory of a process, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return round(int(line.split()[1]) / _KB, 1)


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used: it does not follow what else the machine does."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Memory:
    """Looks every second how much memory a process has; as a context, while something is done."""

    def __init__(self, pid: int, every: float = 1.0) -> None:
        self._pid, self._every = pid, every
        self.seen = [resident_mb(pid)]

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._looking.cancel()
        self.seen.append(resident_mb(self._pid))

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            self.seen.append(resident_mb(self._pid))

    @property
    def growth(self) -> float:
        """By how many MiB it was larger than at the beginning."""
        return round(max(self.seen) - self.seen[0], 1)
