"""An impostor in the middle of a rotation: over real TLS no request reaches it, and the rotation waits for a person."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pydantic import SecretStr

from certificates.new_certificate import make_self_signed
from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.scenarios import one_server
from emulator.serving.front import pipe
from emulator.serving.http_server import HttpServer
from emulator.serving.ports import Listener, PortState, Presented
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Server
from rotation.trust.contact import Contact, ContactKind
from rotation.values import CertificateId, Fingerprint, ServerName
from service.world import World
from simulation.drawn.scenario import START
from simulation.played.stage import SITE
from store.site.access import SiteConnection

THIRD = "third-certificate"


class Impostor(Presented):
    """The certificate and key of an impostor that counts its callers, also those that hang up in the handshake."""

    calls = 0

    def context(self):
        """As of a server; its callback hears every greeting."""
        made = super().context()
        made.sni_callback = self.greet
        return made

    def greet(self, *_):
        """A client has called."""
        type(self).calls += 1


class Middle:
    """The REST port of a SEPM, whose TLS ends with SEPM's certificate, or with that of an impostor who reads along."""

    def __init__(self, stage):
        service = RestService(
            simulation=stage.simulation, clock=stage.clock, start=stage.clock.now(), pause=stage.clock.sleep
        )
        self.stage = stage
        self.listener = Listener("127.0.0.1", 0, self.converse)
        self.server = HttpServer(rest_app(service))
        self.impostor = None
        self.proxy = None
        self.heard = bytearray()

    async def follow(self):
        """Present what is to be presented now."""
        assert bytes(self.heard) == b"", "an impostor has heard a request"
        now = self.impostor or self.proxy
        if now is None:
            genuine = self.stage.simulation.site.server("SEPM-1").credential
            now = Presented(genuine.certificate_pem, genuine.key_pem)
        await self.listener.follow(PortState(up=True, presented=now))

    async def converse(self, reader, writer):
        """Write down what an impostor hears; carry the rest to SEPM."""
        if self.impostor is not None:
            self.heard += await reader.read(65536)
            return
        there, back = await asyncio.open_connection("127.0.0.1", self.server.port)
        ways = {asyncio.create_task(pipe(reader, back)), asyncio.create_task(pipe(there, writer))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            back.close()


@dataclass(frozen=True, kw_only=True)
class Networked(World):
    """The product's own way to SEPM: pinned TLS over a socket."""

    middle: Middle

    async def sepm(self, site):
        """A client of the server that answers at the port now."""
        await self.middle.follow()
        return await super().sepm(site)


@asynccontextmanager
async def in_the_middle(here):
    """A play whose SEPM is reached over the network."""
    stage = here.stage
    middle = Middle(stage)
    genuine = stage.simulation.site.server("SEPM-1").credential
    stage.site = stage.site.model_copy(update={"servers": (Server(name=ServerName("SEPM-1"), address="127.0.0.1"),)})
    stage.connection = SiteConnection(
        rest_url=f"https://127.0.0.1:{middle.listener.port}",
        username=stage.scenario.spec.administrator,
        password=SecretStr(stage.scenario.spec.password),
        fingerprints=frozenset({Fingerprint(genuine.fingerprint)}),
    )
    stage.world = Networked(
        store=stage.store, clock=stage.clock, probe=stage.world.probe, sleep=stage.clock.sleep, middle=middle
    )
    await middle.server.start()
    try:
        async with here:
            yield middle
    finally:
        await middle.listener.close()
        await middle.server.stop()


def presenting(made):
    """What presents that certificate."""
    return Impostor(made.certificate_pem.encode(), made.key_pem.get_secret_value().encode())


def self_signed(name):
    """A certificate that was never announced."""
    names, identity = ("127.0.0.1",), CertificateId(name)
    return make_self_signed(names, identity=identity, now=START, valid_for=timedelta(days=3650))


@pytest.fixture(scope="module")
def stranger():
    """The certificate of a stranger."""
    return self_signed("stranger")


@pytest.fixture(scope="module")
def proxy():
    """The certificate of a proxy."""
    return self_signed("proxy")


async def trusted(here):
    """What is accepted at the REST port now."""
    return (await here.stage.store.sites.access(SITE)).fingerprints


async def test_an_impostor_hears_nothing_and_stops_the_rotation(played, stranger, proxy):
    """A stranger before the swap, and the old certificate after it: each is named, hears no request, and is waited out.

    Around the swap exactly two certificates are trusted, before and after it one. A proxy of the company's own is a
    stranger too, until a person pins what it presents.
    """

    def attack(with_what):
        def begin(_):
            middle.impostor = with_what()

        return begin

    def former():
        credential = here.kept["former"]
        return Impostor(credential.certificate_pem, credential.key_pem)

    async def see(here):
        here.kept["around the swap"] = await trusted(here)

    def end(here):
        middle.impostor = None
        return here.say(Move.RETRY, why="the proxy was taken out")

    async def pin(here):
        pinned = Contact(
            at=here.stage.clock.now(), kind=ContactKind.PINNED, address="", fingerprint=proxy.facts.fingerprint
        )
        await here.stage.store.contacts.trust(SITE, pinned)
        return here.say(Move.RETRY, why="it is our own proxy")

    def put_before(_):
        middle.proxy = presenting(proxy)

    deeds = played.in_turn(
        played.Deed(played.at("A8"), attack(lambda: presenting(stranger))),
        played.Deed(played.asked(THIRD), end, after=played.HEARTBEAT),
        played.Deed(played.at("A9"), see),
        played.Deed(played.at("A10b"), attack(former), after=played.HEARTBEAT),
        played.Deed(played.asked(THIRD), end, after=played.HEARTBEAT),
        played.Deed(played.at("A10d"), put_before),
        played.Deed(played.asked(THIRD), pin, after=played.HEARTBEAT),
    )
    here = played.play(*deeds, spec=one_server(clients=6, heartbeat=played.HEARTBEAT))
    here.kept["former"] = here.stage.simulation.site.server("SEPM-1").credential
    old = here.kept["former"].fingerprint
    here.absent = played.asked(THIRD)
    async with in_the_middle(here) as middle:
        outcome = await here.run()
        new = here.stage.simulation.site.server("SEPM-1").credential.fingerprint
        after = await trusted(here)
        contacts = await here.stage.store.contacts.presences(SITE)
        await here.stage.store.contacts.verify_chain(SITE)

    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
    assert Impostor.calls >= 2, "both were called"
    assert bytes(middle.heard) == b"", "and heard no request, so no token"
    assert here.kept["around the swap"] == {old, new}
    assert after == {new, proxy.facts.fingerprint}
    first, second = (played.attention(deeds[place].saw, THIRD) for place in (1, 4))
    address = f"server SEPM-1 (127.0.0.1:{middle.listener.port})"
    for raised, shown, expected in ((first, stranger.facts.fingerprint, old), (second, old, new)):
        assert address in raised.message
        assert f"({shown})" in raised.message.replace("SHA-256 ", "")
        assert f"{expected} was expected" in raised.message
        assert raised.options[0] is Move.RETRY
    refused = {each.fingerprint for each in contacts if each.kind == "refused"}
    assert refused == {stranger.facts.fingerprint, old, proxy.facts.fingerprint}
    connected = {each.fingerprint for each in contacts if each.kind == "connected"}
    assert connected == {old, new, proxy.facts.fingerprint}
