"""Everything in the database that is sealed: what a key must fit before it is taken, and what gets a new one."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy import Column, LargeBinary, Table, func, select

from store.database.chain import canonical
from store.database.database import Database
from store.database.upsert import ROWS_AT_ONCE
from store.keys.envelope import START_BYTES, key_id_of
from store.schema.base import table_of
from store.schema.tables import (
    CertificateRequestRow,
    CertificateRow,
    IssuerAccountRow,
    KeystoreRow,
    NoticeChannelRow,
    SealedKeyRow,
    SiteRow,
)

MAC_KEY = "key of codes"
SITE_PASSWORD = "site password"  # noqa: S105 - what it is for, no password
CERTIFICATE_KEY = "certificate key"
REQUEST_KEY = "request key"
KEYSTORE = "keystore"
ACCOUNT_KEY = "issuer account key"
CHANNEL_SECRET = "channel secret"  # noqa: S105 - what it is for, no secret
FOR_THE_WORKER = frozenset({SITE_PASSWORD, ACCOUNT_KEY, CHANNEL_SECRET})
"""Purposes of what no process but the worker opens."""


PASSWORD_BOUND = ("rest_url", "username", "domain", "ca_pem")
"""What a site's password is bound to besides the site: the place and the account that it is for, and the authority that
vouches for the place."""


def subject_of(row: str, *others: str | None) -> str:
    """What a sealed value belongs to: its row's id, and the text of what else it is bound to."""
    return canonical([row, *others]) if others else row


class SealedColumn(NamedTuple):
    """A column that holds secrets. A value belongs to its purpose, to the row's id, and to what it is bound to."""

    table: Table
    name: str
    purpose: str
    row: str = "id"
    """The column whose text the value is bound to; unique."""
    bound: tuple[str, ...] = ()
    """Other columns of the row that it is bound to: a value does not open where one of them was changed."""

    @property
    def column(self) -> Column[bytes]:
        """The sealed values."""
        return self.table.c[self.name]

    @property
    def id(self) -> Column[str]:
        """What tells the row of each."""
        return self.table.c[self.row]

    @property
    def others(self) -> tuple[Column[str | None], ...]:
        """What else of its row each is bound to."""
        return tuple(self.table.c[name] for name in self.bound)

    def __str__(self) -> str:
        return f"{self.table.name}.{self.name}"


SEALED = (
    SealedColumn(table_of(SealedKeyRow), "key_sealed", MAC_KEY),
    SealedColumn(table_of(SiteRow), "password_sealed", SITE_PASSWORD, bound=PASSWORD_BOUND),
    SealedColumn(table_of(CertificateRow), "key_sealed", CERTIFICATE_KEY),
    SealedColumn(table_of(CertificateRequestRow), "key_sealed", REQUEST_KEY),
    SealedColumn(table_of(KeystoreRow), "file_sealed", KEYSTORE),
    SealedColumn(table_of(IssuerAccountRow), "key_sealed", ACCOUNT_KEY, row="issuer"),
    SealedColumn(table_of(NoticeChannelRow), "secret_sealed", CHANNEL_SECRET, bound=("target",)),
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
    row: str
    subject: str
    """What it is bound to."""
    value: bytes


async def sealed_values(database: Database, of: SealedColumn, at_once: int) -> AsyncIterator[list[SealedValue]]:
    """The values of a column, `at_once` at a time in the order of their rows; each part as it is when it is read."""
    after = ""
    while True:
        part = select(of.id, of.column, *of.others).where(of.id > after, of.column.is_not(None))
        async with database.read_rows() as connection:
            rows = (await connection.execute(part.order_by(of.id).limit(at_once))).all()
        if not rows:
            return
        yield [SealedValue(of, row, subject_of(row, *others), bytes(value)) for row, value, *others in rows]
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
