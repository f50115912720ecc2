"""What a certificate is made of: the kind and size of its key, and how it is signed (KB 158660, TECH161487)."""

from collections.abc import Iterable

from rotation.finding import Finding, blocking, warning
from rotation.fitness.candidate import CandidateCertificate

_LEAST_BITS = 2048
_MOST_BITS = 8192
_GOOD_HASHES = frozenset({"sha256", "sha384", "sha512"})


def is_rsa(candidate: CandidateCertificate) -> Iterable[Finding]:
    """SEPM takes RSA keys with RSA signatures only (TECH161487)."""
    facts = candidate.facts
    if facts.key_algorithm != "RSA" or not facts.signature_is_rsa:
        yield blocking(
            "certificate-not-rsa",
            facts.subject,
            f"the key is {facts.key_algorithm}, signed with {facts.signature_algorithm}; "
            "SEPM accepts only RSA keys with RSA signatures (TECH161487)",
            "make a certificate with an RSA key of 2048 bits, signed with SHA-256 and RSA",
        )


def has_a_good_size(candidate: CandidateCertificate) -> Iterable[Finding]:
    """2048 bits at least, 8192 at most; above 2048 the console of SEPM 14 needs a manual change (K158660)."""
    facts = candidate.facts
    if facts.key_algorithm != "RSA":
        return
    shown = f"the RSA key has {facts.key_bits} bits"
    if facts.key_bits < _LEAST_BITS:
        yield blocking(
            "certificate-key-too-small",
            facts.subject,
            f"{shown}; SEPM needs at least {_LEAST_BITS} (K158660)",
            "make a certificate with a key of 2048 bits",
        )
    elif facts.key_bits > _MOST_BITS:
        yield blocking(
            "certificate-key-too-large",
            facts.subject,
            f"{shown}; SEPM accepts at most {_MOST_BITS} (K158660)",
            "make a certificate with a key of 2048 bits",
        )
    elif facts.key_bits > _LEAST_BITS:
        yield warning(
            "certificate-key-large",
            facts.subject,
            f"{shown}; the console of SEPM 14 then needs a manual change to log on (K158660)",
            "use 2048 bits, or make the vendor's change first",
        )


def is_signed_well(candidate: CandidateCertificate) -> Iterable[Finding]:
    """SHA-256 or better (K158660). RSA-PSS is RSA, but no source says that SEPM takes it."""
    facts = candidate.facts
    if not facts.signature_is_rsa:
        return
    if facts.signature_hash and facts.signature_hash not in _GOOD_HASHES:
        yield blocking(
            "certificate-weak-signature",
            facts.subject,
            f"the certificate is signed with {facts.signature_hash.upper()}; SHA-256 is the vendor's minimum (K158660)",
            "request a certificate that is signed with SHA-256",
        )
    if "pss" in facts.signature_algorithm.lower():
        yield warning(
            "certificate-signature-unproven",
            facts.subject,
            "the certificate is signed with RSA-PSS; no source says that SEPM and its clients accept that",
            "request a certificate that is signed with SHA-256 and plain RSA (PKCS#1 v1.5)",
        )


RULES = (is_rsa, has_a_good_size, is_signed_well)
