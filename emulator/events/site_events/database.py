"""The site's database is saved, and put back as it was; a cache before REST answers what it once was."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from emulator.events.site_events.base import DECADES, SiteEventBase


class DatabaseSaved(SiteEventBase):
    """An administrator saves the site's database. It was saved at the start for the first time."""

    site_event: Literal["database_saved"] = "database_saved"


class DatabaseRestored(SiteEventBase):
    """An administrator puts the site's database back as it was last saved."""

    site_event: Literal["database_restored"] = "database_restored"


class AnswersStale(SiteEventBase):
    """A cache before REST answers each request that reads as SEPM has answered it first since the cache is there."""

    site_event: Literal["answers_stale"] = "answers_stale"
    lasting: timedelta = Field(gt=timedelta(), le=DECADES)
    keeps_date: bool = True
    """Whether answers keep the `Date` of SEPM's own answer; else each shows SEPM's clock now."""
