"""The base of all tables: names of constraints, and how Python types are kept."""

from datetime import datetime
from typing import ClassVar, cast

from sqlalchemy import LargeBinary, MetaData, Table, Text
from sqlalchemy.orm import DeclarativeBase

from store.schema.columns import Instant


class Base(DeclarativeBase):
    """The base of every row. Rows never leave the store."""

    # SQLite names no constraint by itself, and a migration can only change one that has a name
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {datetime: Instant, str: Text, bytes: LargeBinary}


def table_of(row: type[Base]) -> Table:
    """The table of `row`, for statements over columns."""
    return cast("Table", row.__table__)
