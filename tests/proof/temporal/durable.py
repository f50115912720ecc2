"""The same simulated rotation on the real Temporal: durable timers, real activities, real signals.

The run loop, its activities and the people are those of `simulation.played.run`. What is different is the host:
waits are timers of the server, each try of an activity is the server's, and messages of people come as signals. The
clock stays the simulated one: it leaps to the due time of what the server has had happen, so that both runs have the
same times although a server's own clock goes on while an activity works.

A worker can be cut off in the midst of it. What the workflow has read of the world is on a tape
(`simulation.played.recorded_reads`), so that the next worker's replay reads the same again.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any, Protocol

from temporalio import activity, workflow
from temporalio.client import Client, WorkflowFailureError
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    UnsandboxedWorkflowRunner,
    Worker,
)

from activities.registry import all_activities
from engine.client.updates import say
from engine.contract import (
    ROTATE_WORKFLOW,
    ActivityName,
    RotateInput,
    RotateResult,
    SearchAttribute,
)
from engine.fault import MoveRefused
from engine.interceptors.hand_back import given_back, is_given_back
from rotation.finding import blocking
from rotation.running.message import Message, Reply
from rotation.running.state import RotationState
from rotation.values import Value
from simulation.clock import SimulatedClock
from simulation.drawn.scenario import START
from simulation.judged.facts import Facts
from simulation.people.people import People
from simulation.played.run import Runner
from simulation.played.stage import Stage
from tests.proof.temporal.recorded_reads import Reader, Tape
from workflows.hosts.host import Answer, Pending
from workflows.hosts.temporal_host import TemporalHost, TemporalPending, is_refusal, retry_pause
from workflows.rotate_site import RotateSite
from workflows.running import Running

_ACT = "act-of-people"
_ROTATION = SearchAttributeKey.for_keyword(SearchAttribute.ROTATION)
_GIVEN_UP = "given-up"
_FAILED = "try-failed"
_IDS = re.compile(r"(?<=plan-)[0-9a-f]{12}|(?<=find )[0-9a-f]{8}")
# hashes of plans and fingerprints: of keys that each process makes for itself
_MADE = re.compile(r"\b(?:[0-9a-f]{12}|[0-9a-f]{64})\b")
"""The id of a plan, or of what a look has found: another one in each run."""
_LONG = timedelta(minutes=10)


_Once = tuple[str | None, str]
"""An activity, by the run of its workflow and its id there."""


@dataclass
class Surroundings:
    """What one rotation on Temporal shares with the process that plays it. Only a played workflow may look at it."""

    clock: SimulatedClock
    people: People
    until: datetime
    sent: list[Message] = field(default_factory=list)
    due_again: dict[_Once, datetime] = field(default_factory=dict)
    """When activities that have failed are tried again."""
    began: dict[_Once, datetime] = field(default_factory=dict)
    """When the first try of each activity was made."""
    state: RotationState | None = None
    tapes: dict[str, Tape] = field(default_factory=dict)
    """By run: each history is replayed by itself."""
    kept: Tape = field(default_factory=Tape)
    """What the next run reads again, which begins with the history of another one."""

    def tape(self, run_id: str) -> Tape:
        """The tape of a run."""
        return self.tapes.setdefault(run_id, Tape(self.kept.read))


class Disturbance(Protocol):
    """What ends a worker before its rotation has ended, or holds it longer."""

    def interceptor(self, state: Callable[[], RotationState | None]) -> Interceptor:
        """What sees each activity, with the state of the rotation as it was shown last."""

    async def waits_for(self, ending: asyncio.Future[Any]) -> None:
        """Return when the worker is to end."""


_PLAYED: dict[str, Surroundings] = {}
"""By workflow id."""


class DurableHost(TemporalHost):
    """Temporal as the world of a simulated rotation."""

    def __init__(self, begin: RotateInput, around: Surroundings) -> None:
        super().__init__(begin.rotation_id)
        self._around = around
        info = workflow.info()
        self._read = Reader(around.tape(info.run_id), info.get_current_history_length)
        self._pending: list[TemporalPending[Any]] = []
        self.running: Running | None = None
        self.failures = 0
        """How many tries have failed, as far as the workflow knows."""

    def now(self) -> datetime:
        """The simulated time."""
        return self._read("now", self._around.clock.now)

    def start(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str, patient: bool = True
    ) -> Pending[Answer]:
        """As on Temporal, and noted as pending."""
        return self._noted(super().start(name, request, answer, summary=summary, patient=patient))

    def _noted(self, pending: Pending[Answer]) -> Pending[Answer]:
        if isinstance(pending, TemporalPending):
            self._pending.append(pending)
        return pending

    async def wait(self, ready: Callable[[], bool], *, until: datetime | None, summary: str) -> None:
        """Have the server wait for what is next, as `SimulatedHost.wait` finds it on its own."""
        while not ready() and not self._cancel_pending and (until is None or self.now() < until):
            await self._next(until, summary)

    def show(self, state: RotationState) -> None:
        """As on Temporal; the state is also kept for the facts."""
        super().show(state)
        self._around.state = state

    async def _next(self, until: datetime | None, summary: str) -> None:
        running, around = self.running, self._around
        if running is None:
            raise AssertionError("the host runs nothing yet")
        self._read("answers", lambda: self._answer_people(running))
        now = self.now()
        act_at = self._read("people", lambda: around.people.due(running.state, now))
        self._pending = [pending for pending in self._pending if not pending.done()]
        moment = min((at for at in (act_at, until) if at is not None), default=None)
        if not self._pending and (moment is None or moment > around.until):
            why = f"StuckError: {summary}" if moment is None else f"HorizonReachedError: {summary}"
            raise ApplicationError(f"{why}: {running.state.attention}", type=_GIVEN_UP)
        if self._pending or (moment is not None and moment > self.now()):
            # A try takes no simulated time: no person acts before it has answered, or has failed and is due again.
            is_tried = bool(self._pending) and not self._read("tried again", lambda: bool(around.due_again))
            left = None if is_tried or moment is None else max(moment - self.now(), timedelta(0))
            if await self._until_tried(left, summary) or is_tried or self._cancel_pending:
                return
        if moment is not None:
            self._read("leap", lambda: around.clock.leap_to(moment))
            if act_at is not None and act_at <= moment:
                await self._act()

    async def _act(self) -> None:
        """Have people do what is due. A cancel of Temporal's own is kept, as in every wait."""
        acting = workflow.start_activity(_ACT, start_to_close_timeout=_LONG)
        try:
            await asyncio.shield(acting)
        except asyncio.CancelledError:
            self._cancel_pending = True
            await acting

    async def _until_tried(self, left: timedelta | None, summary: str) -> bool:
        """Wait until an activity is done or has failed once more, for a time at most. Whether that came first."""
        pending, failures = tuple(self._pending), self.failures

        def matches() -> bool:
            return any(each.done() for each in pending) or self.failures != failures

        await super().wait(matches, until=None if left is None else workflow.now() + left, summary=summary)
        return matches()

    def _answer_people(self, running: Running) -> None:
        for message in tuple(self._around.sent):
            answered = running.state.replies.get(message.request_id)
            if answered is not None:
                self._around.sent.remove(message)
                self._around.people.hear(message, answered.reply)


@workflow.defn(name=ROTATE_WORKFLOW)
class RotateSimulatedSite(RotateSite):
    """`RotateSite` with a simulated world around it."""

    def _loop(self, begin: RotateInput) -> Running:
        around, state = _PLAYED[workflow.info().workflow_id], super()._loop(begin).state
        host = self._host = DurableHost(begin, around)
        if begin.resume is None:
            state.started_at = host.now()
        host.running, around.state = Running(host, state), state
        return host.running

    @workflow.signal(name=_FAILED)
    def try_failed(self) -> None:
        """Wake: an activity will be tried again, and others may act before that."""
        self._host.failures += 1

    @workflow.run
    async def run(self, begin: RotateInput) -> RotateResult:
        """As `RotateSite.run`, which a subclass has to say itself."""
        return await self._rotate(begin)


class _Timed(ActivityInboundInterceptor):
    """Gives each try of an activity the simulated time at which it is due."""

    def __init__(self, following: ActivityInboundInterceptor, client: Client, around: Surroundings) -> None:
        super().__init__(following)
        self._client, self._around = client, around

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        """One try."""
        info, clock, due_again = activity.info(), self._around.clock, self._around.due_again
        once = info.workflow_run_id, info.activity_id
        self._around.began.setdefault(once, clock.now())
        due = due_again.pop(once, None)
        if due is not None:
            clock.leap_to(due)
        try:
            return await super().execute_activity(input)
        except ApplicationError as error:
            if info.is_local or is_refusal(error):
                raise
            if is_given_back(error, info, clock.now() - self._around.began[once]):
                raise given_back(error) from error
            pause = error.next_retry_delay or retry_pause(info.attempt)
            due_again[once] = clock.now() + pause
            # of a failed try the server tells the workflow nothing
            await self._client.get_workflow_handle(str(info.workflow_id)).signal(_FAILED)
            raise ApplicationError(error.message, type=error.type, next_retry_delay=pause) from error


class Timed(Interceptor):
    """Simulated time for activities."""

    def __init__(self, client: Client, around: Surroundings) -> None:
        self._client, self._around = client, around

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Around each activity."""
        return _Timed(next, self._client, self._around)


class Acting:
    """What people do, as an activity: at the console, or by a message to the rotation."""

    def __init__(self, client: Client, around: Surroundings, workflow_id: str) -> None:
        self._client, self._around, self._workflow_id = client, around, workflow_id

    @activity.defn(name=_ACT)
    async def act(self) -> None:
        """Do what is due; a message reaches the workflow before this returns."""
        people = self._around.people
        message = await people.act(self._around.clock.now())
        if message is None:
            return
        self._around.sent.append(message)
        try:
            await say(self._client.get_workflow_handle(self._workflow_id), message)
        except MoveRefused as refused:
            self._around.sent.remove(message)
            finding = blocking(refused.code, message.rotation_id, refused.message, refused.remedy)
            people.hear(message, Reply(accepted=False, findings=(finding,)))


def set_back(workflow_id: str, run_id: str, event_id: int) -> None:
    """Have the next run of a played rotation read what the one of `run_id` had read before that event."""
    around = _PLAYED[workflow_id]
    around.kept = around.tape(run_id).before(event_id - 1)


def step_of(workflow_id: str) -> str:
    """The step in which a played rotation is, as it was shown last."""
    played = _PLAYED.get(workflow_id)
    return played.state.step.id if played is not None and played.state is not None and played.state.step else ""


def through_temporal(client: Client, *around: Interceptor, cut: Disturbance | None = None) -> Runner:
    """What `play` runs a rotation by, to have it run on the server of `client`, with interceptors of activities.

    With `cut`, the worker ends when that says so, and another one goes on where the rotation has not ended.
    """

    async def run(stage: Stage, state: RotationState) -> tuple[str, RotationState]:
        return await _run(client, stage, state, around, cut)

    return run


def same_run(one: Facts, other: Facts) -> str:
    """Where two runs of a seed differ: their events by due time, the effects on the site, the end. Empty: nowhere."""
    for mine, theirs in zip_longest(_events(one), _events(other)):
        if mine != theirs:
            return f"one has the event {mine}, the other {theirs}"
    for effect, another in zip_longest(_done(one), _done(other)):
        if effect != another:
            return f"one has the effect {effect}, the other {another}"
    ends = [(facts.outcome, facts.unfinished, facts.lost) for facts in (one, other)]
    return "" if ends[0] == ends[1] else f"one ended as {ends[0]}, the other as {ends[1]}"


def digest_of(run: Facts) -> str:
    """What `same_run` compares, as a digest: equal where two runs of a seed are the same, in whatever process."""
    parts = repr(((*_events(run),), (*_done(run),), run.outcome, run.unfinished, run.lost))
    numbers = {made: f"#{number}" for number, made in enumerate(dict.fromkeys(_MADE.findall(parts)))}
    return hashlib.sha256(_MADE.sub(lambda found: numbers[found[0]], parts).encode()).hexdigest()


def _events(facts: Facts) -> Iterator[tuple[object, ...]]:
    return ((event.number, event.at, event.kind, _IDS.sub("", event.message), event.data) for event in facts.trail)


def _done(facts: Facts) -> Iterator[tuple[object, ...]]:
    return ((effect.at, effect.kind, effect.subject, effect.actor) for effect in facts.journal)


async def _run(
    client: Client, stage: Stage, state: RotationState, interceptors: Sequence[Interceptor], cut: Disturbance | None
) -> tuple[str, RotationState]:
    """Run the rotation of `state` on the server of `client`. Why it was given up, and the state as it was left.

    1. a worker of its own with the activities of the stage; where it is cut off, another one
    2. `RotateSimulatedSite` runs the plan; its host has the server wait, and people act, at their due times
    """
    around = Surroundings(stage.clock, stage.people, until=START + stage.scenario.longest)
    workflow_id = f"rotate/{stage.scenario.seed}/{id(stage)}"
    _PLAYED[workflow_id] = around
    begin = RotateInput(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        site_name=state.site_name,
        plan_id=state.plan_id,
        plan_hash=state.plan_hash,
        purpose=state.outline.purpose,
    )
    timed: list[Interceptor] = [Timed(client, around), *interceptors]
    if cut is not None:
        timed.append(cut.interceptor(lambda: around.state))

    def worker() -> Worker:
        return Worker(
            client,
            task_queue=workflow_id,
            workflows=[RotateSimulatedSite],
            activities=[*all_activities(stage.store, stage.world), Acting(client, around, workflow_id).act],
            interceptors=timed,
            workflow_runner=UnsandboxedWorkflowRunner(),
            # one rotation does one thing at a time; a poll of the sticky queue goes on beside one of the queue itself
            max_concurrent_workflow_task_polls=2,
            max_concurrent_activity_task_polls=1,
        )

    try:
        handle = await client.start_workflow(
            RotateSimulatedSite.run, begin, id=workflow_id, task_queue=workflow_id,
            search_attributes=TypedSearchAttributes([SearchAttributePair(_ROTATION, begin.rotation_id)]),
        )  # fmt: skip
        ending = asyncio.ensure_future(handle.result())
        while not ending.done():
            async with worker():
                await (asyncio.wait({ending}) if cut is None else cut.waits_for(ending))
        try:
            await ending
        except WorkflowFailureError as failure:
            if not isinstance(failure.cause, ApplicationError) or failure.cause.type != _GIVEN_UP:
                raise
            return failure.cause.message, around.state or state
        return "", around.state or state
    finally:
        del _PLAYED[workflow_id]
