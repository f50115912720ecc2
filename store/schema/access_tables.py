"""Tables of identities, of the keys and subjects by which they are known, of their wishes, and of answers to them.

A row counts only as the service's trail states it (`store.access.stated_rows`); an answer has a code of its own.
"""

from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.schema.base import Base
from store.schema.columns import Document, Instant, ReadableText

_Text = Annotated[str, mapped_column(ReadableText)]
_Time = Annotated[datetime, mapped_column(Instant(unreadable=datetime(1970, 1, 1, tzinfo=UTC)))]
NOTHING = Grant(roles=(Role.ROBOT,), sites=(SiteId("none"),))
"""What a text that is no grant gives; what is no time gives 1970. Neither is what the trail states: the row is refused,
and holds up no other one."""


class IdentityRow(Base):
    """A person or a program. No two have the same name, or names that look the same."""

    __tablename__ = "identities"

    id: Mapped[_Text] = mapped_column(primary_key=True)
    name: Mapped[_Text]
    likeness: Mapped[_Text] = mapped_column(unique=True)
    granted: Mapped[Grant | None] = mapped_column(Document(Grant, unreadable=NOTHING))
    """What its keys give; None where only the company's log-in knows it: its roles come with each token."""
    added_at: Mapped[_Time]
    added_by: Mapped[_Text]


class ApiKeyRow(Base):
    """A key of an identity. The row stays when the key is revoked."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "identity_id"),)

    id: Mapped[_Text] = mapped_column(primary_key=True)
    identity_id: Mapped[_Text] = mapped_column(ForeignKey("identities.id"))
    hash: Mapped[_Text]
    """The code of id and secret (`store.keys.mac_key`)."""
    made_at: Mapped[_Time]
    made_by: Mapped[_Text]
    expires_at: Mapped[_Time | None]
    revoked_at: Mapped[_Time | None]
    revoked_by: Mapped[_Text]
    used_at: Mapped[_Time | None]


class SubjectRow(Base):
    """A person or a program as the company's log-in calls it. An identity may have several."""

    __tablename__ = "subjects"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index(None, "identity_id"))

    id: Mapped[_Text] = mapped_column(primary_key=True)
    issuer: Mapped[_Text]
    subject: Mapped[_Text]
    identity_id: Mapped[_Text] = mapped_column(ForeignKey("identities.id"))
    linked_at: Mapped[_Time]
    linked_by: Mapped[_Text]
    barred_at: Mapped[_Time | None]
    barred_by: Mapped[_Text]


class WishRow(Base):
    """What one person wanted, and another one seconded. Rows are never deleted."""

    __tablename__ = "wishes"
    __table_args__ = (Index(None, "digest"),)

    id: Mapped[_Text] = mapped_column(primary_key=True)
    act: Mapped[_Text]
    digest: Mapped[_Text]
    """SHA-256 of the act and its content."""
    asked_by: Mapped[_Text]
    identity_id: Mapped[_Text] = mapped_column(ForeignKey("identities.id"))
    why: Mapped[_Text]
    asked_at: Mapped[_Time]
    seconded_by: Mapped[_Text]
    seconded_identity: Mapped[_Text]
    seconded_at: Mapped[_Time | None]


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
