"""When a certificate and its issuers are valid."""

from collections.abc import Iterable

from rotation.finding import Finding, blocking
from rotation.fitness.candidate import CandidateCertificate
from rotation.text.written_values import instant_text


def has_begun(candidate: CandidateCertificate) -> Iterable[Finding]:
    """Every client would refuse it before."""
    facts = candidate.facts
    if facts.not_before > candidate.now:
        yield blocking(
            "certificate-not-yet-valid",
            facts.subject,
            f"the certificate is valid only from {instant_text(facts.not_before)}",
            "wait until then, or take a certificate that is valid now",
        )


def lives_on(candidate: CandidateCertificate) -> Iterable[Finding]:
    """It must outlive the plan, its holdout and a margin."""
    facts = candidate.facts
    if facts.not_after <= candidate.now:
        yield blocking(
            "certificate-expired",
            facts.subject,
            f"the certificate expired on {instant_text(facts.not_after)}",
            "take a certificate that is valid for years",
        )
    elif facts.not_after < candidate.now + candidate.needed:
        yield blocking(
            "certificate-ends-too-soon",
            facts.subject,
            f"the certificate expires on {instant_text(facts.not_after)}, before the end of this plan",
            "take a certificate that outlives the plan",
        )


def issuers_live_on(candidate: CandidateCertificate) -> Iterable[Finding]:
    """Where clients verify the chain, it ends with the first of its issuers."""
    for issuer in candidate.facts.chain.issuers:
        if issuer.not_after < candidate.now + candidate.needed:
            ended = issuer.not_after <= candidate.now
            yield blocking(
                "certificate-issuer-expired" if ended else "certificate-issuer-ends-too-soon",
                issuer.subject,
                f"the issuer expired on {instant_text(issuer.not_after)}, and with it the certificate that it signed"
                if ended
                else f"the issuer expires on {instant_text(issuer.not_after)}, before the end of this plan, and "
                "with it the certificate that it signed",
                "renew the issuer, and have the certificate issued by it again",
            )


RULES = (has_begun, lives_on, issuers_live_on)
