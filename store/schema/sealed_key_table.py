"""The table of the service's own keys, sealed."""

from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base


class SealedKeyRow(Base):
    """A key that the service made for itself."""

    __tablename__ = "sealed_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    key_sealed: Mapped[bytes]
