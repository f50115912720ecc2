"""The token of a session: how a session gets it, how long it is good, and how it stays secret."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
from pydantic import SecretStr, TypeAdapter

from sepm.access import Access
from sepm.clock import Clock
from sepm.errors import BadCredentials, NotPermitted, SepmError, UnexpectedAnswer
from sepm.rest.answers import failure, parsed
from sepm.rest.line import Answer
from sepm.rest.payloads import TokenPayload

_TOKEN = TypeAdapter(TokenPayload)
_CALL = "POST /api/v1/identity/authenticate"
_SYSTEM_ADMINISTRATOR = 8
_LONGEST_MARGIN = timedelta(seconds=5)
_BAD = {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}

Authenticate = Callable[[dict[str, str]], Awaitable[Answer]]


class Credentials:
    """Gets a token when there is none, or when its life is nearly over.

    A refused password is remembered: SEPM locks accounts after a few wrong ones, so it is sent once and not again.
    """

    def __init__(self, access: Access, clock: Clock, authenticate: Authenticate) -> None:
        self._access = access
        self._clock = clock
        self._authenticate = authenticate
        self._one_at_a_time = asyncio.Lock()
        self._token: SecretStr | None = None
        self._good_until: timedelta | None = None
        self._refusal: BadCredentials | None = None
        self.domain_id = ""
        """The domain that the last log-on led to; empty: SEPM did not tell."""

    async def token(self) -> SecretStr:
        """A token that is still good for a request.

        Raises:
            SepmError: `BadCredentials`, `NotPermitted`, or what `authenticate` raises.
        """
        async with self._one_at_a_time:
            if self._token is None or self._is_old():
                self._token, self._good_until = await self._fresh()
            return self._token

    def forget(self, token: SecretStr) -> None:
        """Give up `token`, unless another call has replaced it already."""
        if self._token == token:
            self._token = None

    def _is_old(self) -> bool:
        return self._good_until is not None and self._clock.elapsed() >= self._good_until

    async def _fresh(self) -> tuple[SecretStr, timedelta | None]:
        if self._refusal is not None:
            raise self._refusal.with_traceback(None)
        asked = self._clock.elapsed()  # before the request: the life may count from any moment after it
        response = await self._authenticate(
            {
                "username": self._access.username,
                "password": self._access.password.get_secret_value(),
                "domain": self._access.domain,
            }
        )
        self._raise_refusal(response)
        answer = parsed(response, _TOKEN, address=self._access.address, call=_CALL)
        if not answer.token.get_secret_value():
            raise UnexpectedAnswer(self._access.address, "authentication gave an empty token", "report this")
        self._check_role(answer)
        self.domain_id = answer.domain_id
        return answer.token, _renewal(asked, answer.token_expiration)

    def _raise_refusal(self, response: Answer) -> None:
        if response.status_code in _BAD:
            self._refusal = BadCredentials(
                self._access.address,
                f"user {self._access.username!r} could not log on (SEPM answered {response.status_code})",
                "check user name, password and domain, and that the account is not locked; it was not tried again",
                response.status_code,
            )
            raise self._refusal
        error: SepmError | None = failure(response, address=self._access.address, call=_CALL, write=False)
        if error is not None:
            raise error

    def _check_role(self, answer: TokenPayload) -> None:
        mask = answer.role.bit_mask if answer.role else None
        if mask is not None and not mask & _SYSTEM_ADMINISTRATOR:
            raise NotPermitted(
                self._access.address,
                f"user {self._access.username!r} is no system administrator (role mask {mask})",
                "use an account of the type System Administrator: SEPM's REST service asks for it",
            )


def _renewal(asked: timedelta, life_seconds: int) -> timedelta | None:
    """When to renew: 5 s before the end, or after 80 % of a life too short for that. None: used until it is refused."""
    if life_seconds <= 0:
        return None
    life = timedelta(seconds=life_seconds)
    return asked + life - min(_LONGEST_MARGIN, life / 5)
