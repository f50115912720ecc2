"""An order at a certificate authority: what any process must know of it to continue it at any time."""

from datetime import datetime, timedelta
from enum import StrEnum

from rotation.certificate import CertificateFacts
from rotation.finding import Finding, warning
from rotation.fitness.names import covers
from rotation.span import Length
from rotation.values import Value


class OrderState(StrEnum):
    """Where an order stands."""

    RUNNING = "running"
    ISSUED = "issued"
    FAILED = "failed"
    CANCELLED = "cancelled"


class OrderStep(StrEnum):
    """What a running order does."""

    PLACING = "placing"
    PROVING = "proving"
    """Showing that the names are ours."""
    SIGNING = "signing"


class ProofRecord(Value):
    """A TXT record in DNS that shows that a name is ours. It is no secret: everybody may read it there."""

    name: str
    text: str


class Order(Value):
    """How far an order is. It is kept after each step, and each step begins by looking."""

    url: str = ""
    """Where the authority shows it; empty until it is placed."""
    taken_over: bool = False
    """Whether an earlier try had placed it: if it is no good any more, another one is placed."""
    step: OrderStep = OrderStep.PLACING
    records: tuple[ProofRecord, ...] = ()
    """Kept before they are put into DNS, so that they are taken out again in any case."""
    shown_at: datetime | None = None
    """When all of them were read back from DNS."""
    wait: Length = timedelta(0)
    """Until it is worth looking again; nothing where there is something to do."""
    chain_pem: str = ""
    """The certificate and its issuers, once it is signed."""


def names_left_out(asked: tuple[str, ...], facts: CertificateFacts) -> tuple[Finding, ...]:
    """A finding for each name that was asked for and is not in the certificate."""
    return tuple(
        warning(
            "certificate-name-left-out",
            name,
            "the authority signed a certificate without this name",
            "ask the authority's operator why, before you install it in a server that clients reach by this name",
        )
        for name in asked
        if not covers(facts, name)
    )
