"""Making a key and the request to have it certified (PKCS#10)."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import SecretStr

from certificates.new_certificate import named_after
from certificates.parsed_certificate import as_names, public_key_of
from rotation.values import Fingerprint


@dataclass(frozen=True)
class NewRequest:
    """A request, and its key, which no repr shows."""

    request_pem: str
    subject: str
    public_key: Fingerprint
    key_pem: SecretStr


def make_request(names: tuple[str, ...], subject: str = "") -> NewRequest:
    """A new RSA key of 2048 bits, and the request for its certificate.

    Args:
        names: host names and addresses of the server.
        subject: as RFC 4514 writes it, e.g. `CN=sepm,O=Example`; the first name if empty.

    Raises:
        ValueError: when there is no name, or the subject cannot be read.
    """
    if not names:
        raise ValueError("a server certificate needs at least one name")
    wanted = x509.Name.from_rfc4514_string(subject) if subject else named_after(names[0])
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(wanted)
        .add_extension(x509.SubjectAlternativeName(as_names(names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return NewRequest(
        request_pem=request.public_bytes(Encoding.PEM).decode(),
        subject=wanted.rfc4514_string(),
        public_key=public_key_of(key.public_key()),
        key_pem=SecretStr(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()),
    )
