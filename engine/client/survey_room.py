"""How many surveys run at once that requests of a process have begun: of a caller, and in all."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import structlog
from temporalio.client import Client
from temporalio.service import RPCError

from engine.client.surveys import answer, begin, ended
from engine.contract import SurveyAnswer
from engine.fault import EngineFault, NoAnswer, TemporalDown, TooManySurveys
from rotation.values import SiteId

OF_A_CALLER = 5
OF_ALL = 20
"""A survey reads every client of a site, and SEPM is slowed by it: a script over all sites must leave room."""
_LONGEST = timedelta(hours=1)
"""A survey that goes on for longer leaves room for others."""
_AGAIN = timedelta(seconds=2)
"""How long after Temporal was away it is asked again."""
_log = structlog.get_logger(__name__)


@dataclass
class _Running:
    """A survey that requests have begun, or joined."""

    begun_by: str
    requests: int = 0
    """How many wait for it."""
    goes_on: asyncio.Task[None] | None = None
    """Waits for its end, once it took longer than a request waits."""


@dataclass
class SurveyRoom:
    """The surveys that run. One site has one survey at a time: a request that comes meanwhile joins it."""

    of_a_caller: int = OF_A_CALLER
    of_all: int = OF_ALL
    _running: dict[SiteId, _Running] = field(default_factory=dict)

    async def survey(
        self, client: Client, site_id: SiteId, wait: timedelta, *, caller: str, task_queue: str | None = None
    ) -> SurveyAnswer | None:
        """As `engine.client.surveys.survey`, for a caller of that name.

        Raises:
            TooManySurveys: when as many surveys run as may at once; nothing was begun.
        """
        with self._in_room(site_id, caller) as running:
            try:
                handle = await begin(client, site_id, task_queue=task_queue)
            except NoAnswer:  # it may have begun
                self._go_on(client, site_id, running)
                raise
            try:
                found = await answer(handle, wait)
            except (TemporalDown, NoAnswer):
                self._go_on(client, site_id, running)
                raise
            if found is None:
                self._go_on(client, site_id, running)
        return found

    def _go_on(self, client: Client, site_id: SiteId, running: _Running) -> None:
        if running.goes_on is None:
            running.goes_on = asyncio.create_task(self._until_it_ends(client, site_id))

    @contextmanager
    def _in_room(self, site_id: SiteId, caller: str) -> Iterator[_Running]:
        if site_id not in self._running:
            self._require(caller)
        running = self._running.setdefault(site_id, _Running(caller))
        running.requests += 1
        try:
            yield running
        finally:
            running.requests -= 1
            self._leave_if_over(site_id)

    def _require(self, caller: str) -> None:
        own = sum(each.begun_by == caller for each in self._running.values())
        if own >= self.of_a_caller:
            raise TooManySurveys(self.of_a_caller, caller)
        if len(self._running) >= self.of_all:
            raise TooManySurveys(self.of_all)

    def _leave_if_over(self, site_id: SiteId) -> None:
        running = self._running[site_id]
        if not running.requests and running.goes_on is None:
            del self._running[site_id]

    async def _until_it_ends(self, client: Client, site_id: SiteId) -> None:
        """Hold room until Temporal says that the survey has ended: an outage of Temporal ends no survey."""
        over = monotonic() + _LONGEST.total_seconds()
        try:
            while (left := over - monotonic()) > 0:
                try:
                    await ended(client, site_id, timedelta(seconds=left))
                except EngineFault as away:
                    _log.warning("it is not known whether a survey goes on", site=site_id, why=str(away))
                    await asyncio.sleep(_AGAIN.total_seconds())
                else:
                    return
        except RPCError as refused:  # it never began, say, or Temporal has its history no longer
            _log.warning("a survey is not followed any more", site=site_id, why=refused.message)
        finally:
            self._running[site_id].goes_on = None
            self._leave_if_over(site_id)
