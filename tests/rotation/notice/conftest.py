"""Sites and rotations as the rules of notices see them."""

from datetime import timedelta

import pytest

from rotation.notice.watched import WatchedRotation, WatchedSite
from rotation.plan.work.task import ConsoleTask, Evidence, ReplaceCertificate, TaskState
from rotation.site import Limits, Server, Site
from rotation.values import Fingerprint, RotationId, ServerName, SiteId, TaskId
from rotation.watch.inventory import Endpoint, Port, SeenCertificate, Sighting, WatchedPort

VIENNA = Site(
    id=SiteId("site-1"),
    name="Vienna",
    servers=(Server(name=ServerName("sepm1"), address="sepm1.test"),),
    limits=Limits(gate_patience=timedelta(days=8)),
)


class Seen:
    """Values, each with all that a test does not care about."""

    site = VIENNA

    def __init__(self, t0):
        self.t0 = t0

    def at(self, **since):
        """A time after the start of the story."""
        return self.t0 + timedelta(**since)

    def task(self, **changes):
        """A console task."""
        usual = {
            "id": TaskId("task-1"),
            "rotation_id": RotationId("rot-1"),
            "site_id": VIENNA.id,
            "site_name": VIENNA.name,
            "step": "09-A9-sepm1",
            "number": "A9",
            "state": TaskState.OPEN,
            "evidence": Evidence.OBSERVED,
            "work": ReplaceCertificate(
                server=ServerName("sepm1"), fingerprint_sha256=Fingerprint("bb" * 32), has_file=True
            ),
            "title": "Replace the certificate of sepm1",
            "instructions": ("Admin > Servers",),
            "opened_at": self.t0,
        }
        return ConsoleTask(**{**usual, **changes})

    def rotation(self, *tasks, **changes):
        """A rotation that runs."""
        usual = {"id": RotationId("rot-1"), "site": VIENNA, "step": "Wait", "step_id": "s1", "tasks": tasks}
        return WatchedRotation(**{**usual, **changes})

    def port(self, days=None, server="sepm1", kind=Port.CLIENT, error=""):
        """A port; with a certificate that ends after so many days."""
        end = None if days is None else self.at(days=days)
        certificate = SeenCertificate(fingerprint=Fingerprint("aa" * 32), not_after=end)
        seen = Sighting(certificate=certificate, first_seen=self.t0, last_seen=self.t0)
        place = Endpoint(server=ServerName(server), port=kind, address=server, number=443)
        return WatchedPort(endpoint=place, looked_at=self.t0, error=error, sightings=(seen,))

    def watched(self, *ports, **changes):
        """A site without a rotation."""
        return WatchedSite(**{"site": VIENNA, "runs": False, "ports": ports, **changes})


@pytest.fixture
def seen(make):
    """Values of these rules."""
    return Seen(make.t0)
