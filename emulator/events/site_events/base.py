"""What every site event is built on."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict

DECADES = timedelta(days=10_000)
"""A bound: no played time leaves the years that `datetime` has."""


class SiteEventBase(BaseModel):
    """A frozen value that takes no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
