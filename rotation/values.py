"""The base of every value of the domain, and the names by which things are known."""

from typing import NewType

from pydantic import BaseModel, ConfigDict

SiteId = NewType("SiteId", str)
RotationId = NewType("RotationId", str)
PlanId = NewType("PlanId", str)
TaskId = NewType("TaskId", str)
SimulationId = NewType("SimulationId", str)
CertificateId = NewType("CertificateId", str)
OrderId = NewType("OrderId", str)
FoundId = NewType("FoundId", str)
"""What one look has found, as it is kept in whole."""
"""Of an order at a certificate authority, as we know it."""
ServerName = NewType("ServerName", str)
ListName = NewType("ListName", str)
GroupId = NewType("GroupId", str)
LocationId = NewType("LocationId", str)
ClientId = NewType("ClientId", str)
Fingerprint = NewType("Fingerprint", str)
"""SHA-256 of a certificate's DER, lower-case hex without colons."""


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
