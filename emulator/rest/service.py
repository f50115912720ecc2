"""What all routes share: the site at this moment, the tokens and the rate of calls."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from starlette.types import Scope

from emulator.rest.errors import TokenError, TooManyCallsError
from emulator.rest.tokens import Token, Tokens
from emulator.simulation import Simulation
from emulator.state.site import Server, Site
from emulator.switches import Switches

_RATE_WINDOW = timedelta(minutes=1)
_KEY = "emulator.service"


async def wall_pause(span: timedelta) -> None:
    """Wait on the wall clock."""
    await asyncio.sleep(span.total_seconds())


@dataclass
class RestService:
    """The REST service of one server."""

    simulation: Simulation
    clock: Callable[[], datetime]
    start: datetime
    """When the simulation started."""
    pause: Callable[[timedelta], Awaitable[None]] = wall_pause
    """Passes the time that an answer takes."""
    server: str = ""
    """The server that it runs on; empty: the site's first one."""
    tokens: Tokens = field(default_factory=Tokens)
    _calls: deque[datetime] = field(default_factory=deque)

    @property
    def site(self) -> Site:
        """The site."""
        return self.simulation.site

    @property
    def switches(self) -> Switches:
        """The site's answers to the open questions."""
        return self.simulation.switches

    def advance(self) -> datetime:
        """Bring the site to this moment, and return the moment."""
        now = self.clock()
        self.simulation.advance_to(now)
        return now

    @property
    def here(self) -> Server:
        """The server that it runs on."""
        return self.site.server(self.server) if self.server else self.site.first_server

    @property
    def own_line(self) -> bool:
        """Whether the product asks it past what stands before the first server."""
        return self.here is not self.site.first_server

    @property
    def answers(self) -> bool:
        """Whether it answers the product."""
        return self.here.answers and not self.site.api_silent

    def server_time(self) -> datetime:
        """What that server's own clock shows."""
        return self.here.clock(self.clock())

    def count_call(self, now: datetime) -> None:
        """Take note of a call.

        Raises:
            TooManyCallsError: There were too many in the last minute, or a storm of others' calls is on.
        """
        switches = self.switches
        if switches.storm_every is not None:
            passed = (now - self.start) % switches.storm_every
            if passed >= switches.storm_every - switches.storm_lasting:
                raise TooManyCallsError
        limit = switches.rate_limit
        if limit is None:
            return
        while self._calls and self._calls[0] <= now - _RATE_WINDOW:
            self._calls.popleft()
        if len(self._calls) >= limit:
            raise TooManyCallsError
        self._calls.append(now)

    def issue(self) -> Token:
        """A new token."""
        return self.tokens.issue(self.clock(), self.switches.token_life, self.here.started)

    def authorised(self, authorization: str) -> Token:
        """The token of an `Authorization` header.

        Raises:
            TokenError: It holds none that lives.
        """
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenError("")
        return self.tokens.check(value.strip(), self.clock(), self.here.started)

    def refresh(self, refresh_token: str) -> Token:
        """A new token for a refresh token."""
        started = self.here.started
        return self.tokens.refresh(refresh_token, self.clock(), self.switches.token_life, started)


def bring(scope: Scope, service: RestService) -> None:
    """Say in a call's scope which service it is for: one application serves all sites of a process."""
    scope[_KEY] = service


def authorization_of(scope: Scope) -> str:
    """The `Authorization` header of a call, whatever its bytes; empty when there is none."""
    given: bytes = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return given.decode("latin-1")


async def _brought(request: Request) -> RestService:
    service: RestService = request.scope[_KEY]
    return service


Here = Annotated[RestService, Depends(_brought)]
"""The service a call is for."""


async def authorise(service: Here, authorization: Annotated[str, Header()] = "") -> Token:
    """The token a call carries; a dependency of every route that needs one.

    Raises:
        TokenError: It carries none that lives.
    """
    return service.authorised(authorization)


def answer(content: Any) -> JSONResponse:
    """An answer as it is: a declared shape would be checked again at every call."""
    return JSONResponse(content)
