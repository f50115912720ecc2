"""What tells a certificate from others."""

import hashlib

from rotation.values import Fingerprint


def fingerprint_of(der: bytes) -> Fingerprint:
    """The SHA-256 fingerprint of a certificate in DER."""
    return Fingerprint(hashlib.sha256(der).hexdigest())
