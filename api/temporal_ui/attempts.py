"""Log-ins that are under way at the company's provider: each is sealed in a cookie of the browser that began it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from pydantic import ValidationError

from oidc.company_log_in import LogInAttempt
from oidc.errors import TokenRefused
from rotation.values import Value

COOKIE = "rotator-log-in"
LASTING = timedelta(minutes=10)
"""How long a person may take at the provider's page."""


class BegunLogIn(Value):
    """What a browser has begun, and where: under which host name, to open which page."""

    attempt: LogInAttempt
    host: str
    then: str


class LogInAttempts:
    """They are kept by browsers and not here, so that no caller can fill this process with them.

    The key is this process's own and ends with it.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seal = Fernet(Fernet.generate_key())

    def seal(self, begun: BegunLogIn) -> str:
        """What the cookie holds."""
        return self._seal.encrypt_at_time(begun.model_dump_json().encode(), self._now()).decode()

    def begun(self, cookie: str) -> BegunLogIn:
        """The log-in of a cookie.

        Raises:
            TokenRefused: when there is none, it is too old, or it is not of this process.
        """
        try:
            text = self._seal.decrypt_at_time(cookie, int(LASTING.total_seconds()), self._now())
            return BegunLogIn.model_validate_json(text)
        except (InvalidToken, ValidationError, ValueError):
            raise TokenRefused("this browser has begun no log-in, or more than ten minutes ago") from None

    def _now(self) -> int:
        return int(self._clock().timestamp())
