"""Changes of the site as they take effect: settings, lists, certificates, servers that stop and start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from emulator.certificates.certificates import Credential
from emulator.certificates.recovery import RecoveryFile
from emulator.clients.contact import Contacts
from emulator.clients.fleet import Fleet
from emulator.errors import ServerBusyError
from emulator.instants import span_ms
from emulator.state.publishing import Outbox
from emulator.state.site import Group, Location, LocationSettings, Server, ServerList, Site, StaleAnswers
from emulator.state.timeline import Timeline
from emulator.switches import InheritorsFollow, SecureCommunicationsScope, Switches

SettingsChange = Callable[[LocationSettings], LocationSettings]


@dataclass
class Changes:
    """Carries out changes at the simulated time, and publishes what follows from them."""

    site: Site
    fleet: Fleet
    outbox: Outbox
    contacts: Contacts
    timeline: Timeline

    @property
    def switches(self) -> Switches:
        """The switches in force."""
        return self.contacts.switches

    def set_switches(self, switches: Switches) -> None:
        """Put other switches in force from now on."""
        self.fleet.before_change()
        self.contacts.switches = switches

    def write(
        self,
        owner: Group,
        location: Location,
        effect: int,
        *,
        server_list: ServerList | None = None,
        secure_communications: bool | None = None,
        adjust: SettingsChange | None = None,
    ) -> None:
        """Change settings of a (group, location) in one go, as `effect` says; None leaves as it is."""
        if server_list is not None:
            owner.settings[location.id] = replace(owner.settings[location.id], server_list=server_list.id)
        if secure_communications is not None:
            whole_group = self.switches.secure_communications_scope is SecureCommunicationsScope.GROUP
            for each in owner.locations if whole_group else (location,):
                owner.settings[each.id] = replace(owner.settings[each.id], secure_communications=secure_communications)
        if adjust is not None:
            owner.settings[location.id] = adjust(owner.settings[location.id])
        self.publish((owner,), effect, moves_serial=self.switches.settings_move_serials)

    def put_list(self, server_list: ServerList, effect: int) -> None:
        """Put a list in its place, and publish for its users."""
        self.site.server_lists[server_list.id] = server_list
        owners = {group.id: group for group, _ in self.site.users(server_list)}
        self.publish(owners.values(), effect, moves_serial=self.switches.settings_move_serials)

    def swap(self, server: Server, credential: Credential, kind: str) -> None:
        """Give a server another certificate: it restarts, shows it, and what clients get carries it.

        Recorded as an effect of that kind.

        Raises:
            ServerBusyError: The server is down or restarts already, and not for want of a certificate.
        """
        if server.stopped or server.restarting:
            raise ServerBusyError(server.name)
        effect = self.site.effects.record(kind, server.name, credential.fingerprint)
        lasting = self.switches.restart_after_swap
        self.restart(server, effect, lambda: self._take(server, credential, effect), lasting)

    def restart(
        self, server: Server, effect: int, meanwhile: Callable[[], None] | None = None, lasting: timedelta | None = None
    ) -> None:
        """Restart a server's services; `meanwhile` is done before its ports answer again. None: it takes as usual."""
        self.fleet.before_change()
        server.restarting = True
        server.stopped_by = effect
        self.fleet.tell_push_clients(server_id=server.id)

        def finish() -> None:
            self.fleet.before_change()
            if meanwhile is not None:
                meanwhile()
            server.restarting = False
            server.started = self.timeline.now

        self.timeline.after(span_ms(server.restart_time if lasting is None else lasting), finish)

    def damage(self, server: Server, effect: int, shown: Credential | None) -> None:
        """Damage a server's certificate: it shows that one from now on; None: its services do not start with it."""
        self.fleet.before_change()
        server.stopped_by = server.shown_by = effect
        if shown is None:
            server.broken = True
        else:
            server.credential = shown
            if self.switches.rest_port_follows_certificate:
                server.rest_credential = shown
        self.fleet.tell_push_clients(server_id=server.id)

    def stop(self, server: Server, effect: int) -> None:
        """Take a server down."""
        self.fleet.before_change()
        server.stopped = True
        server.stopped_by = effect
        self.fleet.tell_push_clients(server_id=server.id)

    def start(self, server: Server) -> None:
        """Start a stopped server."""
        if server.stopped:
            self.fleet.before_change()
            server.stopped = False
            server.started = self.timeline.now

    def shut_https(self, server: Server, effect: int) -> None:
        """Shut the HTTPS client port of a server in its firewall."""
        self.fleet.before_change()
        server.https_shut = True
        server.shut_by = effect
        self.fleet.tell_push_clients(server_id=server.id)

    def open_https(self, server: Server) -> None:
        """Take that rule away."""
        self.fleet.before_change()
        server.https_shut = False

    def cut_off(self, server: Server, effect: int, lasting: timedelta, *, product: bool, clients: bool) -> None:
        """The network before a server is dead for a while, on the product's side, on the clients' or on both."""

        def change(by: int) -> None:
            self.fleet.before_change()
            server.cut_from_product += by * product
            server.cut_from_clients += by * clients

        change(1)
        server.stopped_by = effect
        self.timeline.after(span_ms(lasting), lambda: change(-1))

    def silence_api(self, lasting: timedelta) -> None:
        """The REST API answers no request for a while."""
        self.site.api_silent += 1

        def speak() -> None:
            self.site.api_silent -= 1

        self.timeline.after(span_ms(lasting), speak)

    def make_answers_stale(self, lasting: timedelta, *, keeps_date: bool) -> None:
        """A cache stands before the REST API for a while; a later one takes the place of an earlier one."""
        stale = self.site.stale = StaleAnswers(keeps_date)

        def clear() -> None:
            if self.site.stale is stale:
                self.site.stale = None

        self.timeline.after(span_ms(lasting), clear)

    def move_ports(self, server: Server, effect: int, *, https_port: int | None = None, http_port: int) -> None:
        """Have a server listen at other ports; None: where it does."""
        self.fleet.before_change()
        server.https_port = server.https_port if https_port is None else https_port
        server.http_port = http_port
        server.ports_by = effect

    def set_clock(self, server: Server, ahead: timedelta) -> None:
        """From now on a server's own clock is ahead by so much."""
        server.offsets.append((self.timeline.now_ms, ahead))

    def republish(self, server: Server, effect: int) -> None:
        """Sign and publish all files of a server again."""
        server.signing = server.credential
        server.signing_by = effect
        server.published_until = None
        self.publish_all(effect, moves_serial=False)

    def maintain(self) -> None:
        """Maintenance of the database: all policy serials move without any edit."""
        self.publish_all(self.site.effects.record("database.maintenance"), moves_serial=True)

    def purge(self, silent: timedelta) -> None:
        """Forget the clients that no server has seen for so long."""
        for name in self.fleet.purge(span_ms(silent)):
            self.site.effects.record("database.purge", name)

    def publish_all(self, effect: int, *, moves_serial: bool) -> None:
        """Publish for every group, after the publish delay."""
        owners = [group for group in self.site.groups.values() if not group.inherits]
        self.publish(owners, effect, moves_serial=moves_serial)

    def publish(self, owners: Iterable[Group], effect: int, *, moves_serial: bool = True) -> None:
        """Publish for groups and those that inherit from them, after the publish delay."""
        owners = tuple(owners)
        delay = span_ms(self.switches.publish_delay)
        at_once = self.switches.inheritors_follow is InheritorsFollow.AT_ONCE

        def publish() -> None:
            present = [owner for owner in owners if owner.id in self.site.groups]
            inheritors = [inheritor for owner in present for inheritor in self.site.inheritors(owner)]
            if moves_serial:
                for owner in present:
                    owner.policy_date_ms = max(owner.policy_date_ms + 1, self._policy_clock_ms())
            self._publish_all_of((*present, *inheritors) if at_once else present, effect)
            if not at_once:
                self.timeline.after(delay, lambda: self._publish_all_of(inheritors, effect))

        self.timeline.after(delay, publish)

    def _take(self, server: Server, credential: Credential, effect: int) -> None:
        changed = credential.fingerprint != server.credential.fingerprint
        server.broken = False
        server.credential = credential
        server.shown_by = effect
        server.certificate_ms = self.timeline.now_ms
        if self.switches.rest_port_follows_certificate:
            server.rest_credential = credential
        if not self.switches.stale_sig_files:
            server.signing = credential
            server.signing_by = effect
        if not server.republishes and server.published_until is None:
            server.published_until = self.timeline.now_ms
        server.recovery_files.append(RecoveryFile(credential, self.site.domain.id, server.clock(self.timeline.now)))
        if changed:
            self.publish_all(effect, moves_serial=self.switches.swap_moves_serials)

    def _publish_all_of(self, groups: Iterable[Group], effect: int) -> None:
        for group in groups:
            self._publish(group, effect)

    def _publish(self, group: Group, effect: int) -> None:
        self.fleet.before_change(group.id)
        group.policy_date_ms = self.site.owner(group).policy_date_ms
        self.outbox.publish(group, effect)
        self.fleet.tell_push_clients(group.id)
        for lag in {server.lag_ms for server in self.site.servers.values()} - {0}:
            self.timeline.after(lag, lambda: self._reach(group))

    def _reach(self, group: Group) -> None:
        """A server that lags behind publishes for a group now."""
        if group.id in self.site.groups:
            self.fleet.before_change(group.id)
            self.fleet.tell_push_clients(group.id)

    def _policy_clock_ms(self) -> int:
        return self.timeline.now_ms + span_ms(self.site.first_server.clock_offset)
