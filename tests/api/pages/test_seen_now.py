"""What servers present right now, beside the card."""

from dataclasses import replace

import pytest

from api.pages.seen_now import seen_now
from rotation.plan.work.stop_drill import StopServer
from rotation.plan.work.task import DeleteList, ReplaceCertificate
from rotation.survey import ServedCertificate
from rotation.values import Fingerprint, ListName

NEW = Fingerprint("ab" * 32)


class SeenPort:
    """A look at a port, as it was made before."""

    def __init__(self, served):
        self._served = served

    async def probe(self, _server):
        """What was seen."""
        return self._served


@pytest.mark.parametrize(
    ("fingerprint", "says"),
    [
        ("cd" * 32, "still presents another certificate, …cdcdcdcd; asked for is …abababab"),
        (NEW, "presents this certificate, …abababab"),
        (None, "does not answer at its HTTPS client port"),
    ],
)
async def test_a_replacement_shows_the_certificate_of_now(unconnected, make, fingerprint, says):
    """The end of its fingerprint, and when it was read."""
    site = make.site()
    served = ServedCertificate(server=site.servers[0].name, fingerprint=fingerprint, observed_at=make.t0)
    parts = replace(unconnected, probe=SeenPort(served))
    work = ReplaceCertificate(server=site.servers[0].name, fingerprint_sha256=NEW, has_file=True)
    (seen,) = await seen_now(parts, site, work)
    assert says in seen.english
    assert f"{make.t0}" in seen.english


async def test_only_what_shows_at_a_port_is_looked_at(unconnected, make):
    """A drill is; a list is not."""
    site = make.site()
    served = ServedCertificate(server=site.servers[0].name, fingerprint=NEW, observed_at=make.t0)
    parts = replace(unconnected, probe=SeenPort(served))
    (seen,) = await seen_now(parts, site, StopServer(server=site.servers[0].name))
    assert "answers at its HTTPS client port" in seen.english
    assert await seen_now(parts, site, DeleteList(list=ListName("L"))) == ()
