"""Carries out what happens to a site without the product asking for it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from emulator.changes import Changes
from emulator.clients.client import Client
from emulator.clients.machines import Machines
from emulator.errors import EmulatorError, ServerBusyError, UnknownNameError
from emulator.events.joining import add_server
from emulator.events.restoring import restore_database
from emulator.events.site_events import (
    AnswersStale,
    ApiSilent,
    CertificateDamaged,
    CertificateGenerated,
    CertificateRestored,
    ClockSet,
    ComputersAppear,
    ComputersMove,
    ComputersReimaged,
    DatabaseMaintained,
    DatabaseRestored,
    DatabaseSaved,
    GroupAdded,
    GroupMoved,
    HeartbeatSet,
    HttpPortMoved,
    InheritanceSet,
    ListAssigned,
    ListEdited,
    LocationAdded,
    PoliciesEditedOften,
    PolicyEdited,
    RecordsDoubled,
    RecordShared,
    RowsDoubled,
    SecureCommunicationsSet,
    ServerAdded,
    ServerCutOff,
    ServerDies,
    ServerRestarts,
    ServerUpgraded,
    SiteEvent,
    SylinkHandedOut,
)
from emulator.instants import span_ms
from emulator.people.console import Console
from emulator.state.backup import saved
from emulator.state.draws import draw, origin
from emulator.state.effects import Actor, acting
from emulator.state.group_tree import GroupTree
from emulator.state.publishing import Publication
from emulator.state.site import Server, Site

_NEW_HTTPS, _NEW_HTTP = 443, 8014
"""Where a new installation listens."""
_ToComputers = ComputersAppear | ComputersMove | ComputersReimaged | SylinkHandedOut
_ToRecords = RecordsDoubled | RowsDoubled | RecordShared
_ToServer = ServerRestarts | ServerCutOff | ServerDies | ServerUpgraded | HttpPortMoved | ClockSet
_ToCertificate = CertificateGenerated | CertificateRestored | CertificateDamaged
_ToSettings = (
    PolicyEdited | PoliciesEditedOften | DatabaseMaintained | SecureCommunicationsSet | HeartbeatSet
    | ListAssigned | ListEdited
)  # fmt: skip
_ToDatabase = DatabaseSaved | DatabaseRestored
_ToTree = GroupAdded | LocationAdded | GroupMoved | InheritanceSet


class Occurrence:
    """The site events of one site."""

    def __init__(self, changes: Changes, console: Console, groups: GroupTree, machines: Machines) -> None:
        self._changes = changes
        self._site: Site = changes.site
        self._console = console
        self._groups = groups
        self._machines = machines
        self._at_first = {
            (group.id, location.id): settings.server_list for group, location, settings in self._site.pairs()
        }
        """The list of each (group, location) at the start."""
        self._backup = saved(self._site)

    def befall(self, site_event: SiteEvent) -> None:
        """Have it happen now.

        Raises:
            EmulatorError: It is void: what it is about is not there, or not in the state for it.
        """
        if isinstance(site_event, _ToComputers):
            self._to_computers(site_event)
        elif isinstance(site_event, _ToRecords):
            self._to_records(site_event)
        elif isinstance(site_event, _ToServer):
            self._to_server(site_event)
        elif isinstance(site_event, _ToCertificate):
            self._to_certificate(site_event)
        elif isinstance(site_event, ApiSilent):
            self._site.effects.record("server.api_silent", self._site.first_server.name)
            self._changes.silence_api(site_event.lasting)
        elif isinstance(site_event, AnswersStale):
            self._site.effects.record("server.answers_stale", self._site.first_server.name)
            self._changes.make_answers_stale(site_event.lasting, keeps_date=site_event.keeps_date)
        elif isinstance(site_event, ServerAdded):
            add_server(self._changes, site_event)
        elif isinstance(site_event, _ToDatabase):
            self._to_database(site_event)
        elif isinstance(site_event, _ToTree):
            self._to_groups(site_event)
        else:
            self._to_settings(site_event)

    def _to_computers(self, site_event: _ToComputers) -> None:
        match site_event:
            case ComputersAppear(group=group, count=count, package_age=age, build=build):
                location = self._site.locations(self._site.group(group))[0].name
                for _ in range(count):
                    self._machines.install(group, build=build, package_age=age, location=location)
            case ComputersMove(group=group, to=to, count=count):
                target = self._site.group(to)
                for client in self._drawn(group, count):
                    effect = self._site.effects.record("machine.move", client.name, target.path)
                    self._changes.fleet.move(client.name, target.id, effect)
            case ComputersReimaged(group=group, count=count, image_age=age, keeps_record=keeps):
                for client in self._drawn(group, count):
                    self._machines.reimage(client.name, image_age=age, keeps_record=keeps)
            case SylinkHandedOut(group=group, count=count, every=every, times=times):
                names = [client.name for client in self._drawn(group, count)]
                file = self._machines.published(group, site_event.age)
                if site_event.hand_out:
                    self._site.hand_outs.named(site_event.hand_out).computers = frozenset(names)
                self._again(every, times, lambda: self._hand_out(site_event, names, file))

    def _to_records(self, site_event: _ToRecords) -> None:
        match site_event:
            case RecordsDoubled(group=group, count=count):
                for client in self._drawn(group, count):
                    self._machines.double_record(client.name)
            case RowsDoubled(group=group, count=count):
                for client in self._drawn(group, count):
                    self._machines.double_row(client.name)
            case RecordShared(group=group):
                match self._drawn(group, 2):
                    # a machine goes over to another record when it checks in: one that is off keeps its own
                    case [client, other] if other.powered(self._changes.timeline.now_ms):
                        self._machines.share_record(client.name, other.name)
                    case _:
                        raise UnknownNameError("second machine that is on in group", group)

    def _to_server(self, site_event: _ToServer) -> None:
        server = self._site.server(site_event.server)
        record = self._site.effects.record
        match site_event:
            case ServerRestarts(lasting=lasting):
                if not server.up:
                    raise ServerBusyError(server.name)
                self._changes.restart(server, record("server.restart", server.name), lasting=lasting)
            case ServerCutOff(lasting=lasting, from_product=product, from_clients=clients):
                effect = record("server.cut_off", server.name)
                self._changes.cut_off(server, effect, lasting, product=product, clients=clients)
            case ServerDies():
                self._changes.stop(server, record("server.stop", server.name))
            case ServerUpgraded(version=version, lasting=lasting, resets_ports=resets):
                self._upgrade(server, version, lasting, resets_ports=resets)
            case HttpPortMoved(port=port):
                self._changes.move_ports(server, record("server.http_port", server.name, str(port)), http_port=port)
            case ClockSet(ahead=ahead):
                record("server.clock", server.name)
                self._changes.set_clock(server, ahead)

    def _to_certificate(self, site_event: _ToCertificate) -> None:
        match site_event:
            case CertificateGenerated(server=server, new_keys=new_keys):
                self._console.generate_certificate(server, new_keys=new_keys)
            case CertificateRestored(server=server):
                self._console.restore_certificate(server)
            case CertificateDamaged(server=server, form=form):
                self._console.damage_certificate(server, form)

    def _to_database(self, site_event: _ToDatabase) -> None:
        match site_event:
            case DatabaseSaved():
                self._site.effects.record("database.save", self._site.name)
                self._backup = saved(self._site)
            case DatabaseRestored():
                restore_database(self._changes, self._backup)

    def _upgrade(self, server: Server, version: str, lasting: timedelta, *, resets_ports: bool) -> None:
        if not server.up:
            raise ServerBusyError(server.name)
        effect = self._site.effects.record("server.upgrade", server.name, version)

        def installed() -> None:
            self._site.version = version
            if resets_ports:
                self._changes.move_ports(server, effect, https_port=_NEW_HTTPS, http_port=_NEW_HTTP)

        self._changes.restart(server, effect, installed, lasting)

    def _to_groups(self, site_event: _ToTree) -> None:
        match site_event:
            case GroupAdded(path=path, inherits=inherits):
                self._groups.add_group(path, inherits=inherits)
            case LocationAdded(group=group, name=name):
                self._groups.add_location(group, name)
            case GroupMoved(group=group, parent=parent):
                self._groups.move_group(group, parent)
            case InheritanceSet(group=group, inherits=inherits):
                self._groups.set_inheritance(group, inherits=inherits)

    def _to_settings(self, site_event: _ToSettings) -> None:
        match site_event:
            case PolicyEdited(group=group):
                self._console.edit_policy(group)
            case PoliciesEditedOften(group=group, every=every, times=times):
                self._again(every, times, lambda: self._console.edit_policy(group))
            case DatabaseMaintained():
                self._changes.maintain()
            case SecureCommunicationsSet(group=group, location=location, enabled=enabled):
                self._console.set_secure_communications(group, location, enabled)
            case HeartbeatSet(group=group, location=location, heartbeat=heartbeat):
                self._console.set_heartbeat(group, location, heartbeat)
            case ListAssigned(group=group, location=location, server_list=server_list):
                self._console.assign_list(server_list, group, location)
            case ListEdited():
                self._edit_list(site_event)

    def _edit_list(self, edit: ListEdited) -> None:
        target = self._site.group(edit.group)
        location = self._site.location(target, edit.location)
        in_use = self._site.settings(target, location).server_list
        name = self._at_first.get((target.id, location.id), in_use) if edit.original else in_use
        self._console.edit_list(
            name, edit.protocol, edit.http_ports, edit.servers, https_ports=edit.https_ports, takes_out=True
        )

    def _hand_out(self, site_event: SylinkHandedOut, names: list[str], file: Publication) -> None:
        doing = self._site.hand_outs.named(site_event.hand_out) if site_event.hand_out else None
        if doing is not None and doing.stopped:
            return
        if doing is not None and doing.file_ms is not None:
            age = timedelta(milliseconds=self._changes.timeline.now_ms - doing.file_ms)
            file = self._machines.published(site_event.group, age)
        for name in names:
            self._machines.hand_sylink(name, file, site_event.hand_out)

    def _again(self, every: timedelta, times: int, act: Callable[[], None]) -> None:
        """Have something happen now and, so often in all, again; what is void then is left out."""
        act()

        def later(left: int) -> None:
            if left:
                with acting(Actor.SITE_EVENT), suppress(EmulatorError):
                    act()
                self._changes.timeline.after(span_ms(every), lambda: later(left - 1))

        self._changes.timeline.after(span_ms(every), lambda: later(times - 1))

    def _drawn(self, group: str, count: int) -> list[Client]:
        """Some machines of a group, drawn again at each moment."""
        target = self._site.group(group)
        stream = origin(self._site.seed, f"fate/{self._changes.timeline.now_ms}/{target.id}")
        pool = list(self._changes.fleet.machines(target.id))
        return [pool.pop(draw(stream, turn) % len(pool)) for turn in range(min(count, len(pool)))]
