"""Answers that stand until the site changes: what the settings alone decide is rendered once, not at every call."""

import re
from typing import NamedTuple

from starlette.types import Message, Scope, Send

from emulator.rest.errors import TokenError
from emulator.rest.service import RestService, authorization_of
from emulator.switches import Switches

_OPEN = "/sepm/api/v1/version"
_KEPT = re.compile(
    r"/sepm/api/v1/(?:version|domains|policies/summary|replication/\w+|groups/\w+/locations(?:/\w+/settings)?)"
)
_OK = 200


class _Key(NamedTuple):
    path: str
    query: bytes


class KeptAnswers:
    """Answers of one site's service to GETs that clients have no part in.

    Every effect on a site is in its journal, so an answer stands while the journal has not grown.
    """

    def __init__(self, service: RestService) -> None:
        self._service = service
        self._effects = 0
        self._switches: Switches | None = None
        self._answers: dict[_Key, tuple[Message, ...]] = {}

    async def give(self, scope: Scope, send: Send) -> bool:
        """Send the kept answer to a call, if there is one and the caller may have it."""
        kept = self._standing().get(_key(scope))
        if kept is None or scope["method"] != "GET" or not (scope["path"] == _OPEN or self._is_authorised(scope)):
            return False
        for message in kept:
            await send(message)
        return True

    def keeping(self, scope: Scope, send: Send) -> Send:
        """What sends an answer and keeps it, where it may be kept."""
        if scope["method"] != "GET" or _KEPT.fullmatch(scope["path"]) is None:
            return send
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)
            await send(message)
            if not message.get("more_body") and message["type"].endswith("body") and sent[0]["status"] == _OK:
                self._standing()[_key(scope)] = tuple(sent)

        return keep

    def _standing(self) -> dict[_Key, tuple[Message, ...]]:
        effects, switches = len(self._service.simulation.effects.journal), self._service.switches
        if effects != self._effects or switches is not self._switches:
            self._effects, self._switches = effects, switches
            self._answers.clear()
        return self._answers

    def _is_authorised(self, scope: Scope) -> bool:
        try:
            self._service.authorised(authorization_of(scope))
        except TokenError:
            return False
        return True


def _key(scope: Scope) -> _Key:
    return _Key(scope["path"], scope["query_string"])
