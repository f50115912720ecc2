"""All clients of the site, and what the servers know of them."""

from bisect import insort
from collections.abc import Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from emulator.clients.client import Client
from emulator.clients.contact import Contacts
from emulator.errors import UnknownNameError
from emulator.instants import FAR_FUTURE, from_ms
from emulator.spec import Mode
from emulator.state.draws import draw
from emulator.state.effects import NO_EFFECT
from emulator.state.site import Site
from emulator.state.timeline import Timeline

_PUSH_WINDOW_MS = 1000
"""Within what time a push client acts on a change or on a broken connection."""


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """One client as its servers' database has it."""

    id: str
    """`uniqueId`."""
    hardware_key: str
    agent_id: str
    name: str
    group_id: str
    group_path: str
    build: str
    """`agentVersion`."""
    last_update_ms: int
    """Last check-in by the clock of the server that took it; 0: never."""
    last_server_id: str
    last_server_name: str
    profile_serial: str
    """What it last reported to hold."""
    online: bool
    npvdi: bool
    created_ms: int
    address: str
    """Its own IP address."""
    system: str
    """`operatingSystem`."""
    upgrade_to: str
    """`deploymentTargetVersion`."""

    @property
    def last_update_time(self) -> datetime:
        """Last check-in by the clock of the server that took it."""
        return from_ms(self.last_update_ms)


@dataclass(frozen=True, slots=True)
class ClientTruth:
    """One client as it really is, which no server knows: for the emulator's own control API and tests."""

    name: str
    group_path: str
    location: str
    build: str
    powered: bool
    held_serial: str
    server_list: str
    protocol: str
    secure_communications: bool
    held_certificates: tuple[str, ...]
    """Fingerprints."""
    last_server: str
    lost: bool


class Fleet:
    """All clients. Each is played only as far as a caller asks, or as the site is about to change.

    `clients` are the machines. What the servers list are their records: a machine may have none, and a
    record that no client will use again stands for a machine that has registered again.
    """

    def __init__(self, site: Site, contacts: Contacts, timeline: Timeline, clients: Iterable[Client]) -> None:
        self._site = site
        self._contacts = contacts
        self._timeline = timeline
        self.clients = sorted(clients, key=_name)
        self._by_group: dict[str, list[Client]] = {group_id: [] for group_id in site.groups}
        for client in self.clients:
            self._by_group[client.group_id].append(client)
        self._stale: list[Client] = []
        """Records without a machine."""
        self.shared: set[str] = set()
        """The ids of records that several machines have."""

    def __len__(self) -> int:
        return len(self.clients)

    def records(self, now: datetime | None = None, group_id: str | None = None) -> Iterator[ClientRecord]:
        """The clients as the servers know them, by name; all or those of one group. Moves time to `now`."""
        return map(self.record, self.listed(now, group_id))

    def record(self, client: Client) -> ClientRecord:
        """One client as the servers know it, of those that `listed` has given."""
        server = self._site.servers.get(client.contact_server)
        contact = client.contact
        settings = client.settings
        silence = 2 * settings.heartbeat_ms + settings.window_ms
        return ClientRecord(
            id=client.id,
            hardware_key=client.hardware_key,
            agent_id=client.agent_id,
            name=client.name,
            group_id=client.group_id,
            group_path=self._site.groups[client.group_id].path,
            build=client.build,
            last_update_ms=self.last_update_ms(client),
            last_server_id=client.contact_server,
            last_server_name="" if server is None else server.name,
            profile_serial=client.reported,
            online=contact is not None and self._timeline.now_ms - contact <= silence,
            npvdi=client.npvdi,
            created_ms=client.created,
            address=client.address,
            system=client.system,
            upgrade_to=client.upgrade_to or client.build,
        )

    def last_update_ms(self, client: Client) -> int:
        """The last check-in of a client by the clock of the server that took it; 0: never."""
        if client.contact is None:
            return 0
        server = self._site.servers.get(client.contact_server)
        return client.contact if server is None else server.clock_ms_at(client.contact)

    def truths(self, now: datetime | None = None) -> Iterator[ClientTruth]:
        """The clients as they are. Moves time to `now`."""
        clients = self.settled(now)
        for client in clients:
            last = self._site.servers.get(client.last or "")
            yield ClientTruth(
                name=client.name,
                group_path=self._site.groups[client.group_id].path,
                location=client.location,
                build=client.build,
                powered=client.powered(self._timeline.now_ms),
                held_serial=client.held.serial,
                server_list=client.settings.list_name,
                protocol=client.settings.protocol,
                secure_communications=client.settings.secure_communications,
                held_certificates=tuple(sorted(client.listed.fingerprints)),
                last_server="" if last is None else last.name,
                lost=client.lost_since is not None,
            )

    def count(self, group_id: str) -> int:
        """How many clients a group has, as the servers know them."""
        return len(self.listed(group_id=group_id))

    @property
    def next_registration(self) -> datetime | None:
        """When a machine that has no record makes contact next."""
        return min(
            (from_ms(client.due) for client in self.clients if client.forgotten and client.due < FAR_FUTURE),
            default=None,
        )

    def add_group(self, group_id: str) -> None:
        """Make room for the clients of a new group."""
        self._by_group[group_id] = []

    def make_room(self, group_id: str) -> None:
        """Make room for the clients of a group that is there again."""
        self._by_group.setdefault(group_id, [])

    def leave_group(self, group_id: str, other: str) -> None:
        """Records without a machine that were in a group which is gone are in another one."""
        for record in self._stale:
            if record.group_id == group_id:
                record.group_id = other

    def machines(self, group_id: str) -> tuple[Client, ...]:
        """The machines of a group, by name."""
        return tuple(self._by_group[group_id])

    def find(self, client_id: str) -> Client:
        """The machine of that name, hardware key or id.

        Raises:
            UnknownNameError: There is none.
        """
        client = next((each for each in self.clients if client_id in {each.name, each.id, each.hardware_key}), None)
        if client is None:
            raise UnknownNameError("client", client_id)
        return client

    def add(self, client: Client) -> None:
        """Take in a machine."""
        insort(self.clients, client, key=_name)
        insort(self._by_group[client.group_id], client, key=_name)

    def move(self, client_id: str, group_id: str, effect: int = NO_EFFECT) -> None:
        """Move a client to another group; it learns so at its next contact."""
        client = self.find(client_id)
        if group_id not in self._by_group:
            raise UnknownNameError("group", group_id)
        self.before_change_of(client, effect)
        self._by_group[client.group_id].remove(client)
        client.group_id = group_id
        insort(self._by_group[group_id], client, key=_name)

    def before_change_of(self, client: Client, effect: int) -> None:
        """Play one client up to now: it is about to change, as `effect` says."""
        self._settle(client, self._timeline.now_ms)
        client.steady = None
        client.effect = effect

    def register_again(self, client: Client) -> None:
        """At its next contact a client gets a record of its own; the one it has stays behind."""
        if not client.forgotten:
            self.leave_behind(copy(client))
        client.forgotten = True

    def leave_behind(self, record: Client) -> None:
        """Keep a record that no machine has any more."""
        record.due = FAR_FUTURE
        insort(self._stale, record, key=_name)

    def purge(self, silent_ms: int) -> list[str]:
        """Forget the records that no contact has touched for so long. Returns their names."""
        before = self._timeline.now_ms - silent_ms
        gone = [client for client in self._stale if client.seen() <= before]
        self._stale = [client for client in self._stale if client.seen() > before]
        for client in self.clients:
            if client.forgotten or client.seen() > before:
                continue
            self._settle(client, self._timeline.now_ms)
            if client.seen() <= before:
                client.forgotten = client.purged = True
                gone.append(client)
        return [client.name for client in gone]

    def before_change(self, group_id: str | None = None) -> None:
        """Play all clients, or those of one group, up to now: the site is about to change for them."""
        now_ms = self._timeline.now_ms
        for client in self._of(group_id):
            self._settle(client, now_ms)
            client.steady = None

    def tell_push_clients(self, group_id: str | None = None, server_id: str | None = None) -> None:
        """Clients in push mode act at once on what happens to their standing connection."""
        now_ms = self._timeline.now_ms
        for client in self._of(group_id):
            if client.settings.mode is not Mode.PUSH or not client.powered(now_ms):
                continue
            if server_id is None or client.last == server_id:
                soon = now_ms + draw(client.stream, now_ms) % _PUSH_WINDOW_MS + 1
                client.restart_beats(soon)
                client.due = min(client.due, soon)

    def refresh_images(self, group_id: str) -> None:
        """Golden images of a group's non-persistent desktops take what the group has published."""
        now_ms = self._timeline.now_ms
        for client in self._of(group_id):
            self._settle(client, now_ms)
            client.take_image(self._contacts.published(client), now_ms)

    def settled(self, now: datetime | None = None, group_id: str | None = None) -> list[Client]:
        """All clients or those of one group, by name, played up to now. Moves time to `now`."""
        if now is not None:
            self._timeline.advance_to(now)
        now_ms = self._timeline.now_ms
        clients = self._of(group_id)
        for client in clients:
            if client.due <= now_ms:
                self._settle(client, now_ms)
        return clients

    def listed(self, now: datetime | None = None, group_id: str | None = None) -> list[Client]:
        """What the servers list, by name: machines that have a record, and records whose machine has another one."""
        clients = self.settled(now, group_id)
        if not self._stale and not self.shared and not any(client.forgotten for client in clients):
            return clients
        known = [client for client in clients if not client.forgotten]
        if self.shared:
            last = {client.id: client for client in sorted(known, key=lambda each: each.contact or 0)}
            known = [client for client in known if client.id not in self.shared or last[client.id] is client]
        return sorted([*known, *(each for each in self._stale if group_id in {None, each.group_id})], key=_name)

    def _of(self, group_id: str | None) -> list[Client]:
        return self.clients if group_id is None else self._by_group[group_id]

    def _settle(self, client: Client, now_ms: int) -> None:
        while client.due <= now_ms:
            away_from = client.away_from
            if away_from <= client.due:
                client.sleep()
                continue
            if client.roams_at <= client.due:
                client.roam()
                continue
            steady = client.steady
            if steady is None:
                self._contacts.heartbeat(client, client.due)
                client.step()
                continue
            limit = min(now_ms, away_from - 1, client.roams_at - 1, steady.until)
            if client.due <= limit:
                client.skip_to(limit)
            else:
                client.steady = None


def _name(client: Client) -> str:
    return client.name
