"""What a played workflow has read of the world around it, in order: a replay reads the same again."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from temporalio.exceptions import ApplicationError

Value = TypeVar("Value")


class Tape:
    """Everything that was read, each with what it was about."""

    def __init__(self, read: Iterable[tuple[int, str, Any]] = ()) -> None:
        self.read = list(read)
        """The length of the history then, what it was about, and the value."""

    def before(self, length: int) -> "Tape":
        """What was read while the history was shorter than that: a run that is reset reads it again."""
        return Tape(each for each in self.read if each[0] < length)


class Reader:
    """One life of the workflow: it reads from the tape what an earlier life has read, and then the world."""

    def __init__(self, tape: Tape, length: Callable[[], int] = lambda: 0) -> None:
        self._tape, self._length = tape, length
        self._next = 0

    def __call__(self, about: str, read: Callable[[], Value]) -> Value:
        """The value that an earlier life has read here, else a new one: nothing is read twice.

        Raises:
            ApplicationError: when an earlier life read something else here: the replay goes another way.
        """
        if self._next == len(self._tape.read):
            self._tape.read.append((self._length(), about, read()))
        _, before, value = self._tape.read[self._next]
        if before != about:
            why = f"a replay reads {about!r} where {before!r} was read"
            raise ApplicationError(why, type="other-way", non_retryable=True)
        self._next += 1
        read_before: Value = value
        return read_before
