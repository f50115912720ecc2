"""Tables of identities, of the keys and subjects by which they are known, of their wishes, and of answers to them.

A row counts only as the service's trail states it (`store.access.stated_rows`); an answer has a code of its own.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.schema.base import Base
from store.schema.columns import Document

_NOTHING = Grant(roles=(Role.ROBOT,), sites=(SiteId("none"),))
"""What a text that is no grant gives. It is not what the trail states: it is refused, and holds up no other one."""


class IdentityRow(Base):
    """A person or a program. No two have the same name, or names that look the same."""

    __tablename__ = "identities"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    likeness: Mapped[str] = mapped_column(unique=True)
    granted: Mapped[Grant | None] = mapped_column(Document(Grant, unreadable=_NOTHING))
    """What its keys give; None where only the company's log-in knows it: its roles come with each token."""
    added_at: Mapped[datetime]
    added_by: Mapped[str]


class ApiKeyRow(Base):
    """A key of an identity. The row stays when the key is revoked."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "identity_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    identity_id: Mapped[str] = mapped_column(ForeignKey("identities.id"))
    hash: Mapped[str]
    """The code of id and secret (`store.keys.mac_key`)."""
    made_at: Mapped[datetime]
    made_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[str]
    used_at: Mapped[datetime | None]


class SubjectRow(Base):
    """A person or a program as the company's log-in calls it. An identity may have several."""

    __tablename__ = "subjects"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index(None, "identity_id"))

    id: Mapped[str] = mapped_column(primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    identity_id: Mapped[str] = mapped_column(ForeignKey("identities.id"))
    linked_at: Mapped[datetime]
    linked_by: Mapped[str]
    barred_at: Mapped[datetime | None]
    barred_by: Mapped[str]


class WishRow(Base):
    """What one person wanted, and another one seconded. Rows are never deleted."""

    __tablename__ = "wishes"
    __table_args__ = (Index(None, "digest"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    act: Mapped[str]
    digest: Mapped[str]
    """SHA-256 of the act and its content."""
    asked_by: Mapped[str]
    identity_id: Mapped[str] = mapped_column(ForeignKey("identities.id"))
    why: Mapped[str]
    asked_at: Mapped[datetime]
    seconded_by: Mapped[str]
    seconded_identity: Mapped[str]
    seconded_at: Mapped[datetime | None]


class KeptAnswerRow(Base):
    """A request with an idempotency key. It is stored before the request has any effect, and goes after a day."""

    __tablename__ = "kept_answers"
    __table_args__ = (Index(None, "kept_until"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """The code of identity and key (`store.keys.mac_key`): two callers never share a key."""
    request: Mapped[str]
    """The code of route and body. A plain hash would let a reader of the database try passwords of the body."""
    attempt: Mapped[str]
    """Which request carries it out, of those with this key."""
    state: Mapped[str]
    leased_until: Mapped[datetime]
    """Until when that request counts as alive; its process puts this off while it works."""
    kept_until: Mapped[datetime]
    status: Mapped[int | None]
    headers: Mapped[dict[str, str] | None] = mapped_column(Document(dict[str, str]))
    body: Mapped[bytes | None]
    code: Mapped[str]
    """Of the answer: one that was written behind the service is given to no caller."""
