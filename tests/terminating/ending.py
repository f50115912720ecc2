"""Rotations that are terminated: in this process, or on the real Temporal by its own Terminate."""

from collections.abc import Awaitable, Callable
from typing import Any

from temporalio import activity
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import TerminatedError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from activities.registry import all_activities
from engine.contract import ActivityName
from rotation.running.message import Message
from rotation.running.state import RotationState
from simulation.drawn.scenario import START
from simulation.played.host import HorizonReachedError, SimulatedHost, SimulatedPending, StuckError
from simulation.played.stage import Stage
from tests.proof.temporal.durable import step_of, through_temporal
from tests.terminating.passages import Watch, described
from workflows.run import run_rotation

TERMINATED, CANCELLED = "terminated", "cancelled"
Run = Callable[[Stage, RotationState, Watch], Awaitable[str]]
"""Runs a rotation: empty when it has ended; `TERMINATED`; `CANCELLED` when it was, and has ended by itself; or why it
was given up."""
Act = Callable[[activity.Info], Awaitable[None]]
"""What is done to a rotation on Temporal, behind one of its activities."""


class _TerminatedHereError(Exception):
    """The rotation is terminated now."""


class WatchedHost(SimulatedHost):
    """Simulated time in which something happens to the rotation at a passage."""

    def __init__(self, stage: Stage, watch: Watch) -> None:
        activities = all_activities(stage.store, stage.world)
        super().__init__(activities, stage.clock, stage.people, until=START + stage.scenario.longest)
        self._watch = watch

    async def _attempt(self, pending: SimulatedPending[Any]) -> None:
        await super()._attempt(pending)
        self._passes(described(pending.name.value, pending.request))

    async def _act(self) -> Message | None:
        message = await super()._act()
        self._passes(f"somebody says {message.move.value}" if message else "somebody works")
        return message

    def _passes(self, what: str) -> None:
        state = self._running.state if self._running else None
        if self._watch.passes(state.step.id if state and state.step else "", what):
            self._happens()

    def _happens(self) -> None:
        """What happens there."""
        raise NotImplementedError


class EndingHost(WatchedHost):
    """The rotation is terminated at a passage: nothing of it runs on."""

    def _happens(self) -> None:
        raise _TerminatedHereError


async def in_process(stage: Stage, state: RotationState, watch: Watch) -> str:
    """Run a rotation in this coroutine."""
    try:
        await run_rotation(EndingHost(stage, watch).run(state))
    except _TerminatedHereError:
        return TERMINATED
    except (HorizonReachedError, StuckError) as end:
        return f"{type(end).__name__}: {end}"
    return ""


class _Passing(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, watch: Watch, act: Act) -> None:
        super().__init__(following)
        self._watch, self._act = watch, act

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        try:
            return await super().execute_activity(input)
        finally:
            info = activity.info()
            # histories are admitted on Temporal only: passages are counted in this process
            step = step_of(str(info.workflow_id))
            if info.activity_type != ActivityName.ADMIT and self._watch.passes(step, info.activity_type):
                await self._act(info)


class Passing(Interceptor):
    """Does something to a rotation on Temporal, behind one of the tries of its activities or of its people's acts."""

    def __init__(self, watch: Watch, act: Act) -> None:
        self._watch, self._act = watch, act

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        """Watch each activity from the outside."""
        return _Passing(next, self._watch, self._act)


def on_temporal(client: Client) -> Run:
    """Runs rotations on the server of `client`."""

    async def terminate(info: activity.Info) -> None:
        await client.get_workflow_handle(str(info.workflow_id)).terminate("pulled out")

    async def run(stage: Stage, state: RotationState, watch: Watch) -> str:
        try:
            unfinished, _ = await through_temporal(client, Passing(watch, terminate))(stage, state)
        except WorkflowFailureError as failure:
            if isinstance(failure.cause, TerminatedError):
                return TERMINATED
            raise
        return unfinished

    return run
