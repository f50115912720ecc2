"""How often the product asks SEPM in a day: while a gate waits, and while an operator holds a replacement.

`python -m tests.proof.requests 5 20 2000` plays a rotation of one server for sites of so many groups, and counts.
"""

import asyncio
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from unittest.mock import patch

import structlog

from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, ServerSpec, SiteSpec
from rotation.plan.step import is_step_watched
from rotation.running.state import RotationState
from rotation.site import Limits
from simulation.drawn.scenario import Scenario, WorkPace
from simulation.judged.facts import Facts
from simulation.people.watchman import Watchman
from simulation.played.run import play
from simulation.played.sepm import RestLine

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_CLIENTS_EACH = 3


class Asked(NamedTuple):
    """Requests to SEPM within one day, of a site of so many groups."""

    groups: int
    waiting: int
    """While gate A8 waits."""
    claimed: int
    """While an operator holds the replacement of a certificate."""


async def asked(groups: int) -> Asked:
    """Play a rotation with a day in gate A8 and a day in which an operator holds the replacement."""
    times: list[datetime] = []
    send = RestLine.send

    async def counted(line: RestLine, call: object) -> object:
        answer = await send(line, call)  # type: ignore[arg-type] # as it was called
        times.append(line.clock.now())
        return answer

    with patch.object(RestLine, "send", counted), patch.object(Watchman, "due", _each_minute):
        facts = await play(_scenario(groups))
    waits, held = _moment(facts, "step-began", "A8"), _claimed(facts)
    return Asked(groups, _within(times, waits), _within(times, held))


def _each_minute(_watchman: Watchman, state: RotationState, now: datetime) -> datetime | None:
    """A worker looks each minute; the simulation looks when something has changed, which sees as much."""
    task, step = state.task, state.step
    if task is None or step is None or not is_step_watched(step, claimed=bool(task.claimed_by)):
        return None
    return now.replace(second=0, microsecond=0) + MINUTE


def _scenario(groups: int) -> Scenario:
    paths = [ROOT_GROUP, *(f"{ROOT_GROUP}\\Group {number}" for number in range(1, groups))]
    place = LocationSpec(heartbeat=HOUR, randomization=HOUR / 6)
    spec = SiteSpec(
        name="Asked",
        seed=1,
        servers=(ServerSpec(name="SEPM-1"),),
        groups=tuple(GroupSpec(path=path, locations=(place,)) for path in paths),
        clients=tuple(ClientSpec(group=path, count=_CLIENTS_EACH) for path in paths),
    )
    limits = Limits(relax_floor=2 * DAY, purge_after=None)
    return Scenario(seed=1, spec=spec, limits=limits, pace=WorkPace(first=MINUTE, last=2 * MINUTE, work=3 * DAY))


def _moment(facts: Facts, kind: str, number: str) -> datetime:
    """When the last step of that number began: the first is that of the canaries."""
    return [event.at for event in facts.trail if event.kind == kind and event.data.get("number") == number][-1]


def _claimed(facts: Facts) -> datetime:
    """When the replacement was claimed: some minutes after its task was opened, and it was held for more than a day.

    Raises:
        ValueError: when it was not held as long.
    """
    task = next(each for each in facts.tasks if each.work.kind == "replace_certificate")
    held = task.opened_at + 5 * MINUTE
    if task.closed_at is None or task.closed_at < held + DAY:
        raise ValueError(f"the task was opened at {task.opened_at} and closed at {task.closed_at}")
    return held


def _within(times: Sequence[datetime], begun: datetime) -> int:
    return sum(begun <= at < begun + DAY for at in times)


def lines(sizes: Iterator[int] | Sequence[int]) -> Iterator[str]:
    """The table, line by line."""
    yield f"{'groups':>8} {'a day while a gate waits':>26} {'a day while it is claimed':>26}"
    for groups in sizes:
        found = asyncio.run(asked(groups))
        yield f"{found.groups:>8,} {found.waiting:>26,} {found.claimed:>26,}"


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for line in lines([int(each) for each in sys.argv[1:]] or [5, 20, 2000]):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
