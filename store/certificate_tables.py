"""Tables of what is done with certificates' keys: keystores that are handed out, and requests that wait."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from store.base import Base
from store.columns import Document


class KeystoreRow(Base):
    """A keystore that somebody asked for. The row stays; the file goes when it is taken, or too late."""

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
    key_sealed: Mapped[bytes]
    asked_at: Mapped[datetime]
    certificate_id: Mapped[str | None] = mapped_column(ForeignKey("certificates.id"))
