"""Owners of settings with what each needs: the scopes that a plan's steps are about."""

from enum import StrEnum

from rotation.span import Length
from rotation.values import GroupId, ListName, LocationId, Value


class Treatment(StrEnum):
    """What a group needs."""

    RELAX = "relax"
    """List A: HTTP list, secure communications off, later restored."""
    FAILOVER = "failover"
    """List B: left alone, finds the new certificate through another server."""


class PlannedPair(Value):
    """A pair of a scope: the state that it has now, which is the state that it gets back."""

    location_id: LocationId
    location_name: str
    server_list: ListName
    secure_communications: bool
    needs_list: bool = False
    """Whether its list differs from an HTTP list: only the field that differs is written (rule 7)."""
    needs_unverified: bool = False


class ReportingPace(Value):
    """How often clients report, at the least."""

    slowest_heartbeat: Length
    jitter: Length


class OwnerScope(ReportingPace):
    """A group that owns its settings, with all that follows it (rule 5)."""

    group_id: GroupId
    path: str
    treatment: Treatment
    pairs: tuple[PlannedPair, ...]
    inheritors: tuple[GroupId, ...] = ()

    @property
    def groups(self) -> tuple[GroupId, ...]:
        """The owner and every group that inherits from it."""
        return (self.group_id, *self.inheritors)
