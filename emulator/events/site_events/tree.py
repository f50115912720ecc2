"""Somebody changes the tree of groups."""

from typing import Literal

from emulator.events.site_events.base import SiteEventBase


class GroupAdded(SiteEventBase):
    """Somebody makes a group."""

    happening: Literal["group_added"] = "group_added"
    path: str
    inherits: bool = False


class LocationAdded(SiteEventBase):
    """Somebody makes a location in a group."""

    happening: Literal["location_added"] = "location_added"
    group: str
    name: str


class GroupMoved(SiteEventBase):
    """Somebody moves a group to another parent."""

    happening: Literal["group_moved"] = "group_moved"
    group: str
    parent: str


class InheritanceSet(SiteEventBase):
    """Somebody has a group inherit, or no longer."""

    happening: Literal["inheritance_set"] = "inheritance_set"
    group: str
    inherits: bool
