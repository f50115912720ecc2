"""An administrator changes the tree of groups."""

from typing import Literal

from emulator.events.site_events.base import SiteEventBase


class GroupAdded(SiteEventBase):
    """An administrator makes a group."""

    site_event: Literal["group_added"] = "group_added"
    path: str
    inherits: bool = False


class LocationAdded(SiteEventBase):
    """An administrator makes a location in a group."""

    site_event: Literal["location_added"] = "location_added"
    group: str
    name: str


class GroupMoved(SiteEventBase):
    """An administrator moves a group to another parent."""

    site_event: Literal["group_moved"] = "group_moved"
    group: str
    parent: str


class InheritanceSet(SiteEventBase):
    """An administrator has a group inherit, or no longer inherit."""

    site_event: Literal["inheritance_set"] = "inheritance_set"
    group: str
    inherits: bool
