"""What a session sends and what comes back, whatever carries it."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

import httpx

Query = Mapping[str, str | int]
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "gzip, deflate", "User-Agent": "sepm-rotator"}
_MOST_URLS = 10_000


@dataclass(slots=True)
class Call:
    """One call of the REST service."""

    method: str
    path: str
    """Below the service's address."""
    query: Query = field(default_factory=dict)
    body: dict[str, Any] | None = field(default=None, repr=False)  # it holds a password
    """Sent as JSON."""
    token: str = field(default="", repr=False)
    """Empty: none is sent."""

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it."""
        return {**_HEADERS, "Authorization": f"Bearer {self.token}"} if self.token else _HEADERS


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Mapping[str, str]
    """By name, in lower case."""
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether it is a 2xx."""
        return httpx.codes.is_success(self.status_code)

    def json(self) -> Any:
        """The body.

        Raises:
            ValueError: when it is no JSON.
        """
        return json.loads(self.content)


class Line(Protocol):
    """Carries calls to one SEPM."""

    async def send(self, call: Call) -> Answer:
        """One call, once.

        Raises:
            httpx.TransportError: when there is no answer; `httpx.ConnectError` and its like when nothing was sent.
            TimeoutError: when there is none within the line's limit.
        """

    async def aclose(self) -> None:
        """Close what is open."""


class HttpLine:
    """Carries calls over a transport of httpx.

    There is no client of httpx: what that adds is for redirects, cookies and log-ons, of which SEPM's API has none.

    Args:
        transport: what carries requests.
        address: of the service, with its path.
        limit: over a whole call. It is our own, because httpx limits each read alone; connecting has half of it, so
            that a write which was never sent is known as such.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, address: str, limit: timedelta) -> None:
        self._transport = transport
        self._address = httpx.URL(address.rstrip("/") + "/")
        self._limit = seconds = limit.total_seconds()
        self._extensions = {"timeout": httpx.Timeout(seconds, connect=seconds / 2).as_dict()}
        self._urls: dict[tuple[object, ...], httpx.URL] = {}

    async def send(self, call: Call) -> Answer:
        """As the port says."""
        request = httpx.Request(
            call.method, self._url(call), headers=call.headers, json=call.body, extensions=dict(self._extensions)
        )
        async with asyncio.timeout(self._limit):
            response = await self._transport.handle_async_request(request)
            response.request = request
            try:
                content = await response.aread()
            finally:
                await response.aclose()
        return Answer(response.status_code, response.headers, content)

    async def aclose(self) -> None:
        """As the port says."""
        await self._transport.aclose()

    def _url(self, call: Call) -> httpx.URL:
        """Kept, because the same few are asked for again and again, and parsing them costs more than asking."""
        asked = (call.path, *call.query.items())
        url = self._urls.get(asked)
        if url is None:
            url = self._address.join(call.path.lstrip("/"))
            url = url.copy_merge_params(dict(call.query)) if call.query else url
            if len(self._urls) < _MOST_URLS:
                self._urls[asked] = url
        return url
