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
            "signs itself and says that it is an authority's: who has its key can issue what trusts it",
            "take one with CA:FALSE, unless SEPM has made it so",
        )
    else:
        yield blocking(
            "certificate-is-ca",
            facts.subject,
            "is an authority's certificate, not a server's",
            "give the server's certificate, which that authority has issued",
        )


def may_be_used(candidate: CandidateCertificate) -> Iterable[Finding]:
    """Its key signs policies and proves the server in TLS: usages that are named must allow both."""
    facts = candidate.facts
    if not facts.for_servers:
        yield blocking(
            "certificate-not-for-servers",
            facts.subject,
            "its extended key usage does not name servers (serverAuth): clients that verify refuse it",
            "have it issued for server authentication",
        )
    if not facts.may_sign:
        yield blocking(
            "certificate-may-not-sign",
            facts.subject,
            "its key usage does not name digital signatures, which TLS and policy files need",
            "have it issued with digitalSignature and keyEncipherment",
        )


def has_its_chain(candidate: CandidateCertificate) -> Iterable[Finding]:
    """The issuers up to a root, the server's certificate first."""
    facts, chain = candidate.facts, candidate.facts.chain
    if not chain.complete and not chain.issuers:
        yield warning(
            "certificate-chain-missing",
            facts.subject,
            f"was issued by {facts.issuer}, which is not in the file: a server would present it without its issuers",
            "put the issuers into the file, unless that is a root which every client and server knows",
        )
    elif not chain.complete:
        yield warning(
            "certificate-chain-open",
            facts.subject,
            f"its chain ends at {chain.issuers[-1].subject} without a root",
            "put the root into the file, unless every client and server knows it",
        )
    for issuer in chain.issuers:
        if not issuer.is_ca:
            yield blocking(
                "certificate-issuer-no-ca",
                issuer.subject,
                "has issued a certificate and is no authority's: whoever verifies the chain refuses it",
                "have the certificate issued by an authority",
            )
    if not chain.in_order:
        yield info(
            "certificate-chain-order",
            facts.subject,
            "the file has its certificates in another order than server, issuer, root",
            "take the keystore that is made here: it has them in order",
        )
    for subject in chain.left_out:
        yield info("certificate-left-out", subject, "is in the file, and no part of the chain")


RULES = (is_a_servers, may_be_used, has_its_chain)
