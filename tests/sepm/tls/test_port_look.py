"""Looking at any port with a certificate, on real sockets."""

from datetime import UTC, datetime

from rotation.values import ServerName
from rotation.watch.inventory import Endpoint, Port
from sepm.tls.port_look import NetworkLook, seen


def at(number):
    """A port on loopback."""
    return Endpoint(server=ServerName("SRV1"), port=Port.REST, address="127.0.0.1", number=number)


async def test_what_a_port_presents_is_seen_and_nothing_is_sent(tls_server, certificates):
    """Fingerprint, subject, issuer, dates and names of whatever is served; no byte follows the handshake."""
    before = datetime.now(UTC)
    async with tls_server(lambda _: (200, {}), certificates[1]) as server:
        look = await NetworkLook().look(at(server.port))
    facts, found = certificates[1].facts, look.certificate
    assert found is not None
    assert found.named is not None
    assert (look.endpoint, look.error, bytes(server.received)) == (at(server.port), "", b"")
    assert before <= look.at <= datetime.now(UTC)
    assert (found.fingerprint, found.subject, found.issuer) == (facts.fingerprint, facts.subject, facts.issuer)
    assert (found.not_before, found.not_after) == (facts.not_before, facts.not_after)
    assert (found.named.names, found.named.public_key) == (facts.names, facts.public_key)


async def test_a_closed_port_is_an_observation(unused_tcp_port):
    """No handshake is no certificate, with the reason, and no exception."""
    look = await NetworkLook().look(at(unused_tcp_port))
    assert look.certificate is None
    assert look.error


def test_what_cannot_be_read_has_its_fingerprint():
    """Bytes that are no certificate still differ by it."""
    assert seen(b"no certificate").fingerprint != seen(b"another").fingerprint
    assert seen(b"no certificate").not_after is None
