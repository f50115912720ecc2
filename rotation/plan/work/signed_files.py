"""The evidence of a server's .SIG files after its certificate was replaced: no SEPM API shows them (TECH161487)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rotation.finding import Finding, blocking
from rotation.plan.scope import OwnerScope, Treatment
from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName

CERTIFICATE, OLDEST = "certificate", "oldest_sig"
"""The evidence: when the keystore was last changed, and the oldest .SIG file of all group folders."""
WHILE_THERE = (
    sentence("As soon as the services run again, before you leave the server, look at ...\\data\\outbox\\agent"),
    sentence(
        "Where a .SIG file there is older than ...\\tomcat\\etc\\keystore.jks, have the server publish again at once, "
        "by a restart of its services: clients that verify reject such a file"
    ),
)
"""What the operator who replaces a certificate does before leaving, where clients verify meanwhile (rule 24d)."""


def while_there(owners: Iterable[OwnerScope]) -> tuple[Sentence, ...]:
    """What the person who replaces a certificate does before leaving, where clients verify meanwhile (rule 24d).

    The replacement has every policy published again. A client that takes the list from another server, comes back and
    finds a policy that the former key has signed is cut off long before the gate is over and dates are compared.
    """
    if not any(
        owner.treatment is Treatment.FAILOVER and pair.secure_communications for owner in owners for pair in owner.pairs
    ):
        return ()
    return WHILE_THERE


class DateNames(NamedTuple):
    """Under which names the dates of a server stand in the evidence."""

    certificate: str = CERTIFICATE
    oldest: str = OLDEST


_NAMES = DateNames()


def date_names(servers: Sequence[ServerName]) -> dict[ServerName, DateNames]:
    """The names for each server: where there are several, each with the server behind it."""
    if len(servers) == 1:
        return {servers[0]: DateNames()}
    return {server: DateNames(f"{CERTIFICATE}.{server}", f"{OLDEST}.{server}") for server in servers}


def dates_in(evidence: Mapping[str, str], servers: Sequence[ServerName]) -> dict[str, str]:
    """The dates of all these servers; empty where one is missing."""
    names = [name for names in date_names(servers).values() for name in names]
    return {name: evidence[name] for name in names} if all(name in evidence for name in names) else {}


def not_signed_again(
    server: ServerName,
    evidence: Mapping[str, str],
    *,
    not_before: datetime | None,
    not_after: datetime,
    names: DateNames = _NAMES,
) -> Finding | None:
    """What speaks against the evidence that a server signs with its new key. The first rule that applies decides.

    Args:
        server: whose certificate was replaced.
        evidence: both dates are of that server's clock.
        not_before: that clock, when the former certificate was last seen; None where it was not seen.
        not_after: that clock now.
        names: under which the evidence has them.
    """
    certificate, oldest = _moment(evidence, names.certificate), _moment(evidence, names.oldest)
    if certificate is None or oldest is None:
        missing = names.certificate if certificate is None else names.oldest
        text = f"the evidence has no date with its offset from UTC as {missing}"
        remedy = f"state it as 2026-01-31T17:05:42Z, by the clock of the server (report done with {missing}=)"
        return blocking("signed-files-not-told", missing, text, remedy)
    if max(certificate, oldest) > not_after:
        text = f"a file of {max(certificate, oldest):%Y-%m-%d %H:%M:%S %z} is in the future"
        return blocking("signed-files-of-the-future", server, text, "state the dates with their offset from UTC")
    if not_before is not None and certificate < not_before:
        text = f"a keystore of {certificate:%Y-%m-%d %H:%M:%S %z} is older than the replacement"
        remedy = (
            f"look on {server} itself, when keystore.jks changed; where its clock was set since the replacement was "
            "claimed, state both dates as its former clock would show them"
        )
        return blocking("signed-files-of-another", server, text, remedy)
    if oldest < certificate:
        text = (
            f"a .SIG file of {oldest:%Y-%m-%d %H:%M:%S %z} is older than the certificate: clients that verify reject it"
        )
        remedy = f"make {server} publish again, wait until no .SIG file is older than the keystore, then report done"
        return blocking("signed-files-stale", server, text, remedy)
    return None


def _moment(evidence: Mapping[str, str], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(evidence.get(name, "").strip())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
