"""Runs: one rotation of a new site on a lane, with deaths at some points, judged at its end."""

import asyncio
import contextlib
import shutil
import time
import traceback
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

import httpx
from temporalio.service import RPCError

from tests.sweep.judging import Before, Story, problems, story
from tests.sweep.keeping import Kept
from tests.sweep.lanes import Lane
from tests.sweep.points import Aim, Point, Watch
from tests.sweep.points import points as points_of
from tests.sweep.procedures import PROCEDURES, Procedure
from tests.sweep.sites import site
from tests.sweep.visits import Visit

_UNDISTURBED = 120.0
_A_DEATH = 15.0
"""Seconds that a death may cost at most."""


@dataclass(frozen=True)
class Recording:
    """A run without deaths: what it passed, and what it did."""

    procedure: Procedure
    watch: Watch
    story: Story
    seconds: float


@dataclass(frozen=True)
class Result:
    """What came of a run with deaths."""

    died: tuple[Point, ...]
    missed: tuple[Point, ...]
    """Points that the run did not pass."""
    problems: tuple[str, ...]
    seconds: float
    passed: tuple[Point, ...] = ()
    """The points that it would have had, by the places that it passed."""
    put_off: int = 0
    """How often Temporal put an end of the history off, since a message had just come."""


@dataclass(frozen=True)
class _Played:
    """What a run showed at its end."""

    problems: tuple[str, ...]
    story: Story | None = None
    put_off: int = 0


class SweepFailedError(Exception):
    """Something is wrong that no death explains."""


async def record(lane: Lane, name: str) -> Recording:
    """Play a procedure undisturbed.

    Raises:
        SweepFailedError: when even that does not end as it must.
    """
    procedure, watch, began = PROCEDURES[name], Watch(), time.monotonic()
    played = await _play(lane, procedure, watch, _UNDISTURBED, None)
    if played.problems or played.story is None:
        raise SweepFailedError(
            f"{name} does not end well, although no process was killed: {'; '.join(played.problems)}"
        )
    return Recording(procedure, watch, played.story, time.monotonic() - began)


async def run(lane: Lane, points: Iterable[Point], undisturbed: Story | None) -> Result:
    """Play the procedure of `points`, which is one, with a death at each of them."""
    watch = Aim(left=list(points))
    wanted, began = tuple(watch.left), time.monotonic()
    limit = _UNDISTURBED + _A_DEATH * len(wanted)
    name = wanted[0].procedure
    played = await _play(lane, PROCEDURES[name], watch, limit, undisturbed)
    took, passed = time.monotonic() - began, points_of(name, watch)
    return Result(tuple(watch.hit), tuple(watch.left), played.problems, took, passed, played.put_off)


async def watched(lane: Lane, name: str, watch: Watch) -> tuple[str, ...]:
    """Play a procedure under any watch; what is wrong in the end."""
    return (await _play(lane, PROCEDURES[name], watch, _UNDISTURBED * 2, None)).problems


_numbers = iter(range(1, 1_000_000))


async def _play(lane: Lane, procedure: Procedure, watch: Watch, limit: float, undisturbed: Story | None) -> _Played:
    name = f"{procedure.name}-{next(_numbers)}"
    lane.watch = Watch()
    try:
        await lane.rising()
        async with open_site(lane, name, procedure, limit) as here:
            before = await Before.of(here)
            lane.watch = watch
            async with asyncio.timeout(limit * 2):
                await procedure.play(here, watch.begin)
                lane.watch = Watch()
                await lane.rising()
                found = await problems(here, procedure, before, undisturbed)
            played = _Played(tuple(found), await story(here), here.put_off)
    except Exception as error:  # noqa: BLE001 - one run that breaks is a result, and the sweep goes on
        last = traceback.extract_tb(error.__traceback__)[-1]
        return _Played((f"{type(error).__name__} at {last.name}: {error}",))
    finally:
        lane.watch = Watch()
    if not found:
        shutil.rmtree(lane.folder / name, ignore_errors=True)
    return played


@contextlib.asynccontextmanager
async def open_site(lane: Lane, name: str, procedure: Procedure, limit: float) -> AsyncIterator[Visit]:
    """Serve a new site with a robot at its console, and register it."""
    folder = lane.folder / name
    folder.mkdir()
    (folder / "site.json").write_text(site(name, procedure.servers).model_dump_json())
    key = lane.processes.folder.api_key.read_text().strip()
    arguments = ("--spec", str(folder / "site.json"), "--json", "--robot-api", lane.processes.api_url)
    environment = {**lane.environment, "EMULATOR_ROBOT_KEY": key}
    served = Kept.module("tests.sweep.site", *arguments, environment=environment, folder=folder)
    try:
        printed = await served.printed()
        headers = {"Authorization": f"Bearer {printed['control']['token']}"}
        async with httpx.AsyncClient(
            base_url=printed["control"]["url"], headers=headers, timeout=30, trust_env=False
        ) as control:
            made = Visit(lane, printed, control, limit)
            await made.register(procedure.relax_floor)
            try:
                yield made
            finally:
                # it has ended; or Temporal has, where the sweep is stopped
                with contextlib.suppress(RPCError, RuntimeError, TimeoutError):
                    async with asyncio.timeout(_A_DEATH):
                        await (await made.workflow()).terminate("the run is over")
    finally:
        await served.stop()
