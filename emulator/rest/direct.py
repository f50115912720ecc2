"""The calls that come by the hundred, answered by the functions of their routes without the framework around them.

Thousands of sites are played for a proof, and finding a route, its dependencies and its parameters takes longer than
most of these answers do. What is not plainly one of these calls, and well formed, goes the usual way. Without this, 30
drawn sites took 26 % more of the processor.
"""

import re
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.responses import Response
from starlette.types import Message, Receive, Scope

from emulator.rest.computer_filter import Filter
from emulator.rest.errors import ApplicationError, TokenError
from emulator.rest.paging import PageRequest, Paging
from emulator.rest.routes.admin import domains_of, version_of
from emulator.rest.routes.authentication import Credential, log_on
from emulator.rest.routes.computers import COMPUTERS, computers_page
from emulator.rest.routes.groups import GROUPS, groups_page, locations_of, one_group
from emulator.rest.routes.policies import summary_of
from emulator.rest.routes.settings import settings_of
from emulator.rest.service import RestService, authorization_of

_API = "/sepm/api/v1"
_GROUP = re.compile(rf"{_API}/groups/(?P<group>\w+)(?P<locations>/locations(?:/(?P<location>\w+)/settings)?)?")
_PAGING = {"pageIndex", "pageSize"}
# of any other, the usual way says whether it is a number that SEPM takes
_PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
_INSTANT = re.compile("[0-9]{1,18}")


class Body:
    """The body of a call, which can be read here and once more by the framework."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._whole: bytes | None = None

    async def read(self) -> bytes:
        """All of it."""
        parts = bytearray()
        while True:
            message = await self._receive()
            parts.extend(message.get("body", b""))
            if not message.get("more_body"):
                break
        self._whole = bytes(parts)
        return self._whole

    async def again(self) -> Message:
        """As a server gives it, whether it was read or not."""
        if self._whole is None:
            return await self._receive()
        whole, self._whole = self._whole, None
        return {"type": "http.request", "body": whole, "more_body": False}


async def direct_answer(service: RestService, scope: Scope, body: Body) -> Response | None:
    """The answer to a frequent call; None for any other, for one that is refused and for one that is malformed."""
    path = scope["path"]
    try:
        if scope["method"] == "POST" and path == f"{_API}/identity/authenticate":
            return log_on(service, Credential.model_validate_json(await body.read()))
        if scope["method"] == "GET":
            return await _read(service, scope, path)
    except (ApplicationError, TokenError, ValidationError):
        return None  # the usual way refuses it in the right words
    return None


async def _read(service: RestService, scope: Scope, path: str) -> Response | None:
    asked = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if path == f"{_API}/computers":
        page = _page(asked, COMPUTERS)
        if page is None or not asked.keys() <= _PAGING | {"domain", "lastUpdate"}:
            return None
        since = asked.get("lastUpdate", "0")
        if _INSTANT.fullmatch(since) is None:
            return None
        service.authorised(authorization_of(scope))
        chosen = Filter(domain=asked.get("domain", ""), last_update=int(since))
        return await computers_page(service, chosen, page, None)
    if path == f"{_API}/groups":
        page = _page(asked, GROUPS)
        if page is None or not asked.keys() <= _PAGING | {"domain", "mode"} or asked.get("mode", "list") != "list":
            return None
        service.authorised(authorization_of(scope))
        return groups_page(service, page, domain=asked.get("domain", ""))
    return _unpaged(service, scope, path, asked)


def _unpaged(service: RestService, scope: Scope, path: str, asked: dict[str, str]) -> Response | None:
    if path == f"{_API}/version":
        return version_of(service)
    if path == f"{_API}/domains":
        service.authorised(authorization_of(scope))
        return domains_of(service)
    if path == f"{_API}/policies/summary":
        service.authorised(authorization_of(scope))
        return summary_of(service)
    found = _GROUP.fullmatch(path)
    if found is None:
        return None
    service.authorised(authorization_of(scope))
    group, locations, location = found.group("group", "locations", "location")
    if location is not None:
        return settings_of(service, group, location)
    if locations is not None:
        return locations_of(service, group, named=True) if asked == {"hasName": "true"} else None
    return one_group(service, group)


def _page(asked: dict[str, str], paging: Paging) -> PageRequest | None:
    index, size = asked.get("pageIndex", "1"), asked.get("pageSize", str(paging.size))
    if not (_PAGE_NUMBER.fullmatch(index) and _PAGE_NUMBER.fullmatch(size)):
        return None
    return paging.usual(int(index), int(size))
