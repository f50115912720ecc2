"""What pages may ask the API and how long it waits, from the environment (`ROTATOR_...`) or a plain constructor."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Settings of one process of the API."""

    model_config = SettingsConfigDict(env_prefix="ROTATOR_", frozen=True)

    ui_origin: str | None = Field(default=None, pattern=r"^https?://[^/*\s]+$")
    """The Temporal UI whose pages may use the codec server, e.g. `https://temporal.example.com`. `rotator up` names the
    embedded one."""
    two_persons_start: bool = False
    """Whether each plan is started by two persons. Some are in any case: docs/admin/access.md."""
    survey_wait: timedelta = timedelta(seconds=20)
    """How long a request waits for a survey before it answers that the survey goes on."""
