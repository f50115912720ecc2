"""How long the person at the console takes, drawn from the seed: it can be forecast before anything starts."""

import hashlib
from collections.abc import Mapping
from datetime import timedelta

from pydantic import BaseModel, ConfigDict

from emulator.spec import RobotSpec


def robot_delay(seed: int, kind: str, ordinal: int, pace: RobotSpec) -> timedelta:
    """The delay before the act of the `ordinal`-th task (from 0) of that kind."""
    digest = hashlib.sha256(f"{seed}/robot/{kind}/{ordinal}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return pace.shortest_delay + share * (pace.longest_delay - pace.shortest_delay)


class DelayForecast(BaseModel):
    """What the robot will need, by kind of task and in sum."""

    model_config = ConfigDict(frozen=True)

    delays: dict[str, tuple[timedelta, ...]]
    total: timedelta


def forecast(seed: int, counts: Mapping[str, int], pace: RobotSpec) -> DelayForecast:
    """The delays of `counts` tasks of each kind."""
    delays = {
        kind: tuple(robot_delay(seed, kind, ordinal, pace) for ordinal in range(count))
        for kind, count in sorted(counts.items())
    }
    return DelayForecast(delays=delays, total=sum((delay for each in delays.values() for delay in each), timedelta()))
