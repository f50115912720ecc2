"""Access tokens: issued at log-on, dead at their end, at log-out and when the server restarts."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from emulator.rest.errors import TokenError


@dataclass(frozen=True)
class Token:
    """One access token with its refresh token."""

    value: str
    refresh: str
    issued: datetime
    life: timedelta
    start: datetime | None
    """Which start of the service issued it: a restarted service knows it no more."""

    @property
    def refresh_life(self) -> timedelta:
        """How long the refresh token lives."""
        return self.life * 12

    def alive(self, now: datetime, start: datetime | None) -> bool:
        """Whether the service still takes it."""
        return self.start == start and now < self.issued + self.life

    def refreshable(self, now: datetime, start: datetime | None) -> bool:
        """Whether the service still takes its refresh token."""
        return self.start == start and now < self.issued + self.refresh_life


class Tokens:
    """The tokens of one REST service."""

    def __init__(self) -> None:
        self._by_value: dict[str, Token] = {}
        self._by_refresh: dict[str, Token] = {}

    def issue(self, now: datetime, life: timedelta, start: datetime | None) -> Token:
        """A new token."""
        token = Token(secrets.token_hex(16), secrets.token_hex(16), now, life, start)
        self._by_value[token.value] = token
        self._by_refresh[token.refresh] = token
        return token

    def check(self, value: str, now: datetime, start: datetime | None) -> Token:
        """The living token of that value.

        Raises:
            TokenError: There is none.
        """
        token = self._by_value.get(value)
        if token is None or not token.alive(now, start):
            self._by_value.pop(value, None)
            raise TokenError(value)
        return token

    def refresh(self, refresh: str, now: datetime, life: timedelta, start: datetime | None) -> Token:
        """A new token for a refresh token, which is used up by it.

        Raises:
            TokenError: The refresh token is unknown or its time is over.
        """
        old = self._by_refresh.pop(refresh, None)
        if old is None or not old.refreshable(now, start):
            raise TokenError(refresh)
        self._by_value.pop(old.value, None)
        return self.issue(now, life, start)

    def revoke(self, value: str) -> None:
        """Log out: forget the token and its refresh token."""
        token = self._by_value.pop(value, None)
        if token is not None:
            self._by_refresh.pop(token.refresh, None)
