"""The host of the run loop on simulated time: the same loop as on Temporal, one act at a time, in one coroutine.

What can happen is held against the clock: an attempt of an activity, an act of a person, the end of a wait. The
earliest happens; of the same moment activities go before people, and people before the end of the wait.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Generic, Protocol

from temporalio.exceptions import ApplicationError

from engine.contract import GIVEN_BACK_AFTER, NOT_ANSWERING, SEPM_UNREACHABLE, ActivityName
from rotation.finding import Finding
from rotation.running.message import Message, Reply
from rotation.running.moves import refusal
from rotation.running.state import RotationState
from rotation.values import Value
from simulation.clock import SimulatedClock
from workflows.hosts.host import ActivityRefusedError, Answer, Pending
from workflows.hosts.procedure_change import ProcedureChange
from workflows.hosts.temporal_host import is_refusal, retry_pause
from workflows.running import Running


class HorizonReachedError(Exception):
    """The rotation did not end within the time that the simulation was given."""


class StuckError(Exception):
    """Nothing will ever happen again: no person acts, nothing is due. A defect of the product or of the people."""


class Bystanders(Protocol):
    """The people around a rotation: they see its state, act at the console and send messages."""

    def due(self, state: RotationState, now: datetime) -> datetime | None:
        """When one of them acts next, from what they see now; None: they wait for something to happen."""

    async def act(self, now: datetime) -> Message | None:
        """Do what is due. The message to the rotation, if there is one."""

    def hear(self, message: Message, reply: Reply) -> None:
        """Take the answer to a message."""


class SimulatedPending(Generic[Answer]):
    """An activity that is tried until it answers or is refused."""

    def __init__(self, name: ActivityName, request: Value, due: datetime, *, patient: bool) -> None:
        self.name, self.request, self.due = name, request, due
        self._patient, self._began = patient, due
        self.failures = 0
        self._answer: Answer | None = None
        self._refused: ActivityRefusedError | None = None

    def done(self) -> bool:
        """Whether its answer is there, good or bad."""
        return self._answer is not None or self._refused is not None

    def answer(self) -> Answer:
        """Its answer.

        Raises:
            ActivityRefusedError: when a person must act first.
        """
        if self._refused is not None:
            raise self._refused
        if self._answer is None:
            raise AssertionError(f"{self.name} has no answer yet")
        return self._answer

    def gives_up(self, error: ApplicationError, now: datetime) -> bool:
        """Whether a failed try is given back, as `engine.interceptors.hand_back` does."""
        return not self._patient and error.type == SEPM_UNREACHABLE and now >= self._began + GIVEN_BACK_AFTER

    def settle(self, answer: Answer | None, refused: ActivityRefusedError | None = None) -> None:
        """Keep how it ended."""
        self._answer, self._refused = answer, refused


class SimulatedHost:
    """The world of a rotation whose time is simulated.

    Args:
        activities: the functions that the worker would serve.
        clock: the one clock of the simulation.
        people: who acts around the rotation.
        until: when the simulation gives up.
        renews: whether a new history is wanted in every wait, as soon as time has passed in the present one.
    """

    def __init__(
        self,
        activities: Iterable[Callable[..., Any]],
        clock: SimulatedClock,
        people: Bystanders,
        *,
        until: datetime,
        renews: bool = False,
    ) -> None:
        self._activities = {_name(function): function for function in activities}
        self._clock, self._people, self._until = clock, people, until
        self._pending: list[SimulatedPending[Any]] = []
        self._sent: list[Message] = []
        self._running: Running | None = None
        self._renews, self._begun = renews, clock.now()

    def run(self, state: RotationState) -> Running:
        """The rotation of `state`, run by this host. What a history before it has answered is heard first."""
        if self._running is not None:
            self._answer_people(self._running)
        self._running, self._begun = Running(self, state), self._clock.now()
        return self._running

    def now(self) -> datetime:
        """The simulated time."""
        return self._clock.now()

    def start(
        self,
        name: ActivityName,
        request: Value,
        answer: type[Answer],  # noqa: ARG002 - the port's
        *,
        summary: str,  # noqa: ARG002 - the port's
        patient: bool = True,
    ) -> Pending[Answer]:
        """Have an activity tried from now on."""
        pending: SimulatedPending[Answer] = SimulatedPending(name, request, self._clock.now(), patient=patient)
        self._pending.append(pending)
        return pending

    def at_once(self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str) -> None:
        """Nothing: it is an activity like any other."""

    async def wait(self, ready: Callable[[], bool], *, until: datetime | None, summary: str) -> None:
        """Play what happens until `ready` is true or `until` has come.

        Raises:
            HorizonReachedError: when that takes longer than the simulation may.
            StuckError: when nothing will happen any more.
        """
        while not ready() and (until is None or self._clock.now() < until):
            await self._next(until, summary)

    def take_cancel(self) -> Message | None:
        """No host of its own cancels here: people do, in their own way."""
        return None

    def show(self, state: RotationState) -> None:
        """Nothing: only the people watch, and they look at the state itself."""

    def goes_by(self, change: ProcedureChange) -> bool:  # noqa: ARG002 - the port's
        """Each rotation is played by the code of now."""
        return True

    def should_continue_as_new(self) -> bool:
        """There is no history that could grow. Where new ones are wanted, one has grown when time has passed in it."""
        return self._renews and self._clock.now() > self._begun

    async def _next(self, until: datetime | None, summary: str) -> None:
        running = self._running
        if running is None:
            raise AssertionError("the host runs nothing yet")
        self._answer_people(running)
        attempt = min(self._pending, key=lambda pending: pending.due, default=None)
        act_at = self._people.due(running.state, self._clock.now())
        moments = [at for at in (attempt.due if attempt else None, act_at, until) if at is not None]
        if not moments:
            raise StuckError(f"{summary}: {running.state.attention}")
        moment = min(moments)
        if moment > self._until:
            raise HorizonReachedError(f"{summary}: {running.state.attention}")
        self._clock.leap_to(moment)
        if attempt is not None and attempt.due <= moment:
            await self._attempt(attempt)
        elif act_at is not None and act_at <= moment:
            message = await self._act()
            if message is not None:
                self._say(running, message)

    async def _act(self) -> Message | None:
        return await self._people.act(self._clock.now())

    async def _attempt(self, pending: SimulatedPending[Any]) -> None:
        try:
            answer = await self._activities[pending.name](pending.request)
        except ApplicationError as error:
            if is_refusal(error):
                pending.settle(None, ActivityRefusedError(error.type or "refused", error.message))
            elif pending.gives_up(error, self._clock.now()):
                pending.settle(None, ActivityRefusedError(NOT_ANSWERING, error.message, pause=error.next_retry_delay))
            else:
                pending.failures += 1
                pause = error.next_retry_delay or retry_pause(pending.failures)
                pending.due = self._clock.now() + pause
                return
        else:
            pending.settle(answer)
        self._pending.remove(pending)

    def _say(self, running: Running, message: Message) -> None:
        """As `engine.client.updates`: refused at once and without a trace, or put into the inbox and answered."""
        finding: Finding | None = refusal(message, running.state)
        if finding is not None:
            self._people.hear(message, Reply(accepted=False, findings=(finding,)))
            return
        running.state.inbox = (*running.state.inbox, message)
        self._sent.append(message)

    def _answer_people(self, running: Running) -> None:
        for message in tuple(self._sent):
            answered = running.state.replies.get(message.request_id)
            if answered is not None:
                self._sent.remove(message)
                self._people.hear(message, answered.reply)


def _name(function: Callable[..., Any]) -> str:
    definition = getattr(function, "__temporal_activity_definition", None)
    if definition is None or definition.name is None:
        raise TypeError(f"{function!r} is no activity with a name")
    return str(definition.name)
