"""How to get into a site's SEPM: address and account."""

from datetime import timedelta
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from rotation.values import Value


class Access(Value):
    """The REST service of a site and the account to use it with. The account must be a system administrator."""

    site: str
    """The site's name, for errors and logs."""
    url: str
    """`https://HOST:8446`, with or without `/sepm`."""
    username: str
    password: SecretStr
    server: str = ""
    """Whose address it is, for errors; empty where it is not known to be one server's."""
    domain: str = ""
    """The SEPM domain to log on to; empty is the default domain."""

    @field_validator("url")
    @classmethod
    def _is_https(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("SEPM's REST address must be https://HOST:PORT: a password is never sent in clear")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("SEPM's REST address holds only host, port and path: the account has fields of its own")
        path = parts.path.rstrip("/")
        return f"https://{parts.netloc}{path or '/sepm'}"

    @property
    def address(self) -> str:
        """The site and where it was asked, for errors."""
        netloc = urlsplit(self.url).netloc
        if self.server:
            return f"site {self.site}, server {self.server} ({netloc})"
        return f"site {self.site} ({netloc})"


class RequestLimits(Value):
    """How long and how often a session tries. Defaults suit a SEPM under load."""

    request_timeout: timedelta = timedelta(seconds=60)
    """Everything of one request: connect, handshake, send, wait, read."""
    read_retries: int = Field(default=3, ge=0)
    """How often a read is repeated after a lost connection, a timeout or 502, 503, 504."""
    first_pause: timedelta = timedelta(seconds=1)
    """Doubled at each further try."""
    longest_pause: timedelta = timedelta(seconds=60)
    throttle_retries: int = Field(default=6, ge=0)
    """How often a request is repeated after 429."""
    longest_retry_after: timedelta = timedelta(minutes=5)
    """The session does not wait for a longer `Retry-After`: the caller gets the error."""

    def pause(self, failures: int) -> timedelta:
        """The pause after that many failures in a row (1 or more)."""
        doubled: int = 1 << min(failures - 1, 16)
        return min(self.first_pause * doubled, self.longest_pause)
