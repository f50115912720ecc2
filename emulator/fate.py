"""Carries out what happens to a site without anybody having asked the product."""

from emulator.changes import Changes
from emulator.client import Client
from emulator.console import Console
from emulator.draws import draw, origin
from emulator.errors import ServerBusyError
from emulator.group_tree import GroupTree
from emulator.happenings import (
    CertificateDamaged,
    CertificateGenerated,
    CertificateRestored,
    ClockSet,
    ComputersAppear,
    ComputersMove,
    ComputersReimaged,
    DatabaseMaintained,
    GroupAdded,
    GroupMoved,
    Happening,
    HeartbeatSet,
    InheritanceSet,
    ListAssigned,
    LocationAdded,
    PolicyEdited,
    RecordsDoubled,
    SecureCommunicationsSet,
    ServerCutOff,
    ServerRestarts,
)
from emulator.machines import Machines
from emulator.site import Site


class Fate:
    """The happenings of one site."""

    def __init__(self, changes: Changes, console: Console, groups: GroupTree, machines: Machines) -> None:
        self._changes = changes
        self._site: Site = changes.site
        self._console = console
        self._groups = groups
        self._machines = machines

    def befall(self, happening: Happening) -> None:
        """Have it happen now.

        Raises:
            EmulatorError: It is void: what it is about is not there, or not in the state for it.
        """
        match happening:
            case ComputersAppear() | ComputersMove() | ComputersReimaged() | RecordsDoubled():
                self._to_computers(happening)
            case ServerRestarts() | ServerCutOff() | ClockSet() | CertificateGenerated() | CertificateRestored():
                self._to_server(happening)
            case CertificateDamaged(server=server, form=form):
                self._console.damage_certificate(server, form)
            case GroupAdded() | LocationAdded() | GroupMoved() | InheritanceSet():
                self._to_groups(happening)
            case _:
                self._to_settings(happening)

    def _to_computers(self, happening: ComputersAppear | ComputersMove | ComputersReimaged | RecordsDoubled) -> None:
        match happening:
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
            case RecordsDoubled(group=group, count=count):
                for client in self._drawn(group, count):
                    self._machines.double_record(client.name)

    def _to_server(
        self, happening: ServerRestarts | ServerCutOff | ClockSet | CertificateGenerated | CertificateRestored
    ) -> None:
        server = self._site.server(happening.server)
        record = self._site.effects.record
        match happening:
            case ServerRestarts(lasting=lasting):
                if not server.up:
                    raise ServerBusyError(server.name)
                self._changes.restart(server, record("server.restart", server.name), lasting=lasting)
            case ServerCutOff(lasting=lasting, from_product=product, from_clients=clients):
                effect = record("server.cut_off", server.name)
                self._changes.cut_off(server, effect, lasting, product=product, clients=clients)
            case ClockSet(ahead=ahead):
                record("server.clock", server.name)
                self._changes.set_clock(server, ahead)
            case CertificateGenerated(new_keys=new_keys):
                self._console.generate_certificate(server.name, new_keys=new_keys)
            case CertificateRestored():
                self._console.restore_certificate(server.name)

    def _to_groups(self, happening: GroupAdded | LocationAdded | GroupMoved | InheritanceSet) -> None:
        match happening:
            case GroupAdded(path=path, inherits=inherits):
                self._groups.add_group(path, inherits=inherits)
            case LocationAdded(group=group, name=name):
                self._groups.add_location(group, name)
            case GroupMoved(group=group, parent=parent):
                self._groups.move_group(group, parent)
            case InheritanceSet(group=group, inherits=inherits):
                self._groups.set_inheritance(group, inherits=inherits)

    def _to_settings(
        self,
        happening: PolicyEdited | DatabaseMaintained | SecureCommunicationsSet | HeartbeatSet | ListAssigned,
    ) -> None:
        match happening:
            case PolicyEdited(group=group):
                self._console.edit_policy(group)
            case DatabaseMaintained():
                self._changes.maintain()
            case SecureCommunicationsSet(group=group, location=location, enabled=enabled):
                self._console.set_secure_communications(group, location, enabled)
            case HeartbeatSet(group=group, location=location, heartbeat=heartbeat):
                self._console.set_heartbeat(group, location, heartbeat)
            case ListAssigned(group=group, location=location, server_list=server_list):
                self._console.assign_list(server_list, group, location)

    def _drawn(self, group: str, count: int) -> list[Client]:
        """Some machines of a group, drawn anew at each moment."""
        target = self._site.group(group)
        stream = origin(self._site.seed, f"fate/{self._changes.timeline.now_ms}/{target.id}")
        pool = list(self._changes.fleet.machines(target.id))
        return [pool.pop(draw(stream, turn) % len(pool)) for turn in range(min(count, len(pool)))]
