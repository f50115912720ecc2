"""Tables of what is done with certificates' keys: keystores that are handed out, requests, and orders for them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rotation.finding import Finding
from rotation.order import Order
from store.schema.base import Base
from store.schema.columns import Document


class KeystoreRow(Base):
    """A keystore that a caller asked for. The row stays; the file goes when it is taken, or its time is over."""

    __tablename__ = "keystores"
    __table_args__ = (Index(None, "certificate_id", "made_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    certificate_id: Mapped[str] = mapped_column(ForeignKey("certificates.id"))
    format: Mapped[str]
    asked_by: Mapped[str]
    file_sealed: Mapped[bytes | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]


class CertificateRequestRow(Base):
    """A request for a certificate, and its key."""

    __tablename__ = "certificate_requests"

    id: Mapped[str] = mapped_column(primary_key=True)
    public_key: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    names: Mapped[tuple[str, ...]] = mapped_column(Document(tuple[str, ...]))
    request_pem: Mapped[str]
    asked_by: Mapped[str]
    key_sealed: Mapped[bytes | None]
    """None once it was destroyed."""
    asked_at: Mapped[datetime]
    certificate_id: Mapped[str | None] = mapped_column(ForeignKey("certificates.id"))


class DestroyedKeyRow(Base):
    """The record that a private key was destroyed. Rows are never changed or deleted."""

    __tablename__ = "destroyed_keys"

    public_key: Mapped[str] = mapped_column(primary_key=True)
    certificate_id: Mapped[str] = mapped_column(ForeignKey("certificates.id"))
    at: Mapped[datetime]
    who: Mapped[str]
    why: Mapped[str]


class IssuerAccountRow(Base):
    """An account at a certificate authority: the key by which the authority knows the service."""

    __tablename__ = "issuer_accounts"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    """The authority's address."""
    key_sealed: Mapped[bytes]
    made_at: Mapped[datetime]


class CertificateOrderRow(Base):
    """An order at a certificate authority for the certificate of a request."""

    __tablename__ = "certificate_orders"
    __table_args__ = (Index(None, "request_id", "asked_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("certificate_requests.id"))
    issuer: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    gives_up_at: Mapped[datetime]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    request_fingerprint: Mapped[str]
    state: Mapped[str]
    progress: Mapped[Order] = mapped_column(Document(Order))
    trouble: Mapped[Finding | None] = mapped_column(Document(Finding))
    """What it waits for, or why it has failed."""
    findings: Mapped[tuple[Finding, ...]] = mapped_column(Document(tuple[Finding, ...]))
    ended_at: Mapped[datetime | None]
    certificate_id: Mapped[str | None] = mapped_column(ForeignKey("certificates.id"))
