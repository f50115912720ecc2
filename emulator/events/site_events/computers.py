"""Computers come, move, are put back to what they were, or hand themselves in twice."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from emulator.events.site_events.base import DECADES, SiteEventBase

_CURRENT_BUILD = "14.3.9816.7000"


class ComputersAppear(SiteEventBase):
    """New clients are installed, from a package that was exported some time ago."""

    site_event: Literal["computers_appear"] = "computers_appear"
    group: str
    count: int = Field(default=1, ge=1)
    package_age: timedelta = timedelta()
    build: str = _CURRENT_BUILD


class ComputersMove(SiteEventBase):
    """Clients are moved to another group."""

    site_event: Literal["computers_move"] = "computers_move"
    group: str
    to: str
    count: int = Field(default=1, ge=1)


class ComputersReimaged(SiteEventBase):
    """Disk images of some age are put back on clients; most register again, and their old record stays behind."""

    site_event: Literal["computers_reimaged"] = "computers_reimaged"
    group: str
    count: int = Field(default=1, ge=1)
    image_age: timedelta = timedelta()
    keeps_record: bool = False


class RecordsDoubled(SiteEventBase):
    """Clients register a second time: the record that they had stays, and no contact will ever touch it."""

    site_event: Literal["records_doubled"] = "records_doubled"
    group: str
    count: int = Field(default=1, ge=1)


class RowsDoubled(SiteEventBase):
    """The database holds the rows of some clients twice, under one `uniqueId`; the copies stay as they are."""

    site_event: Literal["rows_doubled"] = "rows_doubled"
    group: str
    count: int = Field(default=1, ge=1)


class RecordShared(SiteEventBase):
    """A cloned machine goes on under the record of its twin: whichever checked in last is what the row shows."""

    site_event: Literal["record_shared"] = "record_shared"
    group: str


class SylinkHandedOut(SiteEventBase):
    """An administrator's script gives computers the Sylink.xml that their group had some time ago, each time it runs.

    Not while it is stopped; where it has been started again since, it gives them the file that was exported then.
    """

    site_event: Literal["sylink_handed_out"] = "sylink_handed_out"
    group: str
    count: int = Field(default=1, ge=1)
    age: timedelta = Field(ge=timedelta())
    hand_out: str = ""
    """Which of the site's hand-outs does it; empty: one that no operator knows of, and that none stops."""
    every: timedelta = Field(default=timedelta(days=1), gt=timedelta(), le=DECADES)
    times: int = Field(default=1, ge=1, le=1000)
