"""Tables of what is known of a site: registration, certificates, surveys, roster, plans."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from rotation.certificate import CertificateFacts
from rotation.network import UNKNOWN
from rotation.site import Site
from rotation.survey import SiteSurvey
from store.schema.base import Base
from store.schema.columns import Document


class SiteRow(Base):
    """A registered site and how it is reached."""

    __tablename__ = "sites"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    site: Mapped[Site] = mapped_column(Document(Site))
    rest_url: Mapped[str]
    username: Mapped[str]
    password_sealed: Mapped[bytes]
    domain: Mapped[str]
    ca_pem: Mapped[str | None]
    added_at: Mapped[datetime]
    access_code: Mapped[str]
    """The code of address, account, password, domain and CA (`store.site.access`)."""
    pins_code: Mapped[str]
    """The code of the site's pinned fingerprints, all together (`store.keys.mac_key`)."""


class PinnedFingerprintRow(Base):
    """A certificate that the site's REST port may present."""

    __tablename__ = "pinned_fingerprints"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(primary_key=True)


class ContactRow(Base):
    """A line of a site's trail of contacts. Rows are never changed or deleted."""

    __tablename__ = "contacts"
    __table_args__ = (Index(None, "site_id", "fingerprint", "number"),)

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str]
    address: Mapped[str]
    server: Mapped[str]
    fingerprint: Mapped[str | None]
    who: Mapped[str]
    why: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
    code: Mapped[str]


class CertificateRow(Base):
    """A certificate, and its key when we keep it."""

    __tablename__ = "certificates"

    id: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(unique=True)
    facts: Mapped[CertificateFacts] = mapped_column(Document(CertificateFacts))
    certificate_pem: Mapped[str]
    chain_pem: Mapped[str]
    key_sealed: Mapped[bytes | None]
    added_at: Mapped[datetime]


class SurveyRow(Base):
    """A survey, from its beginning. Complete when `finished` holds."""

    __tablename__ = "surveys"
    __table_args__ = (Index(None, "site_id", "finished", "number"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    number: Mapped[int]
    """Its place among the surveys of its site, in the order in which they were begun."""
    begun_at: Mapped[datetime]
    survey: Mapped[SiteSurvey | None] = mapped_column(Document(SiteSurvey))
    finished: Mapped[bool] = mapped_column(default=False)
    client_count: Mapped[int | None]


class ClientRow(Base):
    """A client of the denominator, as last read. Rows are never deleted."""

    __tablename__ = "clients"
    __table_args__ = (Index(None, "site_id", "group_id"),)

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    group_id: Mapped[str]
    build: Mapped[str | None]
    last_seen: Mapped[datetime | None]
    last_server: Mapped[str | None]
    serial: Mapped[str | None]
    online: Mapped[bool]
    non_persistent: Mapped[bool]
    present: Mapped[bool]
    reading: Mapped[str]
    """The reading that last spoke of it: a survey's id, or the mark of a gate reading."""
    read_at: Mapped[datetime]
    """When that reading began. An older reading that arrives later changes nothing."""
    first_seen_at: Mapped[datetime]
    first_survey: Mapped[str | None]
    last_survey: Mapped[str | None]
    moved_from: Mapped[str | None]
    """The group that it was in before the one that it is in now."""
    moved_at: Mapped[datetime | None]
    """When the reading began that first saw it in another group."""
    network: Mapped[str] = mapped_column(default=UNKNOWN)
    """In CIDR form, as its row shows it."""
    system: Mapped[str] = mapped_column(default="")
    """Its operating system; empty: nothing tells it."""
    longest_silence: Mapped[int] = mapped_column(BigInteger, default=0)
    """Microseconds: the longest silence that a reading met, and after which the client was seen again."""
    former_name: Mapped[str | None]
    """Another name that the record had, the last one, and what it showed under that name when it was last read."""
    former_serial: Mapped[str | None]
    former_seen: Mapped[datetime | None]
    shared: Mapped[bool] = mapped_column(default=False)
    """Whether a name that it had before has come back: two machines have one record (rule 23)."""


class ClientServerRow(Base):
    """That a client was seen at a server, and when it was last seen there."""

    __tablename__ = "client_servers"
    __table_args__ = (ForeignKeyConstraint(["site_id", "client_id"], ["clients.site_id", "clients.id"]),)

    site_id: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(primary_key=True)
    server: Mapped[str] = mapped_column(primary_key=True)
    last_seen: Mapped[datetime]


class PlanRow(Base):
    """A plan: the bytes that its hash covers, and beside them what surrounds it."""

    __tablename__ = "plans"
    __table_args__ = (Index(None, "site_id", "made_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    made_at: Mapped[datetime]
    hash: Mapped[str]
    body: Mapped[bytes]
    around: Mapped[dict[str, Any]] = mapped_column(Document(dict[str, Any]))
