"""What every site event is built on."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

DECADES = timedelta(days=10_000)
"""No time that is played gets out of the years that there are."""


class SiteEventBase(BaseModel):
    """A frozen value that takes no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
