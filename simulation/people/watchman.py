"""The watch over the site on simulated time: it looks in the minute after something has changed.

A look in every other minute would see what the last look saw. A look that fails is not repeated before the next change.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from emulator.simulation import Simulation
from rotation.plan.step import is_step_watched
from rotation.plan.work.task import ConsoleTask
from rotation.running.state import RotationState
from rotation.values import TaskId
from service.open_swaps import OpenSwaps
from service.running_sites import MovedSite, RunningSites
from service.world import World

_MINUTE = timedelta(minutes=1)


class Reported(NamedTuple):
    """What a message is about."""

    task_id: TaskId | None
    moved: ConsoleTask | MovedSite
    why: str
    """What it says."""


class Watchman:
    """Looks at one emulated site."""

    def __init__(self, simulation: Simulation, world: World) -> None:
        self._simulation = simulation
        self._swaps, self._sites = OpenSwaps(world), RunningSites(world)
        self._presented: tuple[str, ...] = ()
        """The certificates and HTTP ports of the servers when he last looked."""
        self._reported: Reported | None = None
        """What his last message is about, which is not answered yet."""
        self._again = False
        """Whether a look found more than he has reported, or SEPM did not answer."""
        self._looked: tuple[TaskId, int] | None = None
        """For which task he looked last, and how many effects there had been then."""
        self.claims: dict[TaskId, datetime] = {}
        """By watched task, when it was last granted to the operator who claimed it."""
        self.begins: dict[TaskId, datetime] = {}
        """By watched task, when the site was last looked at for the operator who was about to begin."""

    def due(self, state: RotationState, now: datetime) -> datetime | None:
        """When he looks next; None while nothing will change by itself. A message that is not answered is lost."""
        if self._reported is not None or (self._again and not state.withdrawing):
            return _next_minute(now)
        moments = [self._ports_due(now) if state.step is not None else None, self._task_due(state, now)]
        return min((at for at in moments if at is not None), default=None)

    def _ports_due(self, now: datetime) -> datetime | None:
        change = now if self._presented != self._now() else self._simulation.next_change
        return None if change is None else _next_minute(max(now, change))

    def _task_due(self, state: RotationState, now: datetime) -> datetime | None:
        task, step = state.task, state.step
        if task is None or step is None or not is_step_watched(step, claimed=bool(task.claimed_by)):
            return None
        if task.claimed_at is not None:
            self.claims[task.id] = task.claimed_at
        if task.begun_at is not None:
            self.begins[task.id] = task.begun_at
        if self._looked != (task.id, len(self._simulation.effects.journal)):
            return _next_minute(now)
        changes = (self._simulation.next_change, self._simulation.fleet.next_registration)
        return min((_next_minute(max(now, at)) for at in changes if at is not None), default=None)

    async def look(self, state: RotationState) -> Reported | None:
        """Look; what the rotation is to have a message about. Then `hear` says whether it has taken the message."""
        self._presented = self._now()
        moved: list[Reported] = []
        if state.task is not None:
            self._looked = (state.task.id, len(self._simulation.effects.journal))
            moved += [Reported(state.task.id, task, self._swaps.why(task)) for task in await self._swaps.moved()]
        moved += [Reported(None, site, site.why) for site in await self._sites.moved()]
        self._reported, self._again = next(iter(moved), None), len(moved) > 1 or self._swaps.looks_again
        return self._reported

    def hear(self, *, accepted: bool) -> None:
        """The answer to his message: what the rotation did not take he sends again."""
        reported, self._reported = self._reported, None
        if reported is None:
            return
        if not accepted:
            self._again = True
        elif isinstance(reported.moved, MovedSite):
            self._sites.reported(reported.moved)
        else:
            self._swaps.reported(reported.moved)

    def _now(self) -> tuple[str, ...]:
        servers = self._simulation.site.servers.values()
        return tuple(f"{each.credential.fingerprint} {each.http_port}" for each in servers)


def _next_minute(after: datetime) -> datetime:
    return after.replace(second=0, microsecond=0) + _MINUTE
