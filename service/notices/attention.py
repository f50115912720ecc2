"""What a rotation shows as attention now: asked of its workflow, since not all of it is an event in the store.

That SEPM does not answer, say, or that an attention is over, reaches the store with the next event only.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from engine.fault import EngineFault
from rotation.finding import Finding
from rotation.running.state import RotationState
from rotation.values import RotationId, SiteId
from store.progress import Rotation

AskState = Callable[[SiteId], Awaitable[RotationState]]
"""Asks the workflow of a site for its state."""
_EVERY = timedelta(minutes=1)
_PATIENCE = 5


class KnownAttention(NamedTuple):
    """The attention of a rotation."""

    attention: tuple[Finding, ...]
    is_certain: bool
    """False: it is what the store has, and the rotation has not answered yet."""
    state: RotationState | None = None
    """What its workflow has answered last."""
    trouble: Finding | None = None
    """What the service finds wrong with it."""

    @property
    def all(self) -> tuple[Finding, ...]:
        """With what the service finds wrong."""
        return self.attention if self.trouble is None else (*self.attention, self.trouble)


class _Shown(NamedTuple):
    """What a rotation has shown, after which event of it, and when."""

    state: RotationState
    event: int
    at: datetime


class AttentionSource:
    """The attention of running rotations. Where none can be asked, it is what the store has."""

    def __init__(self, ask: AskState | None = None) -> None:
        self._ask = ask
        self._shown: dict[RotationId, _Shown] = {}

    def forget(self) -> None:
        """Ask every rotation again: what is known here may be old."""
        self._shown = {}

    async def read(self, rotations: Iterable[Rotation], now: datetime) -> dict[RotationId, KnownAttention]:
        """The attention of each; every rotation is asked once a minute, and when it has reported something."""
        running = {each.id: each for each in rotations}
        self._shown = {key: shown for key, shown in self._shown.items() if key in running}
        due = [each for each in running.values() if self._is_due(each, now)]
        await asyncio.gather(*(self._look(each, now) for each in due))
        return {key: self._known(each) for key, each in running.items()}

    def _known(self, rotation: Rotation) -> KnownAttention:
        shown = self._shown.get(rotation.id)
        if shown is None:
            return KnownAttention(rotation.attention, is_certain=self._ask is None)
        found = tuple(each.finding() for each in shown.state.attention)
        return KnownAttention(found, is_certain=True, state=shown.state)

    def _is_due(self, rotation: Rotation, now: datetime) -> bool:
        shown = self._shown.get(rotation.id)
        return shown is None or shown.event != rotation.last_event or not shown.at <= now < shown.at + _EVERY

    async def _look(self, rotation: Rotation, now: datetime) -> None:
        """Ask one. One that does not answer keeps what it has shown: an outage of Temporal begins and ends nothing."""
        if self._ask is None:
            return
        try:
            async with asyncio.timeout(_PATIENCE):
                state = await self._ask(rotation.site_id)
        except (EngineFault, TimeoutError):
            return
        if state.rotation_id == rotation.id:
            self._shown[rotation.id] = _Shown(state, rotation.last_event, now)
