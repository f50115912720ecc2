"""Making a certificate as SEPM does at installation: self-signed, RSA 2048, SHA-256 (Broadcom KB 158445)."""

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from certificates.certificate_file import contents_of
from certificates.parsed_certificate import ParsedCertificate, as_names
from rotation.values import CertificateId

_LONGEST_COMMON_NAME = 64
_EARLIER = timedelta(days=2)
_FIRST = datetime(1950, 1, 1, tzinfo=UTC)
"""The first moment that a certificate may begin (RFC 5280, 4.1.2.5.1)."""


def make_self_signed(
    names: tuple[str, ...],
    *,
    identity: CertificateId,
    now: datetime,
    valid_for: timedelta,
    since: datetime | None = None,
) -> ParsedCertificate:
    """A new key and its certificate.

    Args:
        names: host names and addresses of the server; the first is the subject too.
        identity: the id that it gets.
        now: when it is made. It is valid from two days before, for servers and clients whose clocks are slow.
        valid_for: from `now`. SEPM's own last ten years; not more than that is asked of clients' date arithmetic.
        since: when the first of the certificates that clients accept now began. It is valid from then on, where that is
            earlier: to a client whose clock is slow it has begun as that one has.

    Raises:
        ValueError: when there is no name.
    """
    if not names:
        raise ValueError("a server certificate needs at least one name")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = named_after(names[0])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(_FIRST, min(now - _EARLIER, since or now)))
        .not_valid_after(now + valid_for)
        .add_extension(x509.SubjectAlternativeName(as_names(names)), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return contents_of(certificate, key, identity)


def named_after(name: str) -> x509.Name:
    """The subject of a server of that name."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_COMMON_NAME])])
