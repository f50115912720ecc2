"""Makes a site and its clients from their specification."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from emulator.certificates.certificates import issued, self_signed
from emulator.certificates.keys import pool_key
from emulator.certificates.recovery import RecoveryFile
from emulator.clients.client import Client
from emulator.instants import FAR_FUTURE, span_ms, to_ms
from emulator.spec import (
    DEFAULT_LIST,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    MachineSpec,
    ServerSpec,
    SiteSpec,
)
from emulator.state.draws import draw, identity, origin
from emulator.state.networks import address_in
from emulator.state.publishing import Outbox, Publication
from emulator.state.site import (
    Group,
    Location,
    LocationSettings,
    Server,
    ServerEntry,
    ServerList,
    Site,
)
from emulator.state.timeline import Timeline

HTTPS_PORT = 443
HTTP_PORT = 8014
INSTALLED = timedelta(days=400)
_POLICY_AGE = timedelta(days=30)
_FOREIGN_ADDRESS = "192.0.2.1"


def build_site(spec: SiteSpec, timeline: Timeline) -> Site:
    """The site as it is at the start of `timeline`."""
    start = timeline.now
    site = Site(spec, timeline)
    for number, server_spec in enumerate(spec.servers):
        server = built_server(spec.seed, server_spec, start, number, authority=spec.authority)
        server.recovery_files.append(RecoveryFile(server.credential, site.domain.id, start - INSTALLED))
        site.servers[server.id] = server
    for list_spec in spec.server_lists:
        server_list = _server_list(spec, site, list_spec)
        site.server_lists[server_list.id] = server_list
    site.put_group(*(_group(spec, site, group_spec, start) for group_spec in spec.groups))
    for group in site.groups.values():
        group.policy_date_ms = site.owner(group).policy_date_ms
    return site


def build_clients(spec: SiteSpec, site: Site, outbox: Outbox, start: datetime) -> Iterator[Client]:
    """The clients, each with what its group has published, and with a heartbeat behind it."""
    numbers: Counter[str] = Counter()
    for batch in spec.clients:
        if batch.machine is not None:
            yield _known_machine(spec, site, outbox, start, batch=batch, known=batch.machine)
            continue
        for _ in range(batch.count):
            numbers[batch.prefix] += 1
            name = f"{batch.prefix}-{numbers[batch.prefix]:04d}"
            yield _client(spec, site, outbox, start, batch=batch, name=name)


def built_server(
    seed: int,
    server: ServerSpec,
    start: datetime,
    number: int,
    *,
    installed: datetime | None = None,
    authority: str = "",
) -> Server:
    """A server with the certificate that it was installed with, of that key of the pool; long ago without a date."""
    made = start.replace(microsecond=0) - INSTALLED if installed is None else installed.replace(microsecond=0)
    credential = (
        issued(pool_key(number), server.name, made, authority=authority, seed=seed)
        if authority
        else self_signed(pool_key(number), server.name, made, seed=seed)
    )
    return Server(
        id=identity(seed, "server", server.name),
        name=server.name,
        address=server.address,
        https_port=server.https_port or HTTPS_PORT,
        http_port=server.http_port or HTTP_PORT,
        offsets=[(to_ms(start), server.clock_offset)],
        restart_time=server.restart_time,
        lag_ms=span_ms(server.publish_lag),
        republishes=server.republishes_after_swap,
        credential=credential,
        rest_credential=credential,
        signing=credential,
    )


def _server_list(spec: SiteSpec, site: Site, server_list: ListSpec) -> ServerList:
    def entry(name: str) -> ServerEntry:
        ports = server_list.ports.get(name)
        https_port = ports.https_port if ports else None
        http_port = ports.http_port if ports else None
        given = ports.address if ports else None
        if name in spec.foreign_servers:
            server_id, address, usual = (
                identity(spec.seed, "foreign", name),
                _FOREIGN_ADDRESS,
                (HTTPS_PORT, HTTP_PORT),
            )
        else:
            server = site.server(name)
            server_id, address, usual = server.id, server.address, (server.https_port, server.http_port)
        return ServerEntry(server_id, name, given or address, https_port or usual[0], http_port or usual[1])

    return ServerList(
        id=identity(spec.seed, "list", server_list.name),
        name=server_list.name,
        protocol=server_list.protocol,
        priorities=tuple(tuple(entry(name) for name in pool) for pool in server_list.priorities),
        is_default=server_list.name == DEFAULT_LIST,
    )


def _group(spec: SiteSpec, site: Site, group: GroupSpec, start: datetime) -> Group:
    def settings(location: LocationSpec) -> LocationSettings:
        return LocationSettings(
            server_list=site.server_list(location.server_list).id,
            secure_communications=location.secure_communications,
            mode=location.mode,
            heartbeat=location.heartbeat,
            randomization=location.randomization,
        )

    group_id = group.id or identity(spec.seed, "group", group.path)
    ids = {
        location.name: location.id or identity(spec.seed, "location", f"{group.path}/{location.name}")
        for location in group.locations
    }
    age = span_ms(_POLICY_AGE) + draw(origin(spec.seed, group.path), 0) % span_ms(_POLICY_AGE)
    return Group(
        id=group_id,
        path=group.path,
        inherits=group.inherits,
        policy_date_ms=to_ms(start) - age,
        created_ms=to_ms(start - INSTALLED),
        locations=tuple(Location(ids[location.name], location.name) for location in group.locations),
        settings={ids[location.name]: settings(location) for location in group.locations},
    )


def _client(spec: SiteSpec, site: Site, outbox: Outbox, start: datetime, *, batch: ClientSpec, name: str) -> Client:
    group = site.group(batch.group)
    held = outbox.current[group.id]
    heartbeat_ms = held.location(batch.location).heartbeat_ms
    stream = origin(spec.seed, name)
    start_ms = to_ms(start)
    away = tuple((start_ms + span_ms(begin), start_ms + span_ms(end)) for begin, end in batch.away)
    # its first heartbeat lies before the start, and before it went away
    first = min([start_ms, *(begin for begin, _ in away)]) - 2 * heartbeat_ms
    client = machine(
        site,
        group,
        held,
        name=name,
        build=batch.build,
        location=batch.location,
        reachable=_reachable(spec, site, batch.reachable_servers),
        http_blocked=batch.http_blocked,
        npvdi=batch.npvdi,
        away=away,
        base=first + draw(stream, 1) % heartbeat_ms,
        created=to_ms(start - INSTALLED),
    )
    _set_habits(client, spec, site, batch, start_ms)
    return client


def _known_machine(
    spec: SiteSpec, site: Site, outbox: Outbox, start: datetime, *, batch: ClientSpec, known: MachineSpec
) -> Client:
    """A machine with its own id, whose heartbeats count from its last contact; without one, from the start."""
    group = site.group(batch.group)
    start_ms = to_ms(start)
    held = outbox.current[group.id]
    # a heartbeat may be late by as much as its window: not later than the contact that is known
    base = start_ms - (0 if known.silent is None else span_ms(known.silent) + held.location(batch.location).window_ms)
    client = machine(
        site,
        group,
        held,
        name=known.name,
        build=batch.build,
        location=batch.location,
        reachable=_reachable(spec, site, batch.reachable_servers),
        http_blocked=batch.http_blocked,
        npvdi=batch.npvdi,
        away=tuple((start_ms + span_ms(begin), start_ms + span_ms(end)) for begin, end in batch.away),
        base=base,
        created=to_ms(start - INSTALLED),
    )
    _set_habits(client, spec, site, batch, start_ms)
    client.id = known.id
    if known.silent is None:
        client.reported = ""
    if known.last_server is not None:
        client.last = site.server(known.last_server).id
        client.last_since = client.base
    return client


def _set_habits(client: Client, spec: SiteSpec, site: Site, batch: ClientSpec, start_ms: int) -> None:
    """What system it has, when it takes lists, and where it roams."""
    client.system, client.upgrade_to = batch.system, batch.upgrade_to
    client.list_lag = FAR_FUTURE if batch.list_lag is None else span_ms(batch.list_lag)
    client.ahead_ms = span_ms(batch.clock_ahead)
    if batch.roams_to is not None:
        client.other_reachable = _reachable(spec, site, batch.roams_reaching)
        client.other_location, client.roams_every = batch.roams_to, span_ms(batch.roams_every)
        client.roams_at = start_ms + client.roams_every


def _reachable(spec: SiteSpec, site: Site, servers: frozenset[str] | None) -> frozenset[str] | None:
    if servers is None:
        return None
    return frozenset(site.server(each).id for each in servers if each not in spec.foreign_servers)


def machine(
    site: Site,
    group: Group,
    held: Publication,
    *,
    name: str,
    build: str,
    location: str,
    base: int,
    created: int,
    reachable: frozenset[str] | None = None,
    http_blocked: bool = False,
    npvdi: bool = False,
    away: tuple[tuple[int, int], ...] = (),
) -> Client:
    """A machine with what was published for its group, as its package, its image or its last contact left it."""
    stream = origin(site.seed, name)
    number = draw(stream, 0)
    return Client(
        name=name,
        id=identity(site.seed, "client", name),
        hardware_key=identity(site.seed, "hardware", name),
        agent_id=identity(site.seed, "agent", name),
        address=address_in(location, number, http_blocked=http_blocked),
        build=build,
        group_id=group.id,
        location=location,
        stream=stream,
        reachable=reachable,
        http_blocked=http_blocked,
        npvdi=npvdi,
        away=away,
        held=held,
        image=held,
        base=base,
        created=created,
    )
