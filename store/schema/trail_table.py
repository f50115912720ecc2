"""The table of the trails of sites and of the service."""

from datetime import UTC, datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base
from store.schema.columns import Instant, ReadableText


class TrailRow(Base):
    """An event of a site, or of the service. Rows are never changed or deleted."""

    __tablename__ = "trail"
    __table_args__ = (Index(None, "site_id", "rotation_id", "number"), Index(None, "site_id", "about", "number"))

    # no foreign key: what belongs to no site is here too, and a site that is gone keeps its trail
    site_id: Mapped[str] = mapped_column(primary_key=True)
    """Empty for the service."""
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant(unreadable=datetime(1970, 1, 1, tzinfo=UTC)))
    """What is no time is read as 1970: the line's hash is another one then, and it keeps no other from being read."""
    kind: Mapped[str]
    message: Mapped[str]
    who: Mapped[str]
    identity: Mapped[str]
    address: Mapped[str]
    rotation_id: Mapped[str]
    about: Mapped[str]
    """The row of another table that the event states; empty where it states none."""
    data: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
    code: Mapped[str] = mapped_column(ReadableText)
