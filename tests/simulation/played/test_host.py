"""The host on simulated time: retries, people and waits happen at their times, each at the earliest."""

from datetime import UTC, datetime, timedelta

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError

from engine.contract import ActivityName, Counted, ErrorType, LoadPlanRequest
from rotation.plan.outline import Outline
from rotation.running.message import Message, Move
from rotation.running.state import RotationState
from rotation.values import PlanId, RotationId, SiteId
from simulation.clock import SimulatedClock
from simulation.played.host import HorizonReachedError, SimulatedHost, StuckError
from workflows.hosts.host import ActivityRefusedError

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
REQUEST = LoadPlanRequest(
    rotation_id=RotationId("rotation"), site_id=SiteId("site"), plan_id=PlanId("plan"), approved=""
)


class Person:
    """One person, who sends one message at one time and gets the answer."""

    def __init__(self, at=None, move=Move.HOLD):
        self.at, self.move, self.heard = at, move, []

    def due(self, _state, _now):
        """At the time that was given, once."""
        return self.at

    async def act(self, _now):
        """Send it."""
        self.at = None
        return Message(move=self.move, rotation_id=RotationId("rotation"), who="ann", why="tired", request_id="one")

    def hear(self, message, reply):
        """Keep the answer."""
        self.heard.append((message.move, reply.accepted))


def staged(*failures, people=None):
    """A clock, the times at which an activity is tried, and a host; the activity fails as given, then answers."""
    clock, tried, left = SimulatedClock(START), [], list(failures)

    @activity.defn(name=ActivityName.LOAD_PLAN)
    async def load_plan(_request: LoadPlanRequest) -> Counted:
        tried.append(clock.now() - START)
        if left:
            raise left.pop(0)
        return Counted(count=7)

    host = SimulatedHost([load_plan], clock, people or Person(), until=START + timedelta(days=9))
    state = RotationState(
        rotation_id=RotationId("rotation"),
        site_id=SiteId("site"),
        site_name="Site",
        plan_id=PlanId("plan"),
        plan_hash="",
        outline=Outline.to_load("rotate"),
        started_at=START,
    )
    return clock, tried, host, host.run(state)


async def test_a_failing_activity_is_tried_again_as_on_temporal():
    """Pauses double from half a second; one that the failure asks for goes before; then the answer is there."""
    soon = ApplicationError("down", type="sepm-unreachable")
    asked = ApplicationError("busy", type="sepm-unreachable", next_retry_delay=timedelta(minutes=1))
    clock, tried, host, _ = staged(soon, soon, asked)

    pending = host.start(ActivityName.LOAD_PLAN, REQUEST, Counted, summary="load")
    await host.wait(pending.done, until=None, summary="load")

    assert pending.answer().count == 7
    assert tried == [timedelta(seconds=each) for each in (0, 0.5, 1.5, 61.5)]
    assert clock.now() - START == tried[-1]


async def test_a_sepm_that_wants_to_be_left_alone_is_when_its_call_is_given_back():
    """After two minutes it is reported to a person, and the next activity begins no sooner than SEPM has asked."""
    asked = [
        ApplicationError("busy", type="sepm-unreachable", next_retry_delay=timedelta(minutes=each)) for each in (2, 3)
    ]
    _, tried, _, running = staged(*asked)

    answer = await running.call(ActivityName.LOAD_PLAN, REQUEST, Counted, summary="load")

    assert answer.count == 7
    assert tried == [timedelta(minutes=each) for each in (0, 2, 5)]


async def test_what_a_person_must_cure_is_not_tried_again():
    """A refusal of the contract's types ends the activity at once, and says which it was."""
    _, tried, host, _ = staged(ApplicationError("gone", type=ErrorType.GROUP_GONE.value))

    pending = host.start(ActivityName.LOAD_PLAN, REQUEST, Counted, summary="load")
    await host.wait(pending.done, until=None, summary="load")

    with pytest.raises(ActivityRefusedError, match="gone"):
        pending.answer()
    assert len(tried) == 1


async def test_a_defect_is_not_waited_out():
    """An unexpected error comes out of the simulation: on Temporal it would be tried for ever."""
    _, _, host, _ = staged(ZeroDivisionError())
    pending = host.start(ActivityName.LOAD_PLAN, REQUEST, Counted, summary="load")
    with pytest.raises(ZeroDivisionError):
        await host.wait(pending.done, until=None, summary="load")


async def test_a_wait_ends_at_its_time_or_when_a_person_has_spoken():
    """The clock leaps to the earliest of both, and the message is answered when the loop has read it."""
    person = Person(START + timedelta(hours=3))
    clock, _, host, running = staged(people=person)

    await host.wait(lambda: bool(running.state.inbox), until=START + timedelta(days=1), summary="wait")
    assert clock.now() - START == timedelta(hours=3)
    running._read_inbox()
    await host.wait(lambda: False, until=START + timedelta(days=1), summary="wait")

    assert clock.now() - START == timedelta(days=1)
    assert person.heard == [(Move.HOLD, True)]
    assert running.state.held_by == "ann"


async def test_a_move_out_of_turn_is_refused_without_a_trace():
    """As on Temporal: the inbox stays empty and the person hears why."""
    person = Person(START, Move.RESUME)
    _, _, host, running = staged(people=person)
    await host.wait(lambda: bool(person.heard), until=None, summary="wait")
    assert person.heard == [(Move.RESUME, False)]
    assert running.state.inbox == ()


async def test_a_simulation_that_leads_nowhere_ends():
    """Nothing due is a defect that is raised; a wait past the horizon too."""
    _, _, host, _ = staged()
    with pytest.raises(StuckError):
        await host.wait(lambda: False, until=None, summary="nobody")
    with pytest.raises(HorizonReachedError):
        await host.wait(lambda: False, until=START + timedelta(days=10), summary="long")
