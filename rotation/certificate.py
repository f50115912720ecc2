"""Certificates as the domain sees them: facts without keys, and the rules of what may go in."""

from datetime import datetime, timedelta

from rotation.finding import Finding, blocking, warning
from rotation.values import CertificateId, Fingerprint, Value

_LEAST_BITS = 2048


class CertificateFacts(Value):
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
    names: tuple[str, ...] = ()
    """DNS names and addresses of the subject alternative name."""
    public_key: Fingerprint
    """SHA-256 of the public key: equal keys mean an equal signature check."""
    has_key: bool = False
    """Whether we keep the key; where SEPM keeps it, the certificate alone is enough."""


def unfit(facts: CertificateFacts, *, now: datetime, needed: timedelta) -> tuple[Finding, ...]:
    """Why `facts` must not go into a server now, or should be thought over.

    Args:
        facts: the candidate.
        now: the time of the check.
        needed: how long it must live from now: the plan and a margin.
    """
    rules = (_is_rsa(facts), _is_large_enough(facts), _has_begun(facts, now), _lives_on(facts, now, needed))
    return tuple(finding for finding in rules if finding is not None)


def _is_rsa(facts: CertificateFacts) -> Finding | None:
    if facts.key_algorithm == "RSA" and facts.signature_is_rsa:
        return None
    return blocking(
        "certificate-not-rsa",
        facts.subject,
        f"key {facts.key_algorithm}, signed with {facts.signature_algorithm}: "
        "SEPM takes RSA keys with RSA signatures only (TECH161487)",
        "make a certificate with an RSA key of 2048 bits, signed with SHA-256 and RSA",
    )


def _is_large_enough(facts: CertificateFacts) -> Finding | None:
    if facts.key_algorithm != "RSA":
        return None
    if facts.key_bits < _LEAST_BITS:
        return blocking(
            "certificate-key-too-small",
            facts.subject,
            f"RSA key of {facts.key_bits} bits; at least {_LEAST_BITS} are needed (K158660)",
            "make a certificate with a key of 2048 bits",
        )
    if facts.key_bits > _LEAST_BITS:
        return warning(
            "certificate-key-large",
            facts.subject,
            f"RSA key of {facts.key_bits} bits: SEPM 14's console needs a manual change to log on (K158660)",
            "use 2048 bits, or make the vendor's change first",
        )
    return None


def _has_begun(facts: CertificateFacts, now: datetime) -> Finding | None:
    if facts.not_before <= now:
        return None
    return blocking(
        "certificate-not-yet-valid",
        facts.subject,
        f"valid only from {facts.not_before.isoformat()}",
        "wait until then, or take a certificate that is valid now",
    )


def _lives_on(facts: CertificateFacts, now: datetime, needed: timedelta) -> Finding | None:
    if facts.not_after <= now:
        return blocking(
            "certificate-expired",
            facts.subject,
            f"expired on {facts.not_after.isoformat()}",
            "take a certificate that is valid for the years to come",
        )
    if facts.not_after < now + needed:
        return blocking(
            "certificate-ends-too-soon",
            facts.subject,
            f"ends on {facts.not_after.isoformat()}, before this plan would",
            "take a certificate that outlives the plan",
        )
    return None
