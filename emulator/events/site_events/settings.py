"""An administrator changes settings, lists or policies, or the database moves serials by itself."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from emulator.events.site_events.base import DECADES, SiteEventBase
from emulator.spec import DEFAULT_LOCATION, Protocol


class PolicyEdited(SiteEventBase):
    """An administrator edits a policy of a group, and nothing of its communication settings."""

    site_event: Literal["policy_edited"] = "policy_edited"
    group: str


class PoliciesEditedOften(SiteEventBase):
    """Administrators edit policies of a group again and again."""

    site_event: Literal["policies_edited_often"] = "policies_edited_often"
    group: str
    every: timedelta = Field(gt=timedelta(), le=DECADES)
    times: int = Field(ge=1, le=100_000)


class DatabaseMaintained(SiteEventBase):
    """Maintenance of the database moves all policy serials without an edit."""

    site_event: Literal["database_maintained"] = "database_maintained"


class SecureCommunicationsSet(SiteEventBase):
    """An administrator ticks or unticks secure communications."""

    site_event: Literal["secure_communications_set"] = "secure_communications_set"
    group: str
    location: str = DEFAULT_LOCATION
    enabled: bool


class HeartbeatSet(SiteEventBase):
    """An administrator gives a location another heartbeat."""

    site_event: Literal["heartbeat_set"] = "heartbeat_set"
    group: str
    location: str = DEFAULT_LOCATION
    heartbeat: timedelta = Field(ge=timedelta(milliseconds=10), le=DECADES)


class ListAssigned(SiteEventBase):
    """An administrator assigns another server list."""

    site_event: Literal["list_assigned"] = "list_assigned"
    group: str
    location: str = DEFAULT_LOCATION
    server_list: str


class ListEdited(SiteEventBase):
    """An administrator edits the list that a location uses now, or the one that it used at the start."""

    site_event: Literal["list_edited"] = "list_edited"
    group: str
    location: str = DEFAULT_LOCATION
    original: bool = False
    protocol: Protocol | None = None
    http_ports: dict[str, int] = Field(default_factory=dict)
    """HTTP port by server, where it is customised."""
    https_ports: dict[str, int] = Field(default_factory=dict)
    servers: tuple[tuple[str, ...], ...] = ()
    """The servers that stay, by priority, where they change; the others are taken out."""
