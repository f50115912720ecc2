"""Certificates as the domain sees them: facts without keys."""

from datetime import datetime

from rotation.values import CertificateId, Fingerprint, Value


class Named(Value):
    """Whom a certificate names, and by which key."""

    common_name: str = ""
    """Of the subject; empty where it has none."""
    names: tuple[str, ...] = ()
    """DNS names and addresses of the subject alternative name."""
    public_key: Fingerprint
    """SHA-256 of the public key: equal keys mean an equal signature check."""


class ChainCertificate(Value):
    """A certificate of the chain."""

    subject: str
    not_after: datetime
    is_ca: bool = True


class Chain(Value):
    """The issuers that came with a certificate, its own issuer first."""

    issuers: tuple[ChainCertificate, ...] = ()
    complete: bool = True
    """Whether it ends with a certificate that signed itself, which may be the server's own."""
    in_order: bool = True
    """Whether the file had them in this order, the server's certificate first."""
    left_out: tuple[str, ...] = ()
    """Subjects of certificates in the file that are no part of the chain."""


class CertificateFacts(Named):
    """What is known of a certificate; never its key."""

    id: CertificateId
    fingerprint: Fingerprint
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    key_algorithm: str
    """`RSA`, `EC`, `Ed25519`, ..."""
    key_bits: int
    signature_algorithm: str
    signature_is_rsa: bool
    signature_hash: str = "sha256"
    """What is signed: `sha256`, `sha1`, ...; empty where the algorithm names none."""
    is_ca: bool = False
    may_sign: bool = True
    """Whether its key usage lets its key make digital signatures, or it names none."""
    for_servers: bool = True
    """Whether its extended key usage lets it be a server's, or it names none."""
    chain: Chain = Chain()
    has_key: bool = False
    """Whether we keep the key; where SEPM keeps it, the certificate alone is enough."""

    @property
    def self_signed(self) -> bool:
        """Whether it is its own issuer."""
        return not self.chain.issuers and self.chain.complete
