"""Pinned trust, against real TLS servers."""

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from certificates.certificate_file import contents_of
from certificates.parsed_certificate import as_names
from rotation.values import CertificateId
from sepm.errors import Unreachable, UntrustedCertificate
from sepm.rest.client import SepmClient
from sepm.tls.handshakes import Handshake
from sepm.tls.trust import Trust, fetch_fingerprint, normal_fingerprint, pinned_context


def knows_its_version(_):
    """A SEPM that answers everything with its version."""
    return 200, {"version": "14.3.9816.7000"}


def issued(*names):
    """A CA and a server certificate that it issued."""
    now = datetime.now(UTC)

    def build(subject, issuer, public, key, *extensions):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(key, hashes.SHA256())

    root_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    root = build("Root", "Root", root_key.public_key(), root_key, x509.BasicConstraints(ca=True, path_length=None))
    leaf = build("Server", "Root", key.public_key(), root_key, x509.SubjectAlternativeName(as_names(names)))
    return contents_of(root, root_key, CertificateId("root")), contents_of(leaf, key, CertificateId("leaf"))


async def test_a_pinned_certificate_is_accepted(tls_server, certificates):
    """The pin is the verification: a self-signed certificate is accepted by its fingerprint alone."""
    async with tls_server(knows_its_version) as server:
        trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}))
        async with SepmClient(server.access, trust) as sepm:
            assert await sepm.version() == "14.3.9816.7000"


async def test_the_announced_certificate_is_accepted_as_well(tls_server, certificates):
    """After a swap the new certificate, which the plan announced, needs no new session."""
    both = frozenset(c.facts.fingerprint for c in certificates[:2])
    for served in certificates[:2]:
        async with (
            tls_server(knows_its_version, served) as server,
            SepmClient(server.access, Trust(fingerprints=both)) as sepm,
        ):
            assert await sepm.version()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_no_byte_reaches_a_server_with_another_certificate(tls_server, certificates, version):
    """With a wrong certificate the error names both fingerprints, and the server has received nothing of HTTP."""
    async with tls_server(knows_its_version, certificates[2]) as server:
        server.context.maximum_version = version
        trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}))
        async with SepmClient(server.access, trust) as sepm:
            with pytest.raises(UntrustedCertificate) as caught:
                await sepm.server_ids()
    assert caught.value.presented == certificates[2].facts.fingerprint
    assert caught.value.accepted == trust.fingerprints
    assert not caught.value.retryable
    assert server.connections <= 1
    assert bytes(server.received) == b""
    assert "S3cret" not in repr(caught.value)


async def test_a_certificate_of_the_ca_is_accepted(tls_server):
    """Where a CA is given, what it issued for the address is accepted."""
    root, leaf = issued("127.0.0.1")
    async with (
        tls_server(knows_its_version, leaf) as server,
        SepmClient(server.access, Trust(ca_pem=root.certificate_pem)) as sepm,
    ):
        assert await sepm.version()


async def test_a_certificate_of_the_ca_for_another_name_is_refused(tls_server):
    """A CA vouches for a name, so a certificate for another host is no proof."""
    root, leaf = issued("other.example")
    async with (
        tls_server(knows_its_version, leaf) as server,
        SepmClient(server.access, Trust(ca_pem=root.certificate_pem)) as sepm,
    ):
        with pytest.raises(UntrustedCertificate) as caught:
            await sepm.version()
    assert caught.value.presented == leaf.facts.fingerprint
    assert bytes(server.received) == b""


async def test_pins_and_ca_together_accept_either(tls_server, certificates):
    """A site that moves from a self-signed certificate to one of a CA is trusted before and after."""
    root, leaf = issued("127.0.0.1")
    trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}), ca_pem=root.certificate_pem)
    for served in (certificates[0], leaf):
        async with tls_server(knows_its_version, served) as server, SepmClient(server.access, trust) as sepm:
            assert await sepm.version()
            assert await sepm.version()


async def test_pins_and_ca_together_refuse_the_rest(tls_server, certificates):
    """Two ways to be trusted do not add up to a third."""
    root, _ = issued("127.0.0.1")
    trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}), ca_pem=root.certificate_pem)
    async with tls_server(knows_its_version, certificates[1]) as server, SepmClient(server.access, trust) as sepm:
        with pytest.raises(UntrustedCertificate):
            await sepm.version()
    assert bytes(server.received) == b""


def test_trust_is_never_off():
    """No pin and no CA is no trust at all, and cannot be made."""
    with pytest.raises(ValueError, match="never off"):
        Trust()


def test_a_broken_ca_is_found_at_once():
    """A CA file without a certificate is refused when it is given, not at the first connection."""
    with pytest.raises(ValueError, match="no PEM certificate"):
        Trust(ca_pem="hello")


def test_fingerprints_may_be_written_as_consoles_show_them():
    """Colons and capitals make no other certificate; anything but a SHA-256 is refused."""
    assert normal_fingerprint(":".join(["AB"] * 32)) == "ab" * 32
    with pytest.raises(ValueError, match="no SHA-256"):
        normal_fingerprint("AB:CD")


def test_a_pinned_context_serves_no_plain_socket():
    """A plain socket would pass by the check, so the context refuses to wrap one."""
    one, other = socket.socketpair()
    with one, other, pytest.raises(TypeError, match="skip the check"):
        pinned_context(frozenset()).wrap_socket(one)


async def test_first_contact_shows_the_fingerprint_and_sends_nothing(tls_server, certificates):
    """What is presented is shown to a person before anything is trusted."""
    async with tls_server(knows_its_version) as server:
        assert await fetch_fingerprint("127.0.0.1", server.port) == certificates[0].facts.fingerprint
    assert bytes(server.received) == b""


async def test_first_contact_at_a_closed_port_fails(unused_tcp_port):
    """A closed port is an outage, which is retried, and the error says where."""
    with pytest.raises(Unreachable, match=f"127.0.0.1:{unused_tcp_port}"):
        await fetch_fingerprint("127.0.0.1", unused_tcp_port)


async def test_handshakes_are_noted_before_a_byte_is_sent(tls_server, certificates):
    """The trail gets a connection's address and fingerprint before the server receives anything."""
    noted = []
    served = certificates[0].facts.fingerprint

    async with tls_server(knows_its_version) as server:

        async def heard(handshake):
            noted.append((handshake, bytes(server.received)))

        async with SepmClient(server.access, Trust(fingerprints=frozenset({served})), heard=heard) as sepm:
            assert await sepm.version()
            assert await sepm.version()
    first = Handshake(address=f"127.0.0.1:{server.port}", fingerprint=served, accepted=True)
    assert noted[0] == (first, b"")
    assert len(noted) == server.connections == 1


async def test_refusals_are_noted_too(tls_server, certificates):
    """A refused certificate is in the trail, as refused."""
    noted = []

    async def heard(handshake):
        noted.append(handshake)

    trust = Trust(fingerprints=frozenset({certificates[1].facts.fingerprint}))
    async with tls_server(knows_its_version) as server, SepmClient(server.access, trust, heard=heard) as sepm:
        with pytest.raises(UntrustedCertificate):
            await sepm.version()
    assert [(each.fingerprint, each.accepted) for each in noted] == [(certificates[0].facts.fingerprint, False)]


async def test_without_a_trail_nothing_is_sent(tls_server, certificates):
    """When a connection cannot be written down, it is closed, and the server has received nothing."""

    async def heard(_):
        raise OSError("the disk is full")

    trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}))
    async with tls_server(knows_its_version) as server, SepmClient(server.access, trust, heard=heard) as sepm:
        with pytest.raises(OSError, match="disk is full"):
            await sepm.version()
    assert bytes(server.received) == b""
