"""What can go wrong with a certificate authority and with the proofs it asks for, and what to do now."""

# ruff: noqa: N818 - the names say what happened, as those of SEPM's edge do

from datetime import timedelta
from typing import ClassVar

from rotation.finding import Finding, blocking

_LONGEST = 600


class IssuerSettingsWrong(ValueError):
    """What is set (`ROTATOR_ACME_...`) cannot be used. The message names the setting, never a secret."""


class IssuerError(Exception):
    """The root of everything below."""

    code: ClassVar[str]
    passes: ClassVar[bool] = False
    """Whether time may cure it: then the order waits and tries again."""

    def __init__(self, subject: str, what: str, remedy: str) -> None:
        """`what` may hold words of others: they are cut to one short line."""
        self.subject = subject
        self.what = " ".join(what.split())[:_LONGEST]
        self.remedy = remedy
        super().__init__(f"{subject}: {self.what}")

    @property
    def finding(self) -> Finding:
        """The same as a finding."""
        return blocking(self.code, self.subject, self.what, self.remedy)


class IssuerUnreachable(IssuerError):
    """The authority does not answer, or says itself that it cannot now."""

    code = "ca-unreachable"
    passes = True


class IssuerUntrusted(IssuerError):
    """What answers at the authority's address has no certificate that we trust. Nothing was sent."""

    code = "ca-untrusted"


class RateLimited(IssuerError):
    """The authority takes no more for now."""

    code = "ca-rate-limited"
    passes = True

    def __init__(self, subject: str, what: str, remedy: str, retry_after: timedelta | None) -> None:
        super().__init__(subject, what, remedy)
        self.retry_after = retry_after


class IssuerRefused(IssuerError):
    """The authority refuses the account, the order or the request. `type` is as the authority states it."""

    code = "ca-refused"

    def __init__(self, subject: str, type_: str, detail: str, remedy: str, *, status: int | None = None) -> None:
        super().__init__(subject, f"{type_}: {detail}", remedy)
        self.type = type_
        self.status = status


class ProofFailed(IssuerError):
    """The authority did not find the proof that a name is ours."""

    code = "ca-challenge-failed"


class ProofImpossible(IssuerError):
    """The authority asks for a proof that we cannot give."""

    code = "ca-challenge-unusable"


class DnsUnreachable(IssuerError):
    """The DNS server does not answer, or cannot now."""

    code = "dns-unreachable"
    passes = True


class DnsRefused(IssuerError):
    """The DNS server does not take our updates."""

    code = "dns-refused"
