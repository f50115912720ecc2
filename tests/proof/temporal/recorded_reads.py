"""What a played workflow has read of the world around it, in order: a replay reads the same again."""

from collections.abc import Callable
from typing import Any, TypeVar

from temporalio.exceptions import ApplicationError

Value = TypeVar("Value")


class Tape:
    """Everything that was read, each with what it was about."""

    def __init__(self) -> None:
        self.read: list[tuple[str, Any]] = []


class Reader:
    """One life of the workflow: it reads from the tape what an earlier life has read, and then the world."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape
        self._next = 0

    def __call__(self, about: str, read: Callable[[], Value]) -> Value:
        """The value that an earlier life has read here, else a new one: nothing is read twice.

        Raises:
            ApplicationError: when an earlier life read something else here: the replay goes another way.
        """
        if self._next == len(self._tape.read):
            self._tape.read.append((about, read()))
        before, value = self._tape.read[self._next]
        if before != about:
            why = f"a replay reads {about!r} where {before!r} was read"
            raise ApplicationError(why, type="other-way", non_retryable=True)
        self._next += 1
        read_before: Value = value
        return read_before
