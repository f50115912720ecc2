"""The table of what the service last found out about itself."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from rotation.standing.reconciliation import Reconciliation
from store.schema.base import Base
from store.schema.columns import Document


class ReconciliationRow(Base):
    """The newest one; an older one is there only while a newer is written."""

    __tablename__ = "reconciliations"

    id: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    found: Mapped[Reconciliation] = mapped_column(Document(Reconciliation))
    reserve: Mapped[bytes] = mapped_column(LargeBinary)
