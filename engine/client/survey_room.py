"""How many surveys run at once that requests of a process have begun: of a caller, and in all."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from temporalio.client import Client

from engine.client.surveys import ended, survey
from engine.contract import SurveyAnswer
from engine.fault import EngineFault, TooManySurveys
from rotation.values import SiteId

OF_A_CALLER = 5
OF_ALL = 20
"""A survey reads every client of a site, and SEPM is slowed by it: a script over all sites must leave room."""
_LONGEST = timedelta(hours=1)
"""A survey that goes on for longer leaves room for others."""
_log = logging.getLogger(__name__)


@dataclass
class SurveyRoom:
    """The surveys that run. One site has one survey at a time: a request that comes meanwhile joins it."""

    of_a_caller: int = OF_A_CALLER
    of_all: int = OF_ALL
    _begun_by: dict[SiteId, str] = field(default_factory=dict)
    _waited_for: Counter[SiteId] = field(default_factory=Counter)
    _going_on: dict[SiteId, asyncio.Task[None]] = field(default_factory=dict)

    async def survey(
        self, client: Client, site_id: SiteId, wait: timedelta, *, caller: str, task_queue: str | None = None
    ) -> SurveyAnswer | None:
        """As `engine.client.surveys.survey`, for a caller of that name.

        Raises:
            TooManySurveys: when as many surveys run as may at once; nothing was begun.
        """
        async with self._in_room(site_id, caller):
            answer = await survey(client, site_id, wait, task_queue=task_queue)
            if answer is None:
                self._keep_while_it_runs(client, site_id)
        return answer

    @asynccontextmanager
    async def _in_room(self, site_id: SiteId, caller: str) -> AsyncIterator[None]:
        if site_id not in self._begun_by:
            self._require(caller)
            self._begun_by[site_id] = caller
        self._waited_for[site_id] += 1
        try:
            yield
        finally:
            self._leave(site_id)

    def _require(self, caller: str) -> None:
        own = sum(each == caller for each in self._begun_by.values())
        if own >= self.of_a_caller:
            raise TooManySurveys(self.of_a_caller, caller)
        if len(self._begun_by) >= self.of_all:
            raise TooManySurveys(self.of_all)

    def _leave(self, site_id: SiteId) -> None:
        self._waited_for[site_id] -= 1
        if not self._waited_for[site_id]:
            del self._waited_for[site_id], self._begun_by[site_id]

    def _keep_while_it_runs(self, client: Client, site_id: SiteId) -> None:
        if site_id not in self._going_on:
            self._waited_for[site_id] += 1
            self._going_on[site_id] = asyncio.create_task(self._until_it_ends(client, site_id))

    async def _until_it_ends(self, client: Client, site_id: SiteId) -> None:
        try:
            await ended(client, site_id, _LONGEST)
        except EngineFault as away:  # then no survey can be begun either
            _log.warning("site %s: whether its survey goes on is not known: %s", site_id, away)
        finally:
            del self._going_on[site_id]
            self._leave(site_id)
