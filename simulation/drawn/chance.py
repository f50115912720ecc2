"""Chance that depends on the seed and the occasion only, never on the order in which it is asked."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

_Option = TypeVar("_Option")
_STEPS = 2**53


class Chance:
    """The draws of one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def share(self, *occasion: object) -> float:
        """A number from 0 (included) to 1 (not included)."""
        text = "/".join(map(str, (self._seed, *occasion)))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _STEPS / _STEPS

    def happens(self, probability: float, *occasion: object) -> bool:
        """Whether something of that probability happens."""
        return self.share(*occasion) < probability

    def whole(self, least: int, most: int, *occasion: object) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + int(self.share(*occasion) * (most - least + 1))

    def between(self, shortest: timedelta, longest: timedelta, *occasion: object) -> timedelta:
        """A length of time, to the second."""
        seconds = (longest - shortest) // timedelta(seconds=1)
        return shortest + timedelta(seconds=int(self.share(*occasion) * seconds))

    def one_of(self, options: Sequence[_Option], *occasion: object) -> _Option:
        """One of `options`."""
        return options[int(self.share(*occasion) * len(options))]
