"""What servers present right now, beside the card."""

import asyncio
from dataclasses import replace

import pytest

from api.pages.seen_now import seen_now, silent_now
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


class HangingPort:
    """A port behind a firewall that answers nothing."""

    async def probe(self, _server):
        """Wait for longer than any page does."""
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("fingerprint", "former", "says", "wrong"),
    [
        ("cd" * 32, None, "still presents another certificate, …cdcdcdcd; asked for is …abababab", False),
        ("cd" * 32, "cd" * 32, "still presents another certificate, …cdcdcdcd", False),
        ("ef" * 32, "cd" * 32, "neither its former certificate nor that of this task, …abababab", True),
        (NEW, "cd" * 32, "presents this certificate, …abababab", False),
        (None, "cd" * 32, "does not answer at its HTTPS client port", False),
    ],
)
async def test_a_replacement_shows_the_certificate_of_now(unconnected, make, *, fingerprint, former, says, wrong):
    """The end of its fingerprint, when it was read, and what to do about another file that was installed."""
    site = make.site()
    served = ServedCertificate(server=site.servers[0].name, fingerprint=fingerprint, observed_at=make.t0)
    parts = replace(unconnected, probe=SeenPort(served))
    work = ReplaceCertificate(server=site.servers[0].name, fingerprint_sha256=NEW, has_file=True)
    (seen,) = await seen_now(parts, site, work, former)
    assert says in seen.says.english
    assert f"{make.t0}" in seen.says.english
    assert (seen.wrong, seen.silent) == (wrong, fingerprint is None)


async def test_a_server_that_does_not_answer_is_named(unconnected, make):
    """One that answers too late counts as one that does not; the others are none of it."""
    site = make.site()
    first, last = (each.name for each in site.servers)
    served = ServedCertificate(server=last, fingerprint=None, observed_at=make.t0)
    parts = replace(unconnected, probe=SeenPort(served))
    assert await silent_now(parts, site, {last}) == (last,)
    assert await silent_now(parts, site, ()) == ()
    answers = replace(unconnected, probe=SeenPort(served.model_copy(update={"fingerprint": NEW})))
    assert await silent_now(answers, site, {last}) == ()
    late = replace(unconnected, probe=HangingPort())
    assert await silent_now(late, site, {first, last}) == (first, last)


async def test_only_what_shows_at_a_port_is_looked_at(unconnected, make):
    """A drill is; a list is not."""
    site = make.site()
    served = ServedCertificate(server=site.servers[0].name, fingerprint=NEW, observed_at=make.t0)
    parts = replace(unconnected, probe=SeenPort(served))
    (seen,) = await seen_now(parts, site, StopServer(server=site.servers[0].name))
    assert "answers at its HTTPS client port" in seen.says.english
    assert await seen_now(parts, site, DeleteList(list=ListName("L"))) == ()
