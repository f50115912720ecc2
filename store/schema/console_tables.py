"""Tables of sites without REST: changes that operators stated, exports of clients, statements about gates."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rotation.console.exported import ClientExport, ExportedClient
from rotation.console.record import ConsoleEntry
from rotation.console.statement import Statement
from store.schema.base import Base
from store.schema.columns import Document


class ConsoleEntryRow(Base):
    """A change at the console, as an operator stated it. Rows are never changed."""

    __tablename__ = "console_entries"

    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry: Mapped[ConsoleEntry] = mapped_column(Document(ConsoleEntry))
    at: Mapped[datetime]


class ClientExportRow(Base):
    """An export of a site's clients. The newest one has its clients beside it."""

    __tablename__ = "client_exports"
    __table_args__ = (Index(None, "site_id", "taken_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    taken_at: Mapped[datetime]
    export: Mapped[ClientExport] = mapped_column(Document(ClientExport))


class ExportedClientsRow(Base):
    """Some of the clients of an export."""

    __tablename__ = "exported_clients"

    export_id: Mapped[str] = mapped_column(ForeignKey("client_exports.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    clients: Mapped[tuple[ExportedClient, ...]] = mapped_column(Document(tuple[ExportedClient, ...]))


class StatementRow(Base):
    """What two persons stated of a gate. Rows are never changed."""

    __tablename__ = "gate_statements"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    statement: Mapped[Statement] = mapped_column(Document(Statement))
