"""What can go wrong at SEPM's edge: what happened, at which site or address, and what to do now.

No error ever carries a password, a token, a key or a raw answer: texts that come from SEPM are shortened and
cleaned before they get here.
"""

# ruff: noqa: N818 - the names say what happened; an activity's retry policy and an operator read them as they stand

from datetime import timedelta
from typing import ClassVar

from certificates.errors import WithRemedy
from rotation.values import Fingerprint


class SepmError(WithRemedy):
    """Something that SEPM, its network or a file for it did not give."""

    retryable: ClassVar[bool] = False
    """Whether the same call may be made again later without a person doing anything."""


class Unreachable(SepmError):
    """No connection, or no answer to a read in time. Retried for ever: an outage is not a decision."""

    retryable = True


class Throttled(SepmError):
    """SEPM still answers 429 after the back-off; `retry_after` is when to come back."""

    retryable = True

    def __init__(self, address: str, what: str, remedy: str, retry_after: timedelta) -> None:
        super().__init__(address, what, remedy)
        self.args = (address, what, remedy, retry_after)  # so that it survives pickling
        self.retry_after = retry_after


class ServerFault(SepmError):
    """SEPM answered a read with 5xx."""

    retryable = True

    def __init__(self, address: str, what: str, remedy: str, status: int = 500) -> None:
        super().__init__(address, what, remedy)
        self.args = (address, what, remedy, status)
        self.status = status


class Refused(SepmError):
    """SEPM understood the request and refused it (400, 409, 422, 423)."""

    def __init__(self, address: str, what: str, remedy: str, status: int = 400) -> None:
        super().__init__(address, what, remedy)
        self.args = (address, what, remedy, status)
        self.status = status


class BadCredentials(Refused):
    """SEPM refused the user name, password or domain: it answers 400, not 401, as was measured on 14.3."""


class Unauthorized(SepmError):
    """A fresh token was refused too (401)."""


class NotPermitted(SepmError):
    """The account lacks the right (403), or is no system administrator."""


class Gone(SepmError):
    """The object does not exist (410): a group, location or policy vanished."""


class UntrustedCertificate(SepmError):
    """The server presented a certificate that is not trusted. Nothing was sent to it.

    Attributes:
        presented: the SHA-256 of what was presented; None where it could not be read.
        accepted: what would have been accepted.
    """

    def __init__(
        self,
        address: str,
        what: str,
        remedy: str,
        presented: Fingerprint | None = None,
        accepted: frozenset[Fingerprint] = frozenset(),
    ) -> None:
        super().__init__(address, what, remedy)
        self.args = (address, what, remedy, presented, accepted)
        self.presented = presented
        self.accepted = accepted


class OutcomeUnknown(SepmError):
    """A write was sent and its answer was lost, so it may have taken effect. Read back before anything else."""


class UnexpectedAnswer(SepmError):
    """SEPM answered something that this client does not understand, and will not guess at."""


class IncompleteReading(UnexpectedAnswer):
    """The pages held fewer rows than SEPM counts: no proof may rest on them (rule 2)."""

    retryable = True


class UnusableRecoveryFile(SepmError):
    """A recovery file that is no sound archive; `address` is the name under which it was given."""


class UnreadableSylink(SepmError):
    """A Sylink.xml that cannot be used; `address` is the name under which it was given."""


class UnreadableExport(SepmError):
    """A client export that cannot be used; `address` is the name under which it was given, with the line."""


class NothingEntered(SepmError):
    """A site without REST of whose clients no export has been uploaded yet."""
