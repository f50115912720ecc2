"""A cache before REST that never asks SEPM the same again: its first answer stays for as long as it is there."""

from dataclasses import dataclass, field

from starlette.types import Message

from emulator.state.site import StaleAnswers

_Key = tuple[str, bytes]
"""Path and query."""


@dataclass
class StaleCache:
    """The answers that it keeps since it is there: to requests that read, and that SEPM has answered well."""

    _there: StaleAnswers | None = None
    _kept: dict[_Key, list[Message]] = field(default_factory=dict)

    def answer(self, there: StaleAnswers | None, key: _Key) -> list[Message] | None:
        """What it answers by itself; None: it has to ask SEPM."""
        if there is not self._there:
            self._there, self._kept = there, {}
        return self._kept.get(key)

    def keep(self, key: _Key, answer: list[Message]) -> None:
        """Keep what SEPM has answered."""
        if self._there is not None and answer[0]["status"] == _OK:
            self._kept[key] = answer


_OK = 200
