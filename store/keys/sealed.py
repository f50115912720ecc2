"""Everything in the database that is sealed: what a key must fit before it is taken, and what gets a new one."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import Column, LargeBinary, Table, func, select

from store.database.database import Database
from store.database.upsert import ROWS_AT_ONCE
from store.keys.envelope import START_BYTES, key_id_of
from store.schema.base import table_of
from store.schema.tables import (
    AccessSecretRow,
    CertificateRequestRow,
    CertificateRow,
    IssuerAccountRow,
    KeystoreRow,
    SiteRow,
)

SITE_PASSWORD = "site password"  # noqa: S105 - what it is for, no password
CERTIFICATE_KEY = "certificate key"
REQUEST_KEY = "request key"
KEYSTORE = "keystore"
ACCOUNT_KEY = "issuer account key"
ACCESS_SECRET = "access secret"  # noqa: S105 - what it is for, no password


class SealedColumn(NamedTuple):
    """A column that holds secrets. A value belongs to its purpose and to the row's id."""

    table: Table
    name: str
    purpose: str
    row: str = "id"
    """The column whose text the value is bound to; unique."""

    @property
    def column(self) -> Column[bytes]:
        """The sealed values."""
        return self.table.c[self.name]

    @property
    def subject(self) -> Column[str]:
        """What each belongs to."""
        return self.table.c[self.row]

    def __str__(self) -> str:
        return f"{self.table.name}.{self.name}"


SEALED = (
    SealedColumn(table_of(SiteRow), "password_sealed", SITE_PASSWORD),
    SealedColumn(table_of(CertificateRow), "key_sealed", CERTIFICATE_KEY),
    SealedColumn(table_of(CertificateRequestRow), "key_sealed", REQUEST_KEY),
    SealedColumn(table_of(KeystoreRow), "file_sealed", KEYSTORE),
    SealedColumn(table_of(IssuerAccountRow), "key_sealed", ACCOUNT_KEY, row="issuer"),
    SealedColumn(table_of(AccessSecretRow), "secret_sealed", ACCESS_SECRET, row="name"),
)
"""Every column that holds secrets."""


async def values_by_key(database: Database) -> Counter[str | None]:
    """How many values each key seals, by its id; under None those that no key opens."""
    counted: Counter[str | None] = Counter()
    for sealed in SEALED:
        start = func.substr(sealed.column, 1, START_BYTES, type_=LargeBinary())
        async with database.read_rows() as connection:
            found = await connection.stream_scalars(select(start).where(sealed.column.is_not(None)))
            async for some in found.partitions(ROWS_AT_ONCE):
                counted.update(key_id_of(bytes(one)) for one in some)
    return counted


class SealedValue(NamedTuple):
    """A sealed value and where it lies."""

    of: SealedColumn
    subject: str
    value: bytes


async def sealed_values(database: Database, of: SealedColumn, at_once: int) -> AsyncIterator[list[SealedValue]]:
    """The values of a column, `at_once` at a time in the order of their rows; each part as it is when it is read."""
    after = ""
    while True:
        part = select(of.subject, of.column).where(of.subject > after, of.column.is_not(None))
        async with database.read_rows() as connection:
            rows = (await connection.execute(part.order_by(of.subject).limit(at_once))).all()
        if not rows:
            return
        yield [SealedValue(of, subject, bytes(value)) for subject, value in rows]
        after = rows[-1][0]


async def values_of_key(database: Database, key_id: str, *, at_most: int) -> list[SealedValue]:
    """Some values that this key seals."""
    found: list[SealedValue] = []
    for of in SEALED:
        async for part in sealed_values(database, of, ROWS_AT_ONCE):
            found += [each for each in part if key_id_of(each.value) == key_id]
            if len(found) >= at_most:
                return found[:at_most]
    return found
