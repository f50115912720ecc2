"""The evidence of a server's .SIG files after its certificate was replaced: no SEPM API shows them (TECH161487)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from rotation.finding import Finding, blocking
from rotation.plan.scope import OwnerScope, Treatment
from rotation.values import ServerName

CERTIFICATE, OLDEST = "certificate", "oldest_sig"
"""The evidence: when the keystore was last changed, and the oldest .SIG file of all group folders."""


def while_there(owners: Iterable[OwnerScope]) -> tuple[str, ...]:
    """What the person who replaces a certificate does before leaving, where clients verify meanwhile (rule 24).

    The replacement has every policy published again. A client that takes the list from another server, comes back and
    finds a policy that the former key has signed is cut off long before the gate is over and dates are compared.
    """
    if not any(
        owner.treatment is Treatment.FAILOVER and pair.secure_communications for owner in owners for pair in owner.pairs
    ):
        return ()
    return (
        "As soon as the services run again, before you leave the server, look at ...\\data\\outbox\\agent",
        "If a .SIG file there is older than ...\\tomcat\\etc\\keystore.jks, make the server publish again at once:",
        "clients that verify reject such a file",
    )


def not_signed_again(
    server: ServerName, evidence: Mapping[str, str], *, not_before: datetime | None, not_after: datetime
) -> Finding | None:
    """What speaks against the evidence that a server signs with its new key. The first rule that speaks decides.

    Args:
        server: whose certificate was replaced.
        evidence: both dates are of that server's clock.
        not_before: that clock, when the former certificate was last seen; None where it was not seen.
        not_after: that clock now.
    """
    certificate, oldest = _moment(evidence, CERTIFICATE), _moment(evidence, OLDEST)
    if certificate is None or oldest is None:
        missing = CERTIFICATE if certificate is None else OLDEST
        text = f"the evidence has no date with its offset from UTC as {missing}"
        return blocking("signed-files-not-told", server, text, f"report done with {CERTIFICATE}= and {OLDEST}=")
    if max(certificate, oldest) > not_after:
        text = f"a file of {max(certificate, oldest):%Y-%m-%d %H:%M:%S %z} is in the future"
        return blocking("signed-files-of-the-future", server, text, "state the dates with their offset from UTC")
    if not_before is not None and certificate < not_before:
        text = f"a keystore of {certificate:%Y-%m-%d %H:%M:%S %z} is older than the replacement"
        return blocking("signed-files-of-another", server, text, f"look on {server} itself, when keystore.jks changed")
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
