"""What a survey observes of a site: groups, locations, settings, clients, servers, served certificates."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from rotation.build import System
from rotation.certificate import Named
from rotation.network import UNKNOWN
from rotation.span import Length
from rotation.values import ClientId, Fingerprint, GroupId, ListName, LocationId, ServerName, Value


class Mode(StrEnum):
    """How clients learn of a change."""

    PULL = "PULL"
    PUSH = "PUSH"


class Pair(Value):
    """A (group, location): the place where settings live."""

    group_id: GroupId
    location_id: LocationId


class PairSettings(Value):
    """The settings of a pair that a rotation reads or changes."""

    server_list: ListName
    secure_communications: bool
    mode: Mode = Mode.PULL
    heartbeat: Length
    """The interval of contacts; in push mode the slowest upload interval (rule 14)."""
    jitter: Length = timedelta(0)
    log_kb: int | None = None
    """How large a client's system log may become, in KB; None where SEPM does not tell."""


class ObservedLocation(Value):
    """A location of a group with its settings."""

    id: LocationId
    name: str
    settings: PairSettings


class GroupGlance(NamedTuple):
    """What a page of groups shows of one, without its settings."""

    policy_date: datetime
    computers: int | None
    """How many clients it has, where SEPM tells that."""


class ObservedGroup(Value):
    """A group as SEPM shows it."""

    id: GroupId
    path: str
    domain_id: str = ""
    inherits: bool
    policy_date: datetime
    locations: tuple[ObservedLocation, ...]


class ObservedClient(Value):
    """A client as SEPM records it. `last_seen` is on the clock of the server that heard it."""

    id: ClientId
    name: str
    group_id: GroupId
    build: str | None
    last_seen: datetime | None
    last_server: ServerName | None
    serial: str | None
    online: bool = False
    non_persistent: bool = False
    network: str = UNKNOWN
    """In CIDR form, as its row shows it."""
    system: System = System.UNKNOWN
    """Its operating system."""
    upgrades: bool = False
    """Whether SEPM is about to install a later version on it; only what was just read tells it."""


class ServedCertificate(Value):
    """What a server's client port really presents; `fingerprint` is None when it did not answer."""

    server: ServerName
    fingerprint: Fingerprint | None
    not_before: datetime | None = None
    not_after: datetime | None = None
    named: Named | None = None
    """Whom it names; None where nothing was presented, or nothing that can be read."""
    observed_at: datetime
    error: str = ""
    unread: bool = False
    """Whether it answered, and no certificate could be read: it speaks no TLS, or none that we speak."""

    @property
    def answers(self) -> bool:
        """Whether the server answers there."""
        return self.unread or self.fingerprint is not None


class SiteSurvey(Value):
    """Everything read of a site at one time but its clients, which are many and come as a stream."""

    taken_at: datetime
    sepm_clock: datetime
    """SEPM's own clock, from the `Date` header of its answers: cut to the second."""
    skew: Length = timedelta(0)
    """The largest difference seen between the clocks of the site's servers."""
    version: str
    replication_partners: tuple[str, ...] = ()
    groups: tuple[ObservedGroup, ...]
    clients_at: datetime | None = None
    """When the export of clients was taken that it rests on; None where SEPM was asked for them."""
    served: tuple[ServedCertificate, ...] = ()
    lists_edited: dict[ListName, datetime] = Field(default_factory=dict)
    """When each server list that SEPM shows was last edited, on its own clock: what is in it, no API shows."""
    http_silent: frozenset[ServerName] = frozenset()
    """Servers that did not answer `hello,secars` on their HTTP port."""

    @property
    def presented(self) -> dict[ServerName, Fingerprint]:
        """What each server that answered presented."""
        return {each.server: each.fingerprint for each in self.served if each.fingerprint is not None}

    @property
    def answer_nowhere(self) -> frozenset[ServerName]:
        """The servers that answered on no port."""
        return self.http_silent & {each.server for each in self.served if not each.answers}

    @property
    def clients_as_of(self) -> datetime:
        """When clients were as they are shown, on SEPM's clock."""
        return self.sepm_clock if self.clients_at is None else min(self.clients_at, self.sepm_clock)

    def group(self, group_id: GroupId) -> ObservedGroup | None:
        """The group of that id."""
        return next((group for group in self.groups if group.id == group_id), None)
