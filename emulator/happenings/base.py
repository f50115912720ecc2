"""What all happenings are: frozen values that take nothing they do not know."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

DECADES = timedelta(days=10_000)
"""No time that is played gets out of the years that there are."""


class HappeningBase(BaseModel):
    """One thing that happens, with its name as `happening`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
