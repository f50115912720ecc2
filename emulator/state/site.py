"""The site as its database has it: servers, server lists, groups, locations and their settings."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from emulator.certificates.certificates import Credential
from emulator.certificates.recovery import RecoveryFile
from emulator.errors import UnknownNameError
from emulator.instants import from_ms, span_ms
from emulator.spec import Mode, Protocol, SiteSpec
from emulator.state.domains import Domain, Domains, Shown
from emulator.state.draws import identity
from emulator.state.effects import NO_EFFECT, Effects
from emulator.state.hand_outs import HandOuts
from emulator.state.timeline import Timeline

PAIR_SEPARATOR = "\\"


@dataclass
class Server:
    """One management server. Its state changes through the simulation and the console only."""

    id: str
    name: str
    address: str
    https_port: int
    http_port: int
    offsets: list[tuple[int, timedelta]]
    """From when on (epoch milliseconds) its own clock was ahead by how much; the last is so now."""
    restart_time: timedelta
    credential: Credential
    """What the client port shows."""
    rest_credential: Credential
    """What 8446 shows."""
    signing: Credential
    """What signs the policy files published next."""
    certificate_ms: int = 0
    """When its certificate was last changed (epoch milliseconds); 0: before the simulation."""
    lag_ms: int = 0
    """How much later than the others it publishes."""
    republishes: bool = True
    """Whether it goes on publishing what is new after a change of its certificate."""
    published_until: int | None = None
    """From when on (epoch milliseconds) it publishes nothing new; None: it does."""
    stopped: bool = False
    restarting: bool = False
    broken: bool = False
    """Whether its services do not start because its certificate is damaged or lost."""
    cut_from_product: int = 0
    """How many causes keep its client ports and its REST port from answering the product, though clients reach it."""
    cut_from_clients: int = 0
    """How many causes keep clients from reaching it, though it answers the product."""
    https_shut: bool = False
    """Whether a rule of its own firewall shuts its HTTPS client port; all others are as they were."""
    started: datetime | None = None
    """When its services last started again; None: they run since before the simulation."""
    recovery_files: list[RecoveryFile] = field(default_factory=list)
    ports_by: int = NO_EFFECT
    """The effect that gave it the ports at which it listens."""
    shown_by: int = NO_EFFECT
    """The effect that gave it what it shows."""
    signing_by: int = NO_EFFECT
    """The effect that gave it what it signs with."""
    stopped_by: int = NO_EFFECT
    """The effect after which it was last away."""
    shut_by: int = NO_EFFECT
    """The effect by which its HTTPS client port was last shut."""

    @property
    def up(self) -> bool:
        """Whether its services run."""
        return not (self.stopped or self.restarting or self.broken)

    @property
    def answers(self) -> bool:
        """Whether its ports answer who asks from where the product is: a probe, a REST client."""
        return self.up and not self.cut_from_product

    @property
    def serves(self) -> bool:
        """Whether clients can reach it, as far as it is up to the server and the network before it."""
        return self.up and not self.cut_from_clients

    def takes(self, *, over_http: bool) -> bool:
        """Whether it takes clients that come so, as far as it is up to the server and the network before it."""
        return self.serves and (over_http or not self.https_shut)

    @property
    def clock_offset(self) -> timedelta:
        """How far its own clock is ahead."""
        return self.offsets[-1][1]

    def clock(self, now: datetime) -> datetime:
        """What its own clock shows."""
        return now + self.clock_offset

    def clock_ms_at(self, at_ms: int) -> int:
        """What its own clock showed at a moment that has passed."""
        known = self.offsets
        offset = next((offset for since, offset in reversed(known[1:]) if since <= at_ms), known[0][1])
        return at_ms + span_ms(offset)


@dataclass(frozen=True)
class ServerEntry:
    """One server as one list gives it."""

    server_id: str
    server_name: str
    address: str
    https_port: int
    http_port: int


@dataclass(frozen=True)
class ServerList:
    """One management server list. A value: an edit puts another in its place."""

    id: str
    name: str
    protocol: Protocol
    priorities: tuple[tuple[ServerEntry, ...], ...]
    is_default: bool = False
    description: str = ""
    modified_ms: int | None = None
    """When an administrator last edited it; None: not since the start."""

    @property
    def entries(self) -> tuple[ServerEntry, ...]:
        """All servers, by priority."""
        return tuple(entry for pool in self.priorities for entry in pool)


@dataclass(frozen=True)
class LocationSettings:
    """Settings of one (group, location)."""

    server_list: str
    """Id of the list."""
    secure_communications: bool
    mode: Mode
    heartbeat: timedelta
    randomization: timedelta
    log_kb: int = 512
    """How large the system log of a client may become, in KB."""


@dataclass(frozen=True)
class Location:
    """One location of a group."""

    id: str
    name: str


@dataclass
class Group:
    """One client group. One that inherits has neither locations nor settings of its own."""

    id: str
    path: str
    inherits: bool
    policy_date_ms: int
    created_ms: int
    locations: tuple[Location, ...] = ()
    settings: dict[str, LocationSettings] = field(default_factory=dict)
    """By location id."""

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(PAIR_SEPARATOR)[2]

    @property
    def policy_date(self) -> datetime:
        """When its policy last changed, by SEPM's own clock."""
        return from_ms(self.policy_date_ms)

    @property
    def policy_serial(self) -> str:
        """Its policy serial number."""
        return policy_serial(self.id, self.policy_date_ms)


def policy_serial(group_id: str, date_ms: int) -> str:
    """A serial as SEPM writes it: `AAAA-MM/dd/yyyy HH:mm:ss SSS`, in UTC."""
    date = from_ms(date_ms).astimezone(UTC)
    return f"{group_id[:4]}-{date:%m/%d/%Y %H:%M:%S} {date_ms % 1000:03d}"


@dataclass(frozen=True, eq=False)
class StaleAnswers:
    """A cache before REST, which answers as was answered first since it is there."""

    keeps_date: bool
    """Whether it gives the `Date` of then."""


class Site:
    """All that the servers of one site share."""

    def __init__(self, spec: SiteSpec, timeline: Timeline) -> None:
        self.name = spec.name
        self.seed = spec.seed
        self.version = spec.sepm_version
        self.api_silent = 0
        """How many causes keep its REST API from answering, though its servers run."""
        self.stale: StaleAnswers | None = None
        """What a cache before its REST API does; None: there is none."""
        self.id = identity(spec.seed, "site", spec.name)
        self._domains = Domains(spec.seed, spec.domain)
        self.replication_partner = spec.replication_partner
        self.replication_paused = False
        self.hand_outs = HandOuts(spec.hand_outs)
        self.servers: dict[str, Server] = {}
        """By id; the first one serves REST and the console, and its clock dates policies."""
        self.server_lists: dict[str, ServerList] = {}
        """By id."""
        self.groups: dict[str, Group] = {}
        """By id, parents before their children. They change through `put_group` and `remove_group` only."""
        self._by_path: dict[str, Group] = {}
        self._owners: dict[str, Group] = {}
        self._inheritors: dict[str, list[Group]] | None = None
        self.effects = Effects(lambda: timeline.now_ms)

    @property
    def first_server(self) -> Server:
        """The server that REST and the console speak to."""
        return next(iter(self.servers.values()))

    @property
    def domain(self) -> Domain:
        """Its first domain, to which its administrator logs on."""
        return self._domains.first

    @property
    def domains(self) -> tuple[Domain, ...]:
        """All its domains, the first one first."""
        return self._domains.of(group.path for group in self.groups.values())

    @property
    def answers(self) -> bool:
        """Whether its REST API answers the product."""
        return self.first_server.answers and not self.api_silent

    @property
    def is_replicated(self) -> bool:
        """Whether it replicates with a partner now."""
        return self.replication_partner is not None and not self.replication_paused

    def server(self, name: str) -> Server:
        """The server of that name or id."""
        for server in self.servers.values():
            if name in {server.name, server.id}:
                return server
        raise UnknownNameError("server", name)

    def server_list(self, name: str) -> ServerList:
        """The server list of that name or id."""
        for each in self.server_lists.values():
            if name in {each.name, each.id}:
                return each
        raise UnknownNameError("server list", name)

    def group(self, name: str) -> Group:
        """The group of that full path or id."""
        group = self.groups.get(name) or self._by_path.get(name)
        if group is None:
            raise UnknownNameError("group", name)
        return group

    def shown(self, path: str) -> Shown:
        """The domain of the group of that path, and its path within it."""
        return self._domains.shown(path)

    def put_group(self, *groups: Group) -> None:
        """Take in groups that are new, or that have another path or inherit otherwise than before."""
        self.groups.update({group.id: group for group in groups})
        self.groups = dict(sorted(self.groups.items(), key=lambda each: each[1].path.count(PAIR_SEPARATOR)))
        self._by_path = {group.path: group for group in self.groups.values()}
        self._owners, self._inheritors = {}, None

    def remove_group(self, group: Group) -> None:
        """Drop a group."""
        del self.groups[group.id]
        self.put_group()

    def parent(self, group: Group) -> Group | None:
        """The group above; None above the root."""
        path = group.path.rpartition(PAIR_SEPARATOR)[0]
        return self.group(path) if path else None

    def owner(self, group: Group) -> Group:
        """The group whose settings count in `group`: itself, or the one it inherits from."""
        known = self._owners.get(group.id)
        if known is None:
            parent = self.parent(group) if group.inherits else None
            known = group if parent is None else self.owner(parent)
            self._owners[group.id] = known
        return known

    def children(self, group: Group) -> tuple[Group, ...]:
        """All groups below a group, at any depth."""
        return tuple(each for each in self.groups.values() if each.path.startswith(group.path + PAIR_SEPARATOR))

    def inheritors(self, owner: Group) -> tuple[Group, ...]:
        """The groups that take their settings from `owner`."""
        if self._inheritors is None:
            self._inheritors = {}
            for group in self.groups.values():
                if (followed := self.owner(group)) is not group:
                    self._inheritors.setdefault(followed.id, []).append(group)
        return tuple(self._inheritors.get(owner.id, ()))

    def locations(self, group: Group) -> tuple[Location, ...]:
        """The locations that count in a group. Inheriting groups share their owner's, ids and all."""
        return self.owner(group).locations

    def location(self, group: Group, name: str) -> Location:
        """The location of that name or id in a group; `default` stands for the first."""
        locations = self.locations(group)
        if name == "default":
            return locations[0]
        for location in locations:
            if name in {location.name, location.id}:
                return location
        raise UnknownNameError("location", name)

    def settings(self, group: Group, location: Location) -> LocationSettings:
        """The settings that count in a (group, location), as the database has them."""
        return self.owner(group).settings[location.id]

    def pairs(self) -> Iterator[tuple[Group, Location, LocationSettings]]:
        """Every (group, location) with the settings that count there."""
        for group in self.groups.values():
            for location in self.locations(group):
                yield group, location, self.settings(group, location)

    def users(self, server_list: ServerList) -> tuple[tuple[Group, Location], ...]:
        """The (group, location) pairs that use a list, named by the group that owns the setting."""
        return tuple(
            (group, location)
            for group in self.groups.values()
            for location in group.locations
            if group.settings[location.id].server_list == server_list.id
        )
