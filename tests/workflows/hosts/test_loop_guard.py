"""The guard of the run loop: whatever goes round without anything happening ends with an error that names it."""

import ast
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from temporalio import activity

import workflows
from engine.contract import ActivityName, Counted, LoadPlanRequest
from rotation.plan.outline import Outline
from rotation.running.message import Message, Move
from rotation.running.state import RotationState
from rotation.values import PlanId, RotationId, SiteId
from simulation.clock import SimulatedClock
from simulation.played.host import SimulatedHost
from workflows.hosts.loop_guard import LoopSpinsError

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Talker:
    """A person who holds and resumes the rotation, again and again at the same moment."""

    def __init__(self, times):
        self.left = times

    def due(self, _state, now):
        """At once, as long as there is something to say."""
        return now if self.left else None

    async def act(self, _now):
        """Say it."""
        self.left -= 1
        move = Move.HOLD if self.left % 2 else Move.RESUME
        return Message(move=move, rotation_id=RotationId("rot-1"), who="ann", why="tired", request_id=f"{self.left}")

    def hear(self, message, reply):
        """Nothing of it matters."""


@activity.defn(name=ActivityName.LOAD_PLAN)
async def load_plan(_request: LoadPlanRequest) -> Counted:
    """Answers at once."""
    return Counted(count=1)


@activity.defn(name=ActivityName.RECORD_PROGRESS)
async def record_progress(_request: object) -> Counted:
    """Keeps nothing."""
    return Counted(count=1)


REQUEST = LoadPlanRequest(rotation_id=RotationId("rot-1"), site_id=SiteId("site"), plan_id=PlanId("plan"), approved="")


def running(people=None):
    """A rotation on simulated time that does what a test has it do."""
    host = SimulatedHost(
        [load_plan, record_progress], SimulatedClock(START), people or Talker(0), until=START + timedelta(days=999)
    )
    state = RotationState(
        rotation_id=RotationId("rot-1"),
        site_id=SiteId("site"),
        site_name="Vienna",
        plan_id=PlanId("plan"),
        plan_hash="",
        outline=Outline.to_load("rotate"),
        started_at=START,
    )
    return host.run(state)


async def for_ever(what):
    """A loop that nothing drives."""
    while True:
        await what()


async def test_waits_that_end_at_once_are_ended():
    """A loop whose wait is over before it begins is distinguished from one that waits, and named with its site."""
    run = running()
    with pytest.raises(LoopSpinsError, match=r"rotation rot-1 of Vienna: 16 waits in a row .* The last one: a gate"):
        await for_ever(lambda: run.wait(until=None, summary="a gate", ready=lambda: True))
    assert run.host.now() == START


async def test_a_wait_whose_time_has_come_is_no_excuse():
    """The same where the time of the wait is past."""
    run = running()
    with pytest.raises(LoopSpinsError):
        await for_ever(lambda: run.wait(until=START - HOUR, summary="a look"))


async def test_activities_without_a_wait_between_them_are_ended(monkeypatch):
    """A loop that asks the world again and again at the same moment is one too, only later."""
    monkeypatch.setattr("workflows.hosts.loop_guard._BUSY", 200)
    run = running()
    asks = count()

    async def ask():
        next(asks)
        await run.call(ActivityName.LOAD_PLAN, REQUEST, Counted, summary="load")

    with pytest.raises(LoopSpinsError, match="nothing was waited for"):
        await for_ever(ask)
    assert next(asks) == 201


async def test_a_loop_that_waits_goes_on():
    """A thousand heartbeats, with a reading and some waits that end at once in each."""
    run = running()
    for beat in range(1, 1001):
        await run.wait(until=START + beat * HOUR, summary="a heartbeat")
        for _ in range(3):
            await run.wait(until=None, summary="", ready=lambda: True)
        await run.call(ActivityName.LOAD_PLAN, REQUEST, Counted, summary="read")
    assert run.host.now() == START + 1000 * HOUR


async def test_many_messages_stop_nothing():
    """Each message is something that happens, though no time passes."""
    people = Talker(300)
    run = running(people)
    await run.wait(until=None, summary="attention", ready=lambda: people.left == 0)
    assert people.left == 0


def test_every_loop_of_a_rotation_awaits_something():
    """The guard counts at what is awaited: of a loop that awaits nothing it would see nothing."""
    loops = [
        (path.name, each)
        for path in sorted(Path(workflows.__file__).parent.glob("*.py"))
        for each in ast.walk(ast.parse(path.read_text()))
        if isinstance(each, ast.While)
    ]
    assert loops
    assert [
        f"{name}: {ast.unparse(loop.test)}"
        for name, loop in loops
        if not any(isinstance(each, ast.Await) for each in ast.walk(loop))
    ] == []
