"""Fitness: whether a certificate may go into a server, one rule for each reason why it may not.

1. what it is made of: RSA keys and signatures, their size, their hash (`key_and_signature`)
2. when it is valid, its issuers included (`valid`)
3. what it was issued for, and by whom (`issuance`)
4. the server that it is for: names, forms of names, the key that is there, other servers (`server_names`)

The rules look at a `candidate`; `names` compares names in certificates.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from rotation.certificate import CertificateFacts
from rotation.finding import Finding
from rotation.fitness import issuance, key_and_signature, server_names, valid
from rotation.fitness.candidate import CandidateCertificate
from rotation.fitness.server_names import IN_USE, PlacedServer

__all__ = ["IN_USE", "PlacedServer", "unfit"]

_RULES: tuple[Callable[[CandidateCertificate], Iterable[Finding]], ...] = (
    *key_and_signature.RULES,
    *valid.RULES,
    *issuance.RULES,
)


def unfit(
    facts: CertificateFacts, *, now: datetime, needed: timedelta, place: PlacedServer | None = None
) -> tuple[Finding, ...]:
    """Why `facts` must not go into a server now, or should be thought over.

    Args:
        facts: the candidate.
        now: the time of the check.
        needed: how long it must live from now: the plan and a margin.
        place: the server that it is for, where that is known.
    """
    candidate = CandidateCertificate(facts=facts, now=now, needed=needed)
    found = [finding for rule in _RULES for finding in rule(candidate)]
    if place is not None:
        found += [finding for rule in server_names.RULES for finding in rule(facts, place)]
    return tuple(found)
