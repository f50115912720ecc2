"""What the run loop needs of the world: a clock, waits, activities, a place to show itself.

Temporal is the host that matters. The same loop can run on a virtual clock in one process.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from engine.contract import ActivityName
from rotation.running.message import Message
from rotation.running.state import RotationState
from rotation.values import Value
from workflows.hosts.procedure_change import ProcedureChange

Answer = TypeVar("Answer", bound=Value)
Answer_co = TypeVar("Answer_co", bound=Value, covariant=True)


class ActivityRefusedError(Exception):
    """An activity failed in a way that trying again alone cannot cure: a person must act first.

    Args:
        code: the type of `ErrorType`, or `not-answering`.
        message: what has happened, and what to do.
        pause: for how long SEPM wants to be left alone, where it states that.
    """

    def __init__(self, code: str, message: str, *, pause: timedelta | None = None) -> None:
        self.code = code
        self.message = message
        self.pause = pause
        super().__init__(f"{code}: {message}")


class Pending(Protocol[Answer_co]):
    """An activity that has been started."""

    def done(self) -> bool:
        """Whether its answer is there, good or bad."""

    def answer(self) -> Answer_co:
        """Its answer.

        Raises:
            ActivityRefusedError: when a person must act first.
        """


class Host(Protocol):
    """The world of a running rotation."""

    def now(self) -> datetime:
        """The time of the host's clock."""

    def start(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str, patient: bool = True
    ) -> Pending[Answer]:
        """Start an activity. It is tried again until it answers or is refused.

        Unless it is `patient`, it is refused as `not-answering`, too, when it has waited for SEPM for two minutes.
        """

    def at_once(
        self, name: ActivityName, request: Value, answer: type[Answer], *, summary: str
    ) -> Pending[Answer] | None:
        """Start an activity that asks the store only, in one try; None where the host does not do that any more."""

    async def wait(self, ready: Callable[[], bool], *, until: datetime | None, summary: str) -> None:
        """Return when `ready` is true or `until` has come, whichever is first."""

    def take_cancel(self) -> Message | None:
        """A cancel that came by the host's own way (the Temporal UI's button), once."""

    def show(self, state: RotationState) -> None:
        """Show the state to the people who watch."""

    def goes_by(self, change: ProcedureChange) -> bool:
        """Whether the rotation goes by a change of its commands: what it did before the change, it did without."""

    def should_continue_as_new(self) -> bool:
        """Whether the history has grown long enough to begin a new one."""
