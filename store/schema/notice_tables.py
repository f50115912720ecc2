"""Tables of what people are called for: channels, notices, their deliveries, and what waits for a person."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from rotation.notice.channel import ChannelSettings
from rotation.notice.matter import Matter
from rotation.notice.notice import Notice
from store.schema.base import Base
from store.schema.columns import Document

_IN_USE, _STANDS = text("removed_at IS NULL"), text("over_at IS NULL")


class NoticeChannelRow(Base):
    """A channel. The row stays when it is removed; its secret goes."""

    __tablename__ = "notice_channels"
    __table_args__ = (
        Index("uq_notice_channels_name", "name", unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    settings: Mapped[ChannelSettings] = mapped_column(Document(ChannelSettings))
    target: Mapped[str]
    """Where it goes, as text: its secret does not open where this was changed."""
    secret_sealed: Mapped[bytes | None]
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    removed_at: Mapped[datetime | None]
    last_number: Mapped[int]
    """Of its newest delivery."""
    tries: Mapped[int]
    """How often the delivery that is due has failed in a row."""
    retry_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    error: Mapped[str]


class NoticeRow(Base):
    """A notice. The id follows from its key, so the same thing is never kept twice."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    notice: Mapped[Notice] = mapped_column(Document(Notice))


class DeliveryRow(Base):
    """A notice on its way over a channel."""

    __tablename__ = "notice_deliveries"
    __table_args__ = (UniqueConstraint("channel_id", "notice_id"), Index(None, "channel_id", "state", "number"))

    channel_id: Mapped[str] = mapped_column(ForeignKey("notice_channels.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"))
    due_at: Mapped[datetime]
    gathered: Mapped[bool]
    """Whether it goes into a digest."""
    message_id: Mapped[str]
    """The message that it is part of; empty until that is made."""
    state: Mapped[str]
    attempts: Mapped[int]
    ended_at: Mapped[datetime | None]
    error: Mapped[str]


class MatterRow(Base):
    """What waits for a person, or has. Of one key one stands at most."""

    __tablename__ = "notice_matters"
    __table_args__ = (
        Index("uq_notice_matters_key", "key", unique=True, sqlite_where=_STANDS, postgresql_where=_STANDS),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str]
    since: Mapped[datetime]
    over_at: Mapped[datetime | None]
    matter: Mapped[Matter] = mapped_column(Document(Matter))


class FollowedRotationRow(Base):
    """How far the trail of a rotation was read for notices."""

    __tablename__ = "notice_rotations"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    event_number: Mapped[int]
    step_id: Mapped[str]
    step_since: Mapped[datetime]
    ended: Mapped[bool]


class NoticeLeaseRow(Base):
    """The one worker that derives and delivers notices, and until when."""

    __tablename__ = "notice_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]
