"""What pages may ask the API and how long it waits, from the environment (`ROTATOR_...`) or a plain constructor."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Settings of one process of the API."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_", frozen=True)

    ui_origin: str | None = Field(default=None, pattern=r"^https?://[^/*\s]+$")
    """Where people open the Temporal UI, e.g. `https://temporal.example.com`: its pages may use the codec server, and a
    door of ours opens under this name too."""
    ui_upstream: str | None = Field(default=None, pattern=r"^https?://[^/*\s]+$")
    """The Temporal UI that is served at a door of ours. `rotator up` names that of the embedded Temporal."""
    ui_port: int = Field(default=8233, ge=1, le=65535)
    """The port of that door, on loopback."""
    ui_tls_cert: Path | None = None
    """Certificate and chain of that door, PEM; `rotator up --tls-cert` names those of the API."""
    ui_tls_key: Path | None = None
    """Its private key."""
    two_persons_start: bool = False
    """Whether each plan is started by two persons. Some are in any case: docs/admin/access.md."""
    wrong_key_delay: timedelta = Field(default=timedelta(seconds=1), ge=timedelta(0), le=timedelta(seconds=30))
    """How long an answer is kept back of a caller that has shown ten wrong keys within a minute."""
    rehearsal: bool = False
    """Whether the service is for emulated sites: one person registers a site with floors below the vendor's."""
    survey_wait: timedelta = timedelta(seconds=20)
    """How long a request waits for a survey before it answers that the survey goes on."""

    @property
    def ui(self) -> str | None:
        """Where people open the Temporal UI, as far as it is known."""
        scheme = "http" if self.ui_tls_cert is None else "https"
        return self.ui_origin or (f"{scheme}://127.0.0.1:{self.ui_port}" if self.ui_upstream else None)

    @property
    def ui_origins(self) -> frozenset[str]:
        """The origins of the Temporal UI: where it is, and where the door is."""
        scheme = "http" if self.ui_tls_cert is None else "https"
        names = ("127.0.0.1", "localhost") if self.ui_upstream else ()
        door = {f"{scheme}://{name}:{self.ui_port}" for name in names}
        return frozenset(door | ({self.ui_origin} if self.ui_origin else set()))
