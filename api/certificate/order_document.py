"""Orders at the certificate authority as they are asked for and shown; never the account's key."""

import hashlib
import json
from datetime import datetime

from pydantic import Field, StrictBool

from api.manners.paging import PageShown
from rotation.finding import Finding
from rotation.order import OrderState, OrderStep, ProofRecord
from rotation.values import CertificateId, OrderId, Value
from store.certificate.certificate_orders import CertificateOrder


class OrderDocument(Value):
    """An order for the certificate of a request."""

    again: StrictBool = Field(default=False, description="Whether another one is wanted where an order has brought one")

    def fingerprint(self, request_id: str, who: str) -> str:
        """SHA-256 of the request: the same request has the same fingerprint, whenever it is sent."""
        content = {"request_id": request_id, "who": who, **self.model_dump(mode="json")}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


class OrderShown(Value):
    """An order, and how far it is."""

    id: OrderId
    request_id: str
    issuer: str = Field(description="The authority's ACME directory")
    asked_by: str
    asked_at: datetime
    gives_up_at: datetime
    state: OrderState
    step: OrderStep = Field(description="What it does, or did last")
    order_url: str = Field(description="Where the authority shows it; empty until it is placed")
    dns_records: tuple[ProofRecord, ...] = Field(description="What lies in DNS for it, to be taken out at its end")
    trouble: Finding | None = Field(description="What a running order waits for; why a failed one failed")
    findings: tuple[Finding, ...] = Field(description="What to think over")
    ended_at: datetime | None
    certificate_id: CertificateId | None

    @classmethod
    def of(cls, order: CertificateOrder) -> "OrderShown":
        """The document of a stored order."""
        common = {name: getattr(order, name) for name in cls.model_fields.keys() & CertificateOrder.model_fields.keys()}
        progress = order.progress
        return cls(**common, step=progress.step, order_url=progress.url, dns_records=progress.records)


class OrderList(PageShown[OrderShown]):
    """A page of the orders for a request, the newest first."""
