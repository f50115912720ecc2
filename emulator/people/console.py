"""What a person does in the SEPM console, at the simulated time of the act."""

from dataclasses import replace
from datetime import timedelta

from emulator.certificates.certificates import Credential, self_signed
from emulator.certificates.keyfiles import CertificateFormat, read_certificate_file
from emulator.certificates.keys import pool_key
from emulator.certificates.recovery import RecoveryFile
from emulator.changes import Changes
from emulator.errors import (
    DefaultListError,
    InheritedSettingsError,
    ListInUseError,
    NameTakenError,
    NothingToRestoreError,
    ServerBusyError,
    UnknownNameError,
)
from emulator.people.signed_files import SignedFiles, signed_files
from emulator.people.sylink import sylink_xml
from emulator.spec import Protocol
from emulator.state.damage import DamageForm, MalformedCredential
from emulator.state.draws import identity
from emulator.state.site import Group, Location, ServerEntry, ServerList, Site

_STOPPED = "console.stop_server"


class Console:
    """The console of one site. Every act is counted in the site's effects as `console.ACT`."""

    def __init__(self, changes: Changes, seed: int) -> None:
        self._changes = changes
        self._site: Site = changes.site
        self._seed = seed
        self._generated = 0
        self._copied = 0

    def copy_list(self, source: str, name: str) -> ServerList:
        """Copy the List, Paste List: another list with the same servers."""
        original = self._site.server_list(source)
        if any(each.name == name for each in self._site.server_lists.values()):
            raise NameTakenError("server list", name)
        self._copied += 1
        copy = replace(
            original,
            id=identity(self._seed, "list", f"{name}/{self._copied}"),
            name=name,
            is_default=False,
            modified_ms=self._changes.timeline.now_ms,
        )
        self._site.server_lists[copy.id] = copy
        self._site.effects.record("console.copy_list", name)
        return copy

    def edit_list(
        self,
        name: str,
        protocol: Protocol | None = None,
        http_ports: dict[str, int] | None = None,
        order: tuple[tuple[str, ...], ...] = (),
        *,
        https_ports: dict[str, int] | None = None,
        takes_out: bool = False,
    ) -> ServerList:
        """Change protocol, customise ports by server name, or move servers to other priorities.

        Servers that `order` leaves out come last, or are taken out of the list.
        """
        server_list = self._site.server_list(name)
        if server_list.is_default:
            raise DefaultListError(server_list.name)
        http, https = http_ports or {}, https_ports or {}
        names = {entry.server_name for entry in server_list.entries}
        unknown = (set(http) | set(https) | {each for pool in order for each in pool}) - names
        if unknown:
            raise UnknownNameError("server in the list", min(unknown))

        def ported(entry: ServerEntry) -> ServerEntry:
            own = entry.server_name
            return replace(entry, http_port=http.get(own, entry.http_port), https_port=https.get(own, entry.https_port))

        edited = replace(
            server_list,
            modified_ms=self._changes.timeline.now_ms,
            protocol=protocol or server_list.protocol,
            priorities=tuple(
                tuple(ported(entry) for entry in pool) for pool in _ordered(server_list, order, takes_out=takes_out)
            ),
        )
        self._changes.put_list(edited, self._site.effects.record("console.edit_list", server_list.name))
        return edited

    def put_list(self, server_list: ServerList) -> None:
        """Give a list the contents that it had before another person edited it."""
        restored = replace(server_list, modified_ms=self._changes.timeline.now_ms)
        self._changes.put_list(restored, self._site.effects.record("console.edit_list", server_list.name))

    def assign_list(self, name: str, group: str, location: str) -> None:
        """Assign a list to a location of a group that owns its settings, each by path, name or id."""
        server_list = self._site.server_list(name)
        owner, place = self._owned(group, location)
        effect = self._site.effects.record("console.assign_list", owner.path, place.name, server_list.name)
        self._changes.write(owner, place, effect, server_list=server_list)

    def delete_list(self, name: str) -> None:
        """Delete a list that nothing uses."""
        server_list = self._site.server_list(name)
        if server_list.is_default:
            raise DefaultListError(name)
        users = self._site.users(server_list)
        if users:
            raise ListInUseError(server_list.name, tuple(f"{group.path}/{location.name}" for group, location in users))
        del self._site.server_lists[server_list.id]
        self._site.effects.record("console.delete_list", server_list.name)

    def replace_certificate(
        self,
        server: str,
        content: bytes,
        form: CertificateFormat = CertificateFormat.PKCS12,
        password: str = "",
    ) -> Credential:
        """Update the server certificate: checked at once; the server restarts and then shows it."""
        target = self._site.server(server)
        credential = read_certificate_file(content, form, password)
        self._changes.swap(target, credential, "console.replace_certificate")
        return credential

    def generate_certificate(self, server: str, *, new_keys: bool = True) -> Credential:
        """Generate new server certificate: self-signed."""
        target = self._site.server(server)
        if not target.up:
            raise ServerBusyError(target.name)
        self._generated += 1
        now = self._changes.timeline.now.replace(microsecond=0)
        # the first keys of the pool are those that the servers were installed with
        key = pool_key(len(self._site.servers) + self._generated - 1) if new_keys else target.credential.key
        credential = self_signed(key, target.name, now, address=target.address, seed=self._seed)
        self._changes.swap(target, credential, "console.generate_certificate")
        return credential

    def restore_certificate(self, server: str, fingerprint: str = "") -> Credential:
        """Put back a certificate that a server had before, from its recovery files: that one, or the newest but one.

        Raises:
            NothingToRestoreError: It has had no other.
        """
        target = self._site.server(server)
        shown = target.credential.fingerprint
        former = [each.credential for each in target.recovery_files if _is_former(each.credential, fingerprint, shown)]
        if not former:
            raise NothingToRestoreError(target.name)
        self._changes.swap(target, former[-1], "console.restore_certificate")
        return former[-1]

    def damage_certificate(self, server: str, form: DamageForm) -> None:
        """Damage the certificate of a server: no act of the console, but what a person finds there."""
        target = self._site.server(server)
        if form is DamageForm.ANOTHER:
            self.generate_certificate(server)
            return
        effect = self._site.effects.record("server.certificate_damaged", target.name, form.value)
        spoilt = MalformedCredential(target.credential.key, target.credential.certificate)
        self._changes.damage(target, effect, spoilt if form.starts else None)

    def republish(self, server: str) -> None:
        """Have a server sign and publish all its files again: the cure of stale .SIG files."""
        target = self._site.server(server)
        self._changes.republish(target, self._site.effects.record("console.republish", target.name))

    def signed_files(self, server: str) -> SignedFiles:
        """What a person finds on a server's disk."""
        target, show = self._site.server(server), self._changes.switches.stale_sig_dates
        return signed_files(target, self._changes.outbox, self._site.groups, show=show)

    def pause_replication(self) -> None:
        """Break the replication relationship."""
        self._partner()
        self._site.replication_paused = True
        self._site.effects.record("console.pause_replication")

    def resume_replication(self) -> None:
        """Restore the replication relationship."""
        self._partner()
        self._site.replication_paused = False
        self._site.effects.record("console.resume_replication")

    def stop_hand_out(self, name: str) -> None:
        """Stop something that hands out Sylink.xml."""
        self._site.hand_outs.named(name).stopped = True
        self._site.effects.record("console.stop_hand_out", name)

    def start_hand_out(self, name: str) -> None:
        """Start it again, with the file that each group exports now."""
        started = self._site.hand_outs.named(name)
        started.stopped, started.file_ms = False, self._changes.timeline.now_ms
        self._site.effects.record("console.start_hand_out", name)

    def shut_https(self, server: str) -> None:
        """Shut the HTTPS client port in the firewall of a server: not in SEPM's console, but by the same person."""
        target = self._site.server(server)
        self._changes.shut_https(target, self._site.effects.record("console.shut_https", target.name))

    def open_https(self, server: str) -> None:
        """Open it again."""
        target = self._site.server(server)
        self._site.effects.record("console.open_https", target.name)
        self._changes.open_https(target)

    def stop_server(self, server: str) -> None:
        """Stop the services of a server that runs: not in SEPM's console, but by the same person.

        Raises:
            ServerBusyError: The server is down or restarts.
        """
        target = self._site.server(server)
        if not target.up:
            raise ServerBusyError(target.name)
        self._changes.stop(target, self._site.effects.record(_STOPPED, target.name))

    def start_server(self, server: str) -> None:
        """Start them again.

        Raises:
            ServerBusyError: It is down for another reason.
        """
        target = self._site.server(server)
        if not target.stopped or self._site.effects.journal[target.stopped_by].kind != _STOPPED:
            raise ServerBusyError(target.name)
        self._site.effects.record("console.start_server", target.name)
        self._changes.start(target)

    def set_secure_communications(self, group: str, location: str, enabled: bool) -> None:
        """Tick or untick secure communications."""
        owner, place = self._owned(group, location)
        value = str(enabled).lower()
        effect = self._site.effects.record("console.secure_communications", owner.path, place.name, value)
        self._changes.write(owner, place, effect, secure_communications=enabled)

    def set_heartbeat(self, group: str, location: str, heartbeat: timedelta) -> None:
        """Give a location another heartbeat."""
        owner, place = self._owned(group, location)
        effect = self._site.effects.record("console.heartbeat", owner.path, place.name, str(heartbeat))
        self._changes.write(owner, place, effect, adjust=lambda settings: replace(settings, heartbeat=heartbeat))

    def edit_policy(self, group: str) -> None:
        """Edit a policy of a group, not its communication settings: a new serial for it and those that inherit."""
        owner = self._site.owner(self._site.group(group))
        self._changes.publish((owner,), self._site.effects.record("console.edit_policy", owner.path))

    def export_sylink(self, group: str, location: str) -> str:
        """Communication settings of a location as Sylink.xml."""
        target = self._site.group(group)
        self._site.effects.record("console.export_sylink", target.path, location)
        return sylink_xml(self._site, target, self._site.location(target, location))

    def save_recovery_file(self, server: str) -> RecoveryFile:
        """The newest recovery file of a server."""
        target = self._site.server(server)
        self._site.effects.record("console.save_recovery_file", target.name)
        return target.recovery_files[-1]

    def refresh_golden_images(self, group: str) -> None:
        """Take new golden images of a group's non-persistent desktops, with what the group has published."""
        target = self._site.group(group)
        self._changes.fleet.refresh_images(target.id)
        self._site.effects.record("console.refresh_golden_images", target.path)

    def _owned(self, group: str, location: str) -> tuple[Group, Location]:
        target = self._site.group(group)
        if target.inherits:
            raise InheritedSettingsError(target.path, self._site.owner(target).path)
        return target, self._site.location(target, location)

    def _partner(self) -> str:
        if self._site.replication_partner is None:
            raise UnknownNameError("replication partner of", self._site.name)
        return self._site.replication_partner


def _ordered(
    server_list: ServerList, order: tuple[tuple[str, ...], ...], *, takes_out: bool
) -> tuple[tuple[ServerEntry, ...], ...]:
    """The entries of a list by priority; without an `order`, as they are. Those that it leaves out come last, or go."""
    if not order:
        return server_list.priorities
    named = {name for pool in order for name in pool}
    moved = tuple(tuple(entry for name in pool for entry in _named(server_list, name)) for pool in order)
    rest = tuple(entry for entry in server_list.entries if entry.server_name not in named)
    return (*moved, rest) if rest and not takes_out else moved


def _named(server_list: ServerList, name: str) -> tuple[ServerEntry, ...]:
    return tuple(entry for entry in server_list.entries if entry.server_name == name)


def _is_former(credential: Credential, wanted: str, shown: str) -> bool:
    return credential.fingerprint == wanted if wanted else credential.fingerprint != shown
