"""The console of the served site: each act happens now, and the ports have followed when it returns."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from emulator.certificates.keyfiles import CertificateFormat
from emulator.clients.client import Client
from emulator.errors import EmulatorError
from emulator.instants import to_ms
from emulator.people.console import Console
from emulator.people.operations import (
    AssignList,
    CopyList,
    DeleteList,
    EditList,
    ExportSylink,
    GenerateCertificate,
    OpenHttps,
    Operation,
    Outcome,
    PauseReplication,
    RefreshGoldenImages,
    ReplaceCertificate,
    Republish,
    RestoreCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    ShutHttps,
    StartHandOut,
    StartServer,
    StopHandOut,
    StopServer,
)
from emulator.people.signed_files import SignedFiles
from emulator.people.sylink import HeldFile, held_file
from emulator.simulation import Simulation
from emulator.spec import HandOutSpec
from emulator.state.effects import Actor
from emulator.state.site import Site


class SiteDesk:
    """Where the robot and the control API work at the console."""

    def __init__(
        self,
        simulation: Simulation,
        clock: Callable[[], datetime],
        follow: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """A desk whose ports `follow`; None where nothing is served."""
        self._simulation = simulation
        self._clock = clock
        self._follow = follow

    async def operate(self, operation: Operation) -> Outcome:
        """Do one thing at the console.

        Raises:
            EmulatorError: The console refused it.
        """
        self._simulation.advance_to(self._clock())
        outcome = act(self._simulation.console, operation)
        if self._follow is not None:
            await self._follow()
        return outcome

    @property
    def _site(self) -> Site:
        """The site as it is now."""
        self._simulation.advance_to(self._clock())
        return self._simulation.site

    def servers(self) -> tuple[str, ...]:
        """The site's servers by name."""
        return tuple(server.name for server in self._site.servers.values())

    def lists(self) -> tuple[str, ...]:
        """The site's server lists by name."""
        return tuple(each.name for each in self._site.server_lists.values())

    def order(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The servers of a list by priority."""
        known = self._site.server_list(name)
        return tuple(tuple(dict.fromkeys(entry.server_name for entry in pool)) for pool in known.priorities if pool)

    def assigned_list(self, group: str, location: str) -> str:
        """The server list of a location of a group."""
        site = self._site
        owner = site.group(group)
        settings = site.settings(owner, site.location(owner, location))
        return site.server_lists[settings.server_list].name

    def secure_communications(self, group: str, location: str) -> bool:
        """Whether secure communications are on there."""
        site = self._site
        owner = site.group(group)
        return site.settings(owner, site.location(owner, location)).secure_communications

    def fingerprint(self, server: str) -> str:
        """SHA-256 of the certificate a server has."""
        return self._site.server(server).credential.fingerprint

    def is_up(self, server: str) -> bool:
        """Whether a server's services run."""
        return self._site.server(server).up

    def signed_files(self, server: str) -> SignedFiles:
        """When a server's certificate was last changed, and what signature of its files is the oldest."""
        return self._simulation.console.signed_files(self._site.server(server).name)

    def replication_paused(self) -> bool:
        """Whether the replication relationship is broken."""
        return self._site.replication_paused

    def https_shut(self, server: str) -> bool:
        """Whether a server's firewall shuts its HTTPS client port."""
        return self._site.server(server).https_shut

    def is_stopped(self, server: str) -> bool:
        """Whether a server's services are stopped."""
        return self._site.server(server).stopped

    def hand_outs(self, *, stopped: bool) -> tuple[HandOutSpec, ...]:
        """What this person knows to hand out Sylink.xml, and has stopped or not."""
        return tuple(each.spec for each in self._site.hand_outs.known if each.stopped == stopped)

    def held_by(self, client_id: str, *others: str) -> HeldFile | None:
        """The Sylink.xml of a client that is on: this, one of the others, or of its build; None: none is."""
        self._simulation.advance_to(self._clock())
        fleet, now = list(self._simulation.fleet.settled()), to_ms(self._simulation.now)
        by_id = {each.id: each for each in fleet}
        named = [by_id[each] for each in (client_id, *others) if each in by_id]
        alike = [each for each in fleet if named and each.group_id == named[0].group_id and _is_like(each, named[0])]
        here = next((each for each in (*named, *alike) if each.powered(now) and not each.forgotten), None)
        return None if here is None else held_file(here, now)

    def when_it_runs(self, server: str) -> None:
        """Have this person look at a server's .SIG files when its services run again, and publish old ones again."""
        restarting = self._site.server(server)
        lasting = self._simulation.switches.restart_after_swap
        back = self._simulation.now + (restarting.restart_time if lasting is None else lasting)

        def look() -> None:
            if restarting.up and self._simulation.console.signed_files(server).are_stale:
                act(self._simulation.console, Republish(server=server))

        self._simulation.do_at(back, Actor.TASK, look)

    def at_night(self, operations: Sequence[Operation]) -> None:
        """Have this person do, in the coming night and unasked, what the console then allows."""

        def undo() -> None:
            for operation in operations:
                with suppress(EmulatorError):
                    act(self._simulation.console, operation)

        now = self._simulation.now
        night = now.replace(hour=2, minute=0, second=0, microsecond=0)
        self._simulation.do_at(night if night > now else night + timedelta(days=1), Actor.MISTAKE, undo)


def act(console: Console, operation: Operation) -> Outcome:
    """Do `operation`, and give what the console shows then.

    Raises:
        EmulatorError: The console refused it.
    """
    match operation:
        case ReplaceCertificate() | GenerateCertificate() | RestoreCertificate() | Republish():
            return _certificate(console, operation)
        case CopyList() | EditList() | AssignList() | DeleteList():
            _server_list(console, operation)
        case ExportSylink(group=group, location=location):
            sylink = console.export_sylink(group, location)
            return Outcome(filename="Sylink.xml", content=sylink.encode())
        case SaveRecoveryFile(server=server):
            saved = console.save_recovery_file(server)
            return Outcome(filename=saved.filename, content=saved.content)
        case ShutHttps(server=server):
            console.shut_https(server)
        case OpenHttps(server=server):
            console.open_https(server)
        case StopServer(server=server):
            console.stop_server(server)
        case StartServer(server=server):
            console.start_server(server)
        case _:
            _setting(console, operation)
    return Outcome()


def _certificate(
    console: Console, operation: ReplaceCertificate | GenerateCertificate | RestoreCertificate | Republish
) -> Outcome:
    if isinstance(operation, Republish):
        console.republish(operation.server)
        return Outcome()
    if isinstance(operation, GenerateCertificate):
        credential = console.generate_certificate(operation.server, new_keys=operation.new_keys)
    elif isinstance(operation, RestoreCertificate):
        credential = console.restore_certificate(operation.server, operation.fingerprint_sha256)
    else:
        form = CertificateFormat(operation.format.upper())
        credential = console.replace_certificate(operation.server, operation.content_base64, form, operation.password)
    return Outcome(fingerprint_sha256=credential.fingerprint)


def _server_list(console: Console, operation: CopyList | EditList | AssignList | DeleteList) -> None:
    match operation:
        case CopyList(source=source, name=name):
            console.copy_list(source, name)
        case EditList(name=name, protocol=protocol, http_ports=ports, order=order):
            console.edit_list(name, protocol, ports or None, order)
        case AssignList(name=name, group=group, location=location):
            console.assign_list(name, group, location)
        case DeleteList(name=name):
            console.delete_list(name)


def _setting(
    console: Console,
    operation: PauseReplication
    | ResumeReplication
    | SetSecureCommunications
    | RefreshGoldenImages
    | StopHandOut
    | StartHandOut,
) -> None:
    match operation:
        case PauseReplication():
            console.pause_replication()
        case ResumeReplication():
            console.resume_replication()
        case SetSecureCommunications(group=group, location=location, enabled=enabled):
            console.set_secure_communications(group, location, enabled)
        case RefreshGoldenImages(group=group):
            console.refresh_golden_images(group)
        case StopHandOut(name=name):
            console.stop_hand_out(name)
        case StartHandOut(name=name):
            console.start_hand_out(name)


def _is_like(client: Client, other: Client) -> bool:
    """Whether two clients are of one build."""
    return (client.build, client.system) == (other.build, other.system)
