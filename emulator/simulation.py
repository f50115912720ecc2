"""The simulation: one site, its clients and one method that moves time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from emulator.building import build_clients, build_site
from emulator.changes import Changes
from emulator.clients.contact import Contacts
from emulator.clients.fleet import Fleet
from emulator.clients.machines import Machines
from emulator.clients.verdict import VerdictReport, judge
from emulator.errors import EmulatorError, InheritedSettingsError, RefusedWriteError
from emulator.events.occurrence import Occurrence
from emulator.events.site_events import Missed, SiteEvent
from emulator.instants import from_ms, span_ms, to_ms
from emulator.people.console import Console
from emulator.spec import Mode, SiteSpec
from emulator.state.effects import NO_EFFECT, Actor, Effects, acting
from emulator.state.group_tree import GroupTree
from emulator.state.publishing import Outbox
from emulator.state.site import LocationSettings
from emulator.state.timeline import Timeline
from emulator.switches import Switches

_DAY_MS = span_ms(timedelta(days=1))


@dataclass(frozen=True)
class SettingsWrite:
    """What a REST write of settings changes; None: not in the body."""

    server_list: str | None = None
    """`communication_settings.sem_server.name`."""
    secure_communications: bool | None = None
    mode: Mode | None = None
    heartbeat: timedelta | None = None
    randomization: timedelta | None = None
    log_kb: int | None = None
    """`client_log.system_maxsize`."""

    @property
    def others(self) -> bool:
        """Whether it changes anything but the list and secure communications."""
        return (self.mode, self.heartbeat, self.randomization, self.log_kb) != (None,) * 4


class Simulation:
    """A site with its clients, from `start` on. One seed makes one run; nothing here looks at a clock."""

    def __init__(self, spec: SiteSpec, start: datetime) -> None:
        self.spec = spec
        self._timeline = Timeline(start)
        self.site = build_site(spec, self._timeline)
        outbox = Outbox(self.site, self._timeline)
        contacts = Contacts(self.site, outbox, spec.switches)
        clients = build_clients(spec, self.site, outbox, start)
        self.fleet = Fleet(self.site, contacts, self._timeline, clients)
        self._changes = Changes(self.site, self.fleet, outbox, contacts, self._timeline)
        self.console = Console(self._changes, spec.seed)
        self.groups = GroupTree(self._changes)
        self.machines = Machines(self.site, self.fleet, outbox, self._timeline)
        self.machines.double_some(spec.duplicate_records)
        self._occurrence = Occurrence(self._changes, self.console, self.groups, self.machines)
        self.missed: list[Missed] = []
        """Site events that were void when their time came."""
        self._nights()

    @property
    def now(self) -> datetime:
        """The simulated time."""
        return self._timeline.now

    @property
    def next_change(self) -> datetime | None:
        """When the site next changes by itself."""
        next_ms = self._timeline.next_ms
        return None if next_ms is None else from_ms(next_ms)

    @property
    def switches(self) -> Switches:
        """The switches in force."""
        return self._changes.switches

    @property
    def effects(self) -> Effects:
        """The journal of every effect."""
        return self.site.effects

    def advance_to(self, now: datetime) -> None:
        """Move time to `now`, doing all that falls due.

        Raises:
            TimeRunsBackwardsError: That moment has passed; the present one has not.
        """
        self._timeline.advance_to(now)

    def schedule(self, site_event: SiteEvent, at: datetime) -> None:
        """Have an event happen at a moment, unasked; at once where that moment has come."""

        def befall() -> None:
            try:
                with acting(Actor.SITE_EVENT):
                    self._occurrence.befall(site_event)
            except EmulatorError as void:
                self.missed.append(Missed(at=self.now, site_event=site_event, why=str(void)))

        self._timeline.at(to_ms(at), befall)

    def do_at(self, at: datetime, actor: Actor, act: Callable[[], None]) -> None:
        """Have `actor` do something at a moment; at once where that moment has come."""

        def later() -> None:
            with acting(actor):
                act()

        self._timeline.at(to_ms(at), later)

    def write_settings(self, group: str, location: str, write: SettingsWrite) -> None:
        """A REST write of settings, as the switches have it. Counted as `rest.FIELD` (group path, location, value).

        Raises:
            UnknownNameError: No such group, location or server list.
            InheritedSettingsError: The group inherits.
            RefusedWriteError: A switch refuses it.
        """
        target = self.site.group(group)
        place = self.site.location(target, location)
        if target.inherits:
            raise InheritedSettingsError(target.path, self.site.owner(target).path)
        write = _taken(write, self.switches)
        server_list = self.site.server_list(write.server_list) if write.server_list is not None else None
        if server_list is None and write.secure_communications is None and not write.others:
            return
        effect = NO_EFFECT
        if write.log_kb is not None:
            effect = self.effects.record("rest.client_log", target.path, place.name, str(write.log_kb))
        elif write.others:
            effect = self.effects.record("rest.communication_settings", target.path, place.name)
        if server_list is not None:
            effect = self.effects.record("rest.sem_server", target.path, place.name, server_list.name)
        if write.secure_communications is not None:
            value = str(write.secure_communications).lower()
            effect = self.effects.record("rest.secure_communications", target.path, place.name, value)
        self._changes.write(
            target,
            place,
            effect,
            server_list=server_list,
            secure_communications=write.secure_communications,
            adjust=(lambda settings: _adjusted(settings, write)) if write.others else None,
        )

    def set_switches(self, switches: Switches) -> None:
        """Put other switches in force from now on."""
        self._changes.set_switches(switches)

    def stop_server(self, name: str) -> None:
        """Take a server down until it is started again."""
        server = self.site.server(name)
        self._changes.stop(server, self.effects.record("server.stop", server.name))

    def start_server(self, name: str) -> None:
        """Start a stopped server."""
        server = self.site.server(name)
        if server.stopped:
            self._changes.start(server)
            self.effects.record("server.start", server.name)

    def set_ports(self, name: str, https_port: int, http_port: int) -> None:
        """Have a server listen at these ports, as its administrator sets them."""
        server = self.site.server(name)
        effect = self.effects.record("server.ports", server.name, f"{https_port}/{http_port}")
        self._changes.move_ports(server, effect, https_port=https_port, http_port=http_port)

    def _nights(self) -> None:
        """Every night, a day after the start for the first time, SEPM cleans up."""

        def night() -> None:
            with acting(Actor.UPKEEP):
                if self.spec.purge_after is not None:
                    self._changes.purge(self.spec.purge_after)
                if self.switches.maintenance_moves_serials:
                    self._changes.maintain()
            self._timeline.after(_DAY_MS, night)

        self._timeline.after(_DAY_MS, night)

    def verdict(self) -> VerdictReport:
        """The emulator's own verdict now."""
        return judge(self.site, self.fleet, self.now)


def _taken(write: SettingsWrite, switches: Switches) -> SettingsWrite:
    """What of a write is done.

    Raises:
        RefusedWriteError: A switch refuses it.
    """
    known = {
        "server_list": (switches.patch_sem_server, "sem_server"),
        "secure_communications": (switches.patch_secure_communications, "secure_communications"),
        "log_kb": (switches.patch_client_log, "system_maxsize"),
    }
    asked = {name: switch for name, switch in known.items() if getattr(write, name) is not None}
    for switch, name in asked.values():
        if switch.value == "refused":
            raise RefusedWriteError(f"{name} cannot be written")
    return replace(write, **{name: None for name, (switch, _) in asked.items() if switch.value == "ignored"})


def _adjusted(settings: LocationSettings, write: SettingsWrite) -> LocationSettings:
    return replace(
        settings,
        mode=write.mode or settings.mode,
        heartbeat=write.heartbeat or settings.heartbeat,
        randomization=settings.randomization if write.randomization is None else write.randomization,
        log_kb=write.log_kb or settings.log_kb,
    )
