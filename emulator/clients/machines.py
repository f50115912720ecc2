"""Machines that come, and machines that are put back to what they once were."""

from copy import copy
from datetime import timedelta

from emulator.building import machine
from emulator.clients.client import Client, defect_of
from emulator.clients.fleet import Fleet
from emulator.instants import span_ms
from emulator.spec import DEFAULT_LOCATION
from emulator.state.draws import draw, identity, origin
from emulator.state.publishing import Outbox, Publication
from emulator.state.site import Site
from emulator.state.timeline import Timeline

_STARTS_WITHIN_MS = 60_000
_LONGEST_SILENCE_HOURS = 24 * 25
_DOUBLES = 0xD0B1E
"""Apart from the other draws of a client."""


class Machines:
    """The machines of one site, as those who install them handle them."""

    def __init__(self, site: Site, fleet: Fleet, outbox: Outbox, timeline: Timeline) -> None:
        self._site = site
        self._fleet = fleet
        self._outbox = outbox
        self._timeline = timeline
        self._installed = 0

    def install(
        self, group: str, *, build: str, package_age: timedelta = timedelta(), location: str = DEFAULT_LOCATION
    ) -> Client:
        """Install a client from a package that was exported for its group so long ago. Its contact makes its record."""
        target = self._site.group(group)
        self._installed += 1
        name = f"NEW-{self._installed:04d}"
        now_ms = self._timeline.now_ms
        held = self.published(group, package_age)
        effect = self._site.effects.record("machine.install", name, target.path)
        client = machine(
            self._site,
            target,
            held,
            name=name,
            build=build,
            location=location,
            base=now_ms + 1 + draw(origin(self._site.seed, name), 2) % _STARTS_WITHIN_MS,
            created=now_ms,
        )
        client.reported = ""
        client.forgotten = True
        client.registrations = 0
        client.effect = effect
        client.list_lag = self._lag_of(build)
        self._fleet.add(client)
        return client

    def _lag_of(self, build: str) -> int:
        """How late the agents of a build take their list: new ones do as those that are there."""
        return next((each.list_lag for each in self._fleet.clients if each.build == build and each.list_lag), 0)

    def published(self, group: str, age: timedelta) -> Publication:
        """What was published for a group so long ago."""
        return self._outbox.as_of(self._site.group(group).id, span_ms(age))

    def reimage(self, name: str, *, image_age: timedelta, keeps_record: bool = False) -> None:
        """Put a disk image of that age back on a machine. It starts as the image was, and mostly registers again."""
        client = self._fleet.find(name)
        effect = self._site.effects.record("machine.reimage", client.name)
        self._fleet.before_change_of(client, effect)
        if not keeps_record:
            self._fleet.register_again(client)
        now_ms = self._timeline.now_ms
        client.put_back(
            self._outbox.as_of(client.group_id, span_ms(image_age)),
            now_ms + 1 + draw(client.stream, now_ms) % _STARTS_WITHIN_MS,
        )

    def hand_sylink(self, name: str, published: Publication, by: str = "") -> None:
        """Overwrite server list and certificates of a machine by those of a Sylink.xml of its group."""
        client = self._fleet.find(name)
        self._fleet.before_change_of(client, self._site.effects.record("machine.sylink", client.name, by))
        client.take_sylink(published)
        client.list_taken = self._timeline.now_ms

    def upgrade(self, name: str, build: str) -> None:
        """Give a client another build."""
        client = self._fleet.find(name)
        self._fleet.before_change_of(client, self._site.effects.record("machine.upgrade", client.name, build))
        client.build, client.upgrade_to = build, ""
        client.defect = defect_of(build)

    def double_some(self, percent: int) -> None:
        """Give some machines a second record that was last touched before the start."""
        server, now_ms = self._site.first_server, self._timeline.now_ms
        for client in self._fleet.clients:
            drawn = draw(client.stream ^ _DOUBLES, 0)
            if drawn % 100 < percent:
                former = copy(client)
                former.id = identity(self._site.seed, "client", f"{client.name}/former")
                former.contact = now_ms - span_ms(timedelta(hours=24 + drawn // 100 % _LONGEST_SILENCE_HOURS))
                former.contact_server = server.id
                self._fleet.leave_behind(former)

    def double_row(self, name: str) -> None:
        """The database holds the row of a machine once more, as it is now."""
        client = self._fleet.find(name)
        self._site.effects.record("machine.double_row", client.name)
        self._fleet.before_change_of(client, client.effect)
        self._fleet.leave_behind(copy(client))

    def share_record(self, name: str, twin: str) -> None:
        """A machine goes on under the record of another one."""
        client, other = self._fleet.find(name), self._fleet.find(twin)
        self._site.effects.record("machine.share_record", client.name, other.name)
        for each in (client, other):
            self._fleet.before_change_of(each, each.effect)
        other.id, other.hardware_key = client.id, client.hardware_key
        self._fleet.shared.add(client.id)

    def double_record(self, name: str) -> None:
        """A machine registers again though it has a record: the old one stays behind."""
        client = self._fleet.find(name)
        self._site.effects.record("machine.double_record", client.name)
        # it holds what it held: nothing that fails later fails by this
        self._fleet.before_change_of(client, client.effect)
        self._fleet.register_again(client)
