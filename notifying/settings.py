"""Where messages may go: from the environment (`ROTATOR_NOTIFY_...`) or from a plain constructor."""

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from notifying.errors import ChannelAway, NotifySettingsWrong

_PREFIX = "ROTATOR_NOTIFY_"


class NotifySettings(BaseSettings):
    """The same for API and worker: the API checks an address when it is given, the worker at each connection."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True)

    private_hosts: Annotated[str, NoDecode] = Field(default="", max_length=10_000)
    """Hosts inside the company, with commas between, that messages may go to although their addresses are private."""
    ca: Path | None = None
    """PEM of authorities that may have signed their certificates, beside those that the system knows."""
    link: str = Field(default="http://127.0.0.1:8080", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$")
    """Where people reach the service: links in messages begin so."""
    every: timedelta = Field(default=timedelta(seconds=10), ge=timedelta(milliseconds=100), le=timedelta(hours=1))
    """How often the worker looks for what people are called for, and sends what is due."""
    sites_every: timedelta = Field(default=timedelta(minutes=10), ge=timedelta(0), le=timedelta(days=1))
    """How often it looks at what changes slowly: certificates that end, and sites that cannot be read."""

    keep: timedelta = Field(default=timedelta(days=400), ge=timedelta(days=30), le=timedelta(days=3660))
    """How long notices are kept, and what became of each message."""

    @property
    def named(self) -> frozenset[str]:
        """The hosts inside the company, in lower case."""
        return frozenset(host.strip().strip("[]").lower() for host in self.private_hosts.split(",") if host.strip())

    def trust(self) -> ssl.SSLContext:
        """What certificates are verified by.

        Raises:
            ChannelAway: when the file holds no certificate.
        """
        context = ssl.create_default_context()
        if self.ca is not None:
            try:
                context.load_verify_locations(self.ca)
            except OSError as error:
                raise ChannelAway(
                    f"no certificate can be read from {self.ca}: ROTATOR_NOTIFY_CA names a PEM file"
                ) from error
        return context


def configured_settings() -> NotifySettings:
    """The settings of the environment.

    Raises:
        NotifySettingsWrong: when one of them cannot be used.
    """
    try:
        return NotifySettings()
    except ValidationError as error:
        wrong = [f"{_PREFIX}{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors()]
        raise NotifySettingsWrong("; ".join(wrong)) from None
