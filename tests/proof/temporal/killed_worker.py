"""A worker that is cut off while it runs a rotation: its activity is done, and Temporal never gets the answer."""

import asyncio
from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from engine.contract import ActivityName
from rotation.plan.step import Gate, GatePurpose
from rotation.running.state import RotationState

_DRILLS = frozenset({GatePurpose.LISTED, GatePurpose.DRILLED})


def in_a_drill(state: RotationState) -> bool:
    """Whether a drill is on: HTTPS is shut, or a list is reordered, and clients are waited for (rules 8 and 18)."""
    return isinstance(state.step, Gate) and state.step.purpose in _DRILLS


class Cut:
    """The end of one worker, at the first reading of a gate that is done when the rotation is in a given state."""

    def __init__(self, when: Callable[[RotationState], bool]) -> None:
        self._when = when
        self._wanted = asyncio.Event()
        self.made = False
        """Whether the worker was cut off."""

    def interceptor(self, state: Callable[[], RotationState | None]) -> Interceptor:
        """Has the activity go silent, by the state of the rotation as it was shown last."""
        return _Silent(self, state)

    async def waits_for(self, ending: asyncio.Future[Any]) -> None:
        """Until the rotation has ended, or its worker is to be cut off."""
        if self.made:
            await asyncio.wait({ending})
            return
        wanted = asyncio.ensure_future(self._wanted.wait())
        await asyncio.wait({ending, wanted}, return_when=asyncio.FIRST_COMPLETED)
        wanted.cancel()

    async def goes_silent(self, state: RotationState | None) -> None:
        """Never return, where the worker is to be cut off now: it is stopped without grace."""
        if self.made or state is None or not self._when(state):
            return
        self.made = True
        self._wanted.set()
        await asyncio.Event().wait()


class _Silent(Interceptor):
    def __init__(self, cut: Cut, state: Callable[[], RotationState | None]) -> None:
        self._cut, self._state = cut, state

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        return _SilentActivity(next, self._cut, self._state)


class _SilentActivity(ActivityInboundInterceptor):
    def __init__(
        self, following: ActivityInboundInterceptor, cut: Cut, state: Callable[[], RotationState | None]
    ) -> None:
        super().__init__(following)
        self._cut, self._state = cut, state

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        answer = await super().execute_activity(input)
        if activity.info().activity_type == ActivityName.READ_GATE:
            await self._cut.goes_silent(self._state())
        return answer
