"""The lists that a cancel or a restore assigns again: what stands against the next one of them (rules 16 and 18)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from activities.survey.servers import silent_and_named
from engine.contract import WriteRequest
from rotation.drift.drift import Drift
from rotation.drift.presented import Presented
from rotation.finding import MOST
from rotation.plan.step import SettingField
from rotation.values import ListName
from sepm.port import Sepm
from service.plans.restored_lists import edited_before, lists_of
from service.scope import StepScope, WantedPair

_MINUTE = timedelta(minutes=1)


class ListsPutBack:
    """The lists of one write: when each was edited is read once a minute."""

    def __init__(self, scope: StepScope, request: WriteRequest, pairs: Iterable[WantedPair]) -> None:
        self._scope, self._request = scope, request
        assigns = request.turning_back and request.restores and request.field is SettingField.SERVER_LIST
        self._lists = lists_of(pairs) if assigns else frozenset[ListName]()
        self._edited: tuple[Drift, ...] = ()
        self._read_at: datetime | None = None

    async def against(self, client: Sepm, wanted: WantedPair, seen: Presented) -> dict[str, Any]:
        """What to say of the list of a pair before it is assigned; nothing where nothing stands against it."""
        name = wanted.server_list
        if name is None or name not in self._lists:
            return {}
        edited = await self._edited_now(client)
        if any(each.finding.subject == name for each in edited):
            return {"edited": sorted(edited, key=lambda each: each.finding.subject != name)[:MOST]}
        past = self._request.past_silent
        if past is None:
            return {}
        silent = [each for each in silent_and_named(self._scope.site, seen, [name]) if each not in past]
        return {"silent": silent} if silent else {}

    async def _edited_now(self, client: Sepm) -> tuple[Drift, ...]:
        now = self._scope.world.clock()
        if self._read_at is None or now >= self._read_at + _MINUTE:
            confirmed = self._request.lists_shown
            self._edited = await edited_before(self._scope, client, self._lists, confirmed_lists=confirmed)
            self._read_at = now
        return self._edited
