"""Tables of the inventory: the ports that are watched, and every certificate that was seen at each."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from rotation.watch.inventory import SeenCertificate
from store.schema.base import Base
from store.schema.columns import Document


class WatchedPortRow(Base):
    """A port, and how the last look at it went."""

    __tablename__ = "watched_ports"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    server: Mapped[str] = mapped_column(primary_key=True)
    port: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str]
    number: Mapped[int]
    looked_at: Mapped[datetime]
    error: Mapped[str]


class SightingRow(Base):
    """A certificate at a port, for as long as no other was seen there. Rows are never deleted."""

    __tablename__ = "sightings"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    server: Mapped[str] = mapped_column(primary_key=True)
    port: Mapped[str] = mapped_column(primary_key=True)
    first_seen: Mapped[datetime] = mapped_column(primary_key=True)
    last_seen: Mapped[datetime]
    fingerprint: Mapped[str]
    certificate: Mapped[SeenCertificate] = mapped_column(Document(SeenCertificate))
