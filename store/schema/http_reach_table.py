"""The table of what clients were answered over plain HTTP."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base


class HttpAnswerRow(Base):
    """The newest answer that a client got in a network from a server's port."""

    __tablename__ = "http_answers"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    network: Mapped[str] = mapped_column(primary_key=True)
    server: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(primary_key=True)
    port: Mapped[int] = mapped_column(primary_key=True)
    result: Mapped[str]
    at: Mapped[datetime]
    """By the client's own clock."""
    reported_by: Mapped[str]
