"""What lies in a recovery file: facts without keys and passwords."""

from datetime import datetime

from rotation.certificate import Named
from rotation.values import Fingerprint, Value


class HeldCertificate(Named):
    """A certificate in a recovery file."""

    fingerprint: Fingerprint
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime


class Holding(Value):
    """A file of the archive that holds certificates or keys."""

    member: str
    is_keystore: bool = False
    certificates: tuple[HeldCertificate, ...] = ()
    keys: tuple[Fingerprint, ...] = ()
    """SHA-256 of the public halves of its private keys: a certificate with that `public_key` is the key's."""


class UnreadFile(Value):
    """A file of the archive that should tell something, and does not."""

    member: str
    why: str
    remedy: str


class RecoveryFile(Value):
    """A recovery file as it was read: what was found, and what was not."""

    name: str
    sha256: Fingerprint
    """Of the archive itself: what a task asks for."""
    size: int
    members: tuple[str, ...]
    holdings: tuple[Holding, ...] = ()
    unread: tuple[UnreadFile, ...] = ()
    unknown: tuple[str, ...] = ()
    """Files that are of no kind known here. Nothing is concluded from them."""
    tells_password: bool = False
    """Whether it says a password of its keystores. The password itself is never among the facts."""
    domain_ids: tuple[str, ...] = ()

    @property
    def candidates(self) -> tuple[HeldCertificate, ...]:
        """The certificates that could be the server's, each once: those that issued no other."""
        held = {each.fingerprint: each for holding in self.holdings for each in holding.certificates}
        issuers = {each.issuer for each in held.values() if each.issuer != each.subject}
        return tuple(each for each in held.values() if each.subject not in issuers)

    @property
    def certificate(self) -> HeldCertificate | None:
        """The server's certificate; None where there is none, or more than one could be it."""
        candidates = self.candidates
        return candidates[0] if len(candidates) == 1 else None

    @property
    def key_matches(self) -> bool:
        """Whether there is a key, and each is the certificate's."""
        keys = {key for holding in self.holdings for key in holding.keys}
        return self.certificate is not None and keys == {self.certificate.public_key}
