"""One session with a SEPM: token, back-off, retries of reads, one try for writes."""

from datetime import datetime, timedelta
from typing import Any, Self, TypeVar

import httpx
import structlog
from pydantic import SecretStr, TypeAdapter

from sepm.access import Access, RequestLimits
from sepm.clock import Clock, WallClock
from sepm.errors import OutcomeUnknown, Throttled, Unauthorized, Unreachable
from sepm.failure_words import failure_words
from sepm.instants import from_date_header
from sepm.rest.answers import failure, parsed
from sepm.rest.credentials import Credentials
from sepm.rest.line import Answer, Call, HttpLine, Line, Query

Shape = TypeVar("Shape")

_log = structlog.get_logger(__name__)
_PASSING_FAULTS = {502, 503, 504}
# raised before a byte of the request was sent
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
# with it SEPM gives a token of our own (the vendor's OpenAPI), which no other tool of the same user can end
_APPLICATION: Query = {"appName": "sepm-rotator"}


class Session:
    """Requests to one SEPM. Safe for concurrent use by tasks of one event loop.

    Args:
        access: address and account.
        transport: what carries the calls; `TrustingTransport` where a network is involved.
        clock: time for token lives and pauses. Time limits of requests run on the event loop's clock.
        limits: how long a request may take, and how often it is sent again.
    """

    def __init__(
        self,
        access: Access,
        transport: httpx.AsyncBaseTransport | Line,
        *,
        clock: Clock | None = None,
        limits: RequestLimits | None = None,
    ) -> None:
        self.address = access.address
        self.dated: datetime | None = None
        """SEPM's clock as the latest answer showed it, to the second; None: it did not show any."""
        self.last_date: datetime | None = None
        """As the latest answer that showed it."""
        self._clock = clock or WallClock()
        self._limits = limits or RequestLimits()
        limit = self._limits.request_timeout
        self._line: Line = (
            HttpLine(transport, access.url, limit) if isinstance(transport, httpx.AsyncBaseTransport) else transport
        )
        self._credentials = Credentials(access, self._clock, self._authenticate)
        self._quiet_until = timedelta(0)

    @property
    def domain_id(self) -> str:
        """The domain that it is logged on to; empty: SEPM did not show it, or was not asked yet."""
        return self._credentials.domain_id

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections. No logout: it might end a token that another process of ours was given too."""
        await self._line.aclose()

    async def get(
        self, path: str, shape: TypeAdapter[Shape], query: Query | None = None, *, with_token: bool = True
    ) -> Shape:
        """What SEPM answers at `path` (below `/sepm`).

        Raises:
            SepmError: any of its kinds but `OutcomeUnknown`.
        """
        call = f"GET {path}"
        request = Call("GET", path, query or {})
        response = await (self._authorised(request, call) if with_token else self._persist(request, call))
        error = failure(response, address=self.address, call=call, write=False)
        if error is not None:
            raise error
        return parsed(response, shape, address=self.address, call=call)

    async def patch(self, path: str, body: dict[str, Any]) -> None:
        """Ask SEPM for a change. Returning proves nothing: a 200 was seen that changed nothing. Read back.

        Raises:
            OutcomeUnknown: the request was sent and no clear answer came; never repeated here.
            SepmError: any other kind: the change was not made.
        """
        call = f"PATCH {path}"
        response = await self._authorised(Call("PATCH", path, body=body), call)
        error = failure(response, address=self.address, call=call, write=True)
        if error is not None:
            raise error

    async def _authenticate(self, body: dict[str, str]) -> Answer:
        path = "/api/v1/identity/authenticate"
        request = Call("POST", path, _APPLICATION, body)
        # repeatable: a lost token does no harm
        return await self._persist(request, f"POST {path}", repeatable=True)

    async def _authorised(self, request: Call, call: str) -> Answer:
        response = await self._persist(request, call, with_token=True)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return response
        # the token ended early (a restarted SEPM forgets its tokens), and nothing was done: one more try with a new one
        self._credentials.forget(SecretStr(request.token))
        response = await self._persist(request, call, with_token=True)
        if response.status_code != httpx.codes.UNAUTHORIZED:
            return response
        raise Unauthorized(
            self.address,
            f"{call} was refused (401) with a new token too",
            "check the rights of the account: SEPM answers 401 for too few rights as well",
        )

    async def _persist(
        self, request: Call, call: str, *, repeatable: bool | None = None, with_token: bool = False
    ) -> Answer:
        """Send until there is an answer that is worth judging, within the limits."""
        again = request.method == "GET" if repeatable is None else repeatable
        failures = throttled = 0
        while True:
            await self._keep_quiet()
            if with_token:
                await self._give_token(request)
            try:
                response = await self._once(request)
            except (httpx.TransportError, TimeoutError) as error:
                failures += 1
                if not again or failures > self._limits.read_retries:
                    raise self._lost(call, error, write=not again) from error
                await self._pause(call, type(error).__name__, self._limits.pause(failures))
                continue
            status = response.status_code
            if status == httpx.codes.TOO_MANY_REQUESTS:
                throttled += 1
                self._back_off(response, call, throttled)
            elif status in _PASSING_FAULTS and again and failures < self._limits.read_retries:
                failures += 1
                await self._pause(call, str(status), self._limits.pause(failures))
            else:
                return response

    async def _give_token(self, request: Call) -> None:
        """Put a token into a request that is sent at once: one that was got before a pause may have ended in it."""
        while True:
            token = await self._credentials.token()
            if self._quiet_until <= self._clock.elapsed():
                request.token = token.get_secret_value()
                return
            await self._keep_quiet()

    async def _once(self, request: Call) -> Answer:
        answer = await self._line.send(request)
        self.dated = from_date_header(answer.headers.get("date"))
        self.last_date = self.dated or self.last_date
        return answer

    def _lost(self, call: str, error: Exception, *, write: bool) -> Unreachable | OutcomeUnknown:
        reason = failure_words(error)
        what = f"{call} got no answer ({reason})"
        if write and not isinstance(error, _UNSENT):
            return OutcomeUnknown(self.address, what, "read the setting back: the change may have been made")
        return Unreachable(self.address, what, "check that SEPM runs and can be reached; it is tried again")

    async def _pause(self, call: str, reason: str, pause: timedelta) -> None:
        _log.info("sepm.retry", address=self.address, call=call, reason=reason, pause=pause.total_seconds())
        await self._clock.sleep(pause)

    async def _keep_quiet(self) -> None:
        while (left := self._quiet_until - self._clock.elapsed()) > timedelta(0):
            await self._clock.sleep(left)

    def _back_off(self, response: Answer, call: str, throttled: int) -> None:
        """Keep the whole session quiet for a while: SEPM counts calls, not callers."""
        asked = self._retry_after(response)
        pause = self._limits.pause(throttled) if asked is None else asked
        if throttled > self._limits.throttle_retries or pause > self._limits.longest_retry_after:
            raise Throttled(
                self.address,
                f"{call} was answered 429 (too many calls) {throttled} times",
                "it is tried again later; other tools that call this SEPM share the limit",
                pause,
            )
        self._quiet_until = max(self._quiet_until, self._clock.elapsed() + pause)
        _log.info("sepm.throttled", address=self.address, call=call, pause=pause.total_seconds())

    def _retry_after(self, response: Answer) -> timedelta | None:
        value = response.headers.get("retry-after", "").strip()
        if value.isdecimal():
            return timedelta(seconds=min(int(value), 10**6))
        at = from_date_header(value)
        if at is None:
            return None
        # the date is on SEPM's clock, so it is compared with SEPM's clock
        return max(at - (self.last_date or self._clock.now()), timedelta(0))
