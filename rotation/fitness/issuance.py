"""What a certificate was issued for, and by whom: use, and chain."""

from collections.abc import Iterable

from rotation.finding import Finding, blocking, info, warning
from rotation.fitness.candidate import CandidateCertificate


def is_a_servers(candidate: CandidateCertificate) -> Iterable[Finding]:
    """Not an authority's. SEPM's own may say so of themselves, since they sign themselves."""
    facts = candidate.facts
    if not facts.is_ca:
        return
    if facts.self_signed:
        yield warning(
            "certificate-is-ca",
            facts.subject,
            "the certificate signs itself and claims to be an authority: its key can issue certificates that "
            "clients accept",
            "take a certificate with CA:FALSE, unless SEPM made this one",
        )
    else:
        yield blocking(
            "certificate-is-ca",
            facts.subject,
            "this is the certificate of an authority, and not of a server",
            "bring the server's certificate, which that authority issued",
        )


def may_be_used(candidate: CandidateCertificate) -> Iterable[Finding]:
    """Its key signs policies and proves the server in TLS: usages that are named must allow both."""
    facts = candidate.facts
    if not facts.for_servers:
        yield blocking(
            "certificate-not-for-servers",
            facts.subject,
            "the certificate's extended key usage lacks serverAuth; clients that verify refuse it",
            "request a certificate for server authentication",
        )
    if not facts.may_sign:
        yield blocking(
            "certificate-may-not-sign",
            facts.subject,
            "the certificate's key usage lacks digital signatures, which TLS and policy files need",
            "request a certificate with digitalSignature and keyEncipherment",
        )


def has_its_chain(candidate: CandidateCertificate) -> Iterable[Finding]:
    """The issuers up to a root, the server's certificate first."""
    facts, chain = candidate.facts, candidate.facts.chain
    if not chain.complete and not chain.issuers:
        yield warning(
            "certificate-chain-missing",
            facts.subject,
            f"the issuer {facts.issuer} is not in the file; a server would present the certificate without its issuers",
            "put the issuers into the file, unless the issuer is a root that every client and server knows",
        )
    elif not chain.complete:
        yield warning(
            "certificate-chain-open",
            facts.subject,
            f"the chain ends at {chain.issuers[-1].subject} without a root",
            "put the root into the file, unless every client and server knows it",
        )
    for issuer in chain.issuers:
        if not issuer.is_ca:
            yield blocking(
                "certificate-issuer-no-ca",
                issuer.subject,
                "the certificate issued another one, but is not an authority's; clients that verify the chain "
                "refuse it",
                "request the certificate from an authority",
            )
    if not chain.in_order:
        yield info(
            "certificate-chain-order",
            facts.subject,
            "the file has its certificates in another order than server, issuer, root",
            "use the keystore that the service makes; it has them in order",
        )
    for subject in chain.left_out:
        yield info("certificate-left-out", subject, "the certificate is in the file, but not in the chain")


RULES = (is_a_servers, may_be_used, has_its_chain)
