"""What site to build: frozen models that load from JSON."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from emulator.state.domains import is_root
from emulator.state.slips import Slip
from emulator.switches import Switches

ROOT_GROUP = "My Company"
DEFAULT_LIST = "Default Management Server List"
DEFAULT_LOCATION = "Default"


class Protocol(StrEnum):
    """How clients of a server list speak to their server."""

    HTTPS = "HTTPS"
    HTTP = "HTTP"


class Mode(StrEnum):
    """Who starts a contact: the client by its heartbeat, or the server too over a standing connection."""

    PULL = "PULL"
    PUSH = "PUSH"


class _Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerSpec(_Spec):
    """One management server."""

    name: str
    address: str = "127.0.0.1"
    https_port: int = 0
    """0: a free one is picked where it is served, 443 where nothing is."""
    http_port: int = 0
    """0: a free one is picked where it is served, 8014 where nothing is."""
    clock_offset: timedelta = timedelta()
    """How far its own clock is ahead."""
    restart_time: timedelta = timedelta(seconds=2)
    """How long its services restart after a change of certificate."""
    publish_lag: timedelta = Field(default=timedelta(), ge=timedelta())
    """How much later than the others it publishes."""
    rest: bool = False
    """Whether the product may ask its REST API too; that of the first server it always may."""
    republishes_after_swap: bool = True
    """Whether it publishes anything new after a change of its certificate, before `republish` at the console."""


class PortsSpec(_Spec):
    """One server as one list gives it; None: the server's own."""

    address: str | None = None
    https_port: int | None = None
    http_port: int | None = None


class ListSpec(_Spec):
    """One management server list."""

    name: str = DEFAULT_LIST
    protocol: Protocol = Protocol.HTTPS
    priorities: tuple[tuple[str, ...], ...]
    """Names of servers, highest priority first; a name of `foreign_servers` is another site's."""
    ports: dict[str, PortsSpec] = Field(default_factory=dict)


class LocationSpec(_Spec):
    """Settings of one (group, location)."""

    id: str | None = None
    """None: it is drawn."""
    name: str = DEFAULT_LOCATION
    server_list: str = DEFAULT_LIST
    secure_communications: bool = True
    mode: Mode = Mode.PULL
    heartbeat: timedelta = timedelta(minutes=5)
    randomization: timedelta = timedelta()
    """Width of the window by which a heartbeat may be late."""


class GroupSpec(_Spec):
    """One client group; one that inherits has no locations of its own."""

    id: str | None = None
    """None: it is drawn."""
    path: str
    inherits: bool = False
    locations: tuple[LocationSpec, ...] = ()

    @model_validator(mode="after")
    def _owns_or_inherits(self) -> Self:
        if self.inherits == bool(self.locations):
            raise ValueError(f"group {self.path!r} needs locations if and only if it does not inherit")
        return self


class MachineSpec(_Spec):
    """One machine that is known by name, as a real site has it."""

    id: str
    """`uniqueId` of its record."""
    name: str
    silent: timedelta | None = None
    """How long before the start its last contact was; None: it has a record, and no server ever saw it."""
    last_server: str | None = None
    """Where that was."""


class ClientSpec(_Spec):
    """A batch of clients that are alike."""

    group: str
    count: int = Field(ge=1)
    build: str = "14.3.9816.7000"
    system: str = "Windows 10 Enterprise Edition"
    """Their operating system, as rows show it."""
    upgrade_to: str = ""
    """The version that SEPM is about to install on them, as rows show it; empty: none."""
    prefix: str = "PC"
    """Names are PREFIX-0001 and so on, per prefix."""
    machine: MachineSpec | None = None
    """The one client of the batch, where it is known by name; `prefix` says nothing then."""
    location: str = DEFAULT_LOCATION
    list_lag: timedelta | None = timedelta()
    """How long after the policy they take server list and certificates, where agents of their kind do so apart; None:
    never. Without a lag they do as the site's switch has it."""
    roams_to: str | None = None
    """Another location of their group, where they are every other time."""
    roams_every: timedelta = Field(default=timedelta(hours=12), gt=timedelta())
    """How long they stay at each of the two; they begin at `location`."""
    roams_reaching: frozenset[str] | None = None
    """Servers that the network of the other location lets them reach; None: all."""
    away: tuple[tuple[timedelta, timedelta], ...] = ()
    """When they are switched off, as offsets from the start; a window may begin before the start."""
    npvdi: bool = False
    """Non-persistent virtual desktops: each start brings the golden image back."""
    reachable_servers: frozenset[str] | None = None
    """Servers their network lets them reach; None: all."""
    http_blocked: bool = False
    """Their network lets no plain HTTP through."""
    clock_ahead: timedelta = timedelta()
    """How far their own clocks are ahead, or behind: some clients look whether a certificate is valid now."""

    @model_validator(mode="after")
    def _one_machine(self) -> Self:
        if self.machine is not None and self.count != 1:
            raise ValueError(f"{self.machine.name} is one machine, and its batch has {self.count}")
        return self

    @model_validator(mode="after")
    def _windows_in_order(self) -> Self:
        edges = [edge for window in self.away for edge in window]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("away windows must be in order, apart and not empty")
        return self


class HandOutSpec(_Spec):
    """Something that gives clients a Sylink.xml without SEPM; what it does, a site event says."""

    name: str
    kind: str = "gpo"
    """As the product's task has it: gpo, sccm, intune, image, package, auto-upgrade, other."""
    known: bool = True
    """Whether the people of the site know of it, and so can stop it."""

    @property
    def text(self) -> str:
        """As people say it."""
        return f"{self.kind}: {self.name}"


class RobotSpec(_Spec):
    """The person at the console: pace and mistakes."""

    shortest_delay: timedelta = timedelta(seconds=0.5)
    longest_delay: timedelta = timedelta(seconds=2)
    slips: tuple[Slip, ...] = ()
    """The mistakes that this person makes, each once."""


class SiteSpec(_Spec):
    """One site with its clients."""

    name: str
    domain: str = "Default"
    """The first of its domains."""
    administrator: str = "admin"
    password: str = "emulated"  # noqa: S105 - opens an emulated site only
    sepm_version: str = "14.3.9816.7000"
    rest: bool = True
    """Whether it has a REST API; 12.x has none."""
    servers: tuple[ServerSpec, ...] = Field(min_length=1)
    authority: str = ""
    """Name of the authority that has issued their certificates, and issues the next ones; empty: self-signed."""
    foreign_servers: tuple[str, ...] = ()
    """Names of another site's servers that lists may hold; no client reaches them."""
    server_lists: tuple[ListSpec, ...] = ()
    """Without one named as the default list, it is made as SEPM does: all servers at one priority, HTTPS."""
    groups: tuple[GroupSpec, ...]
    """The path of one that is in another domain begins with its name: `Branches: My Company\\Sales`."""
    clients: tuple[ClientSpec, ...] = ()
    replication_partner: str | None = None
    database_shared: bool = False
    """Whether the database is a SQL Server of its own, which several servers may share."""
    purge_after: timedelta | None = Field(default=None, gt=timedelta())
    """After what silence SEPM deletes a client, each night; None: never. SEPM's own setting is 30 days."""
    duplicate_records: int = Field(default=0, ge=0, le=100)
    """How many machines in a hundred have a second record from the start, which no contact touches any more."""
    hand_outs: tuple[HandOutSpec, ...] = ()
    robot: RobotSpec = RobotSpec()
    switches: Switches = Switches()
    seed: int = 1

    @model_validator(mode="after")
    def _with_default_list(self) -> Self:
        if all(each.name != DEFAULT_LIST for each in self.server_lists):
            names = tuple(server.name for server in self.servers)
            default = ListSpec(priorities=(names,))
            object.__setattr__(self, "server_lists", (default, *self.server_lists))
        return self

    @model_validator(mode="after")
    def _names_resolve(self) -> Self:
        servers = {server.name for server in self.servers} | set(self.foreign_servers)
        lists = {each.name for each in self.server_lists}
        groups = {group.path: group for group in self.groups}
        _unique("server", [server.name for server in self.servers])
        _unique("server list", [each.name for each in self.server_lists])
        _unique("hand-out", [each.name for each in self.hand_outs])
        _unique("group", [group.path for group in self.groups])
        for each in self.server_lists:
            _known("server", {name for pool in each.priorities for name in pool} | set(each.ports), servers)
        root = groups.get(ROOT_GROUP)
        if root is None or root.inherits:
            raise ValueError(f"the root group {ROOT_GROUP!r} must be there and cannot inherit")
        for group in self.groups:
            if not is_root(group.path, ROOT_GROUP):
                _known("group", {group.path.rpartition("\\")[0]}, set(groups))
            elif group.inherits:
                raise ValueError(f"the root group {group.path!r} cannot inherit")
            _unique("location", [location.name for location in group.locations])
            _known("server list", {location.server_list for location in group.locations}, lists)
        for batch in self.clients:
            _known("group", {batch.group}, set(groups))
            places = {batch.location, batch.roams_to or batch.location}
            _known("location", places, self.locations_of(batch.group))
            _known("server", set(batch.reachable_servers or ()) | set(batch.roams_reaching or ()), servers)
        return self

    def locations_of(self, path: str) -> set[str]:
        """Names of the locations that count in a group, its own or inherited ones."""
        groups = {group.path: group for group in self.groups}
        while groups[path].inherits:
            path = path.rpartition("\\")[0]
        return {location.name for location in groups[path].locations}

    def with_ports(self, ports: Mapping[str, tuple[int, int]]) -> Self:
        """The same site with (HTTPS, HTTP) ports by server name."""
        servers = tuple(
            server.model_copy(
                update=dict(zip(("https_port", "http_port"), ports[server.name], strict=True))
                if server.name in ports
                else {}
            )
            for server in self.servers
        )
        return self.model_copy(update={"servers": servers})


def _unique(what: str, names: list[str]) -> None:
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise ValueError(f"{what} named twice: {', '.join(doubled)}")


def _known(what: str, names: set[str], known: set[str]) -> None:
    unknown = sorted(names - known)
    if unknown:
        raise ValueError(f"unknown {what}: {', '.join(unknown)}")
