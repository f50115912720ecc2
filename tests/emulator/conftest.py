"""Small sites for the tests of the emulator's core."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from pydantic import TypeAdapter

from emulator.certificates.certificates import self_signed
from emulator.certificates.keys import pool_key
from emulator.people.desk import SiteDesk
from emulator.people.tasks import Task
from emulator.simulation import Simulation
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, Protocol, ServerSpec, SiteSpec

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
TASK: TypeAdapter[Task] = TypeAdapter(Task)
PASSWORD = "secret"
NEW_KEYS = 5
"""Keys of the pool that no server of these sites has."""


class Played:
    """A simulation with the moves that tests repeat."""

    def __init__(self, spec):
        self.spec = spec
        self.simulation = Simulation(spec, START)
        self.console = self.simulation.console
        self.site = self.simulation.site
        self.keys = 0

    def run(self, span):
        """Let time pass."""
        self.simulation.advance_to(self.simulation.now + span)
        return self

    def swap(self, server):
        """Replace a server's certificate by a new one from a PKCS#12 file."""
        self.keys += 1
        made = self_signed(pool_key(NEW_KEYS + self.keys), server, START)
        content = serialize_key_and_certificates(
            b"server", made.key, made.certificate, None, BestAvailableEncryption(PASSWORD.encode())
        )
        return self.console.replace_certificate(server, content, password=PASSWORD)

    def relax(self, *groups):
        """List A, steps 1 to 7."""
        names = {each.name for each in self.site.server_lists.values()}
        for group, location, settings in list(self.site.pairs()):
            if group.inherits or (groups and group.path not in groups):
                continue
            original = self.site.server_list(settings.server_list).name.removesuffix(" HTTP")
            copy = f"{original} HTTP"
            if copy not in names:
                self.console.copy_list(original, copy)
                self.console.edit_list(copy, protocol=Protocol.HTTP)
                names.add(copy)
            self.console.assign_list(copy, group.path, location.name)
            self.console.set_secure_communications(group.path, location.name, enabled=False)

    def restore_security(self, *groups):
        """List A, step 10c."""
        for group, location, _ in list(self.site.pairs()):
            if not group.inherits and (not groups or group.path in groups):
                self.console.set_secure_communications(group.path, location.name, enabled=True)

    def restore_lists(self, *groups):
        """List A, step 10d."""
        for group, location, settings in list(self.site.pairs()):
            if not group.inherits and (not groups or group.path in groups):
                name = self.site.server_list(settings.server_list).name.removesuffix(" HTTP")
                self.console.assign_list(name, group.path, location.name)

    def desk(self):
        """The console as a person sits at it."""
        return SiteDesk(self.simulation, lambda: self.simulation.now)

    def task(self, kind, **subject):
        """A console task of the product."""
        body = {"id": "t1", "site_name": self.spec.name, "state": "claimed", "kind": kind, "subject": subject}
        return TASK.validate_python(body)

    def records(self):
        """What the servers know, by client."""
        return {record.name: record for record in self.simulation.fleet.records()}

    def truths(self):
        """How the clients are, by client."""
        return {truth.name: truth for truth in self.simulation.fleet.truths()}

    def verdict(self):
        """The emulator's verdict now."""
        return self.simulation.verdict()


@pytest.fixture(name="start")
def _start():
    return START


@pytest.fixture
def play():
    """Makes a played simulation of a specification."""
    return Played


@pytest.fixture
def site_of():
    """Makes the specification of a site with an hourly heartbeat and servers A, B, ..."""

    def make(servers=1, *batches, groups=None, **site):
        names = [chr(ord("A") + number) for number in range(servers)]
        location = LocationSpec(heartbeat=HOUR, randomization=HOUR / 4)
        return SiteSpec(
            name="Site",
            servers=tuple(ServerSpec(name=name) for name in names),
            groups=groups or (GroupSpec(path=ROOT_GROUP, locations=(location,)),),
            clients=batches or (ClientSpec(group=ROOT_GROUP, count=20),),
            **site,
        )

    return make
