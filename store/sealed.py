"""Everything in the database that is sealed: what a key must fit before it is taken."""

from sqlalchemy import select

from store.database import Database
from store.tables import CertificateRow, SiteRow


async def sealed_values(database: Database) -> tuple[bytes, ...]:
    """Every sealed value. A column that holds secrets must be named here."""
    columns = (SiteRow.password_sealed, CertificateRow.key_sealed)
    async with database.read() as session:
        found = [
            value
            for column in columns
            for value in await session.scalars(select(column).where(column.is_not(None)))
            if value is not None
        ]
    return tuple(found)
