"""What one client was answered over plain HTTP."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime, Field

from rotation.network import UNKNOWN
from rotation.values import ServerName, Value

THROUGH = "ok"
"""The result of a request that SEPM itself has answered."""

GOOD_FOR = timedelta(days=30)
"""After this an answer shows nothing any more: firewalls change."""


class ReachAnswer(Value):
    """One line of what the script has written: one client, one server and port."""

    client: str = Field(min_length=1, max_length=256)
    """Its unique id, or the computer's name."""
    network: str = Field(default=UNKNOWN, max_length=64)
    """Where it asked from, in CIDR form."""
    server: ServerName = Field(min_length=1, max_length=253)
    host: str = Field(min_length=1, max_length=253)
    """The address of that server which it asked, as the server list has it."""
    port: int = Field(ge=1, le=65535)
    result: str = Field(min_length=1, max_length=100)
    """`ok`, or what came instead."""
    at: AwareDatetime

    @property
    def through(self) -> bool:
        """Whether plain HTTP got through."""
        return self.result == THROUGH

    def counts(self, now: datetime) -> bool:
        """Whether it still shows something."""
        return now - self.at <= GOOD_FOR
