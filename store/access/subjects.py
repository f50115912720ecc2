"""Subjects of the company's log-in (OpenID Connect), and the identity that each of them is."""

from datetime import datetime
from uuid import uuid4

import structlog
from pydantic import Field
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.identity.identity import IdentityId, Principal
from rotation.identity.log_in import Issuer, LogIn, Subject
from rotation.identity.name import IdentityName, likeness
from rotation.values import Value
from store.access.identities import IdentityExists, UnknownIdentity
from store.database.database import Database
from store.fault import StoreFault
from store.schema.tables import IdentityRow, SubjectRow, WishRow

_ITSELF = ""
_log = structlog.get_logger(__name__)


class UnknownSubject(StoreFault):
    """There is no subject of that id."""


class SubjectBarred(StoreFault):
    """An admin has barred the subject, whatever the company's log-in says."""


class NotLinked(StoreFault):
    """The subject is seen for the first time, and an admin has to link it first."""


class NameTaken(StoreFault):
    """The name of a subject that is seen for the first time belongs to another identity, or looks the same."""


class LogInSubject(Value):
    """A subject and the identity that it is."""

    id: str
    issuer: Issuer
    subject: Subject
    identity: IdentityId
    name: IdentityName = Field(description="Of the identity")
    linked_at: datetime
    linked_by: str = Field(description="The admin; empty: the first log-in has made the identity")
    barred_at: datetime | None
    barred_by: str


class Subjects:
    """Who has been seen by the company's log-in, or linked by an admin."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def principal(self, log_in: LogIn, at: datetime, *, link_first: bool = False) -> Principal:
        """The identity of a log-in, with the roles and sites that its token gives.

        The first log-in makes the identity, unless an admin has to link it first.

        Raises:
            SubjectBarred: when an admin has barred it.
            NotLinked: when it is the first log-in, with `link_first`.
            NameTaken: when it is the first log-in, and an identity has its name or one that looks the same.
        """
        found = await self._find(log_in)
        if found is None and link_first:
            raise NotLinked(f"subject {log_in.subject} ({log_in.name}) is not linked to an identity yet")
        if found is None:
            try:
                found = await self._first_seen(log_in, at)
            except IntegrityError:  # another process was first
                found = await self._first_seen(log_in, at)
        subject, identity = found
        if subject.barred_at is not None:
            raise SubjectBarred(f"{identity.name} has been barred by {subject.barred_by}")
        grant = log_in.grant
        return Principal(id=IdentityId(identity.id), name=identity.name, roles=grant.roles, sites=grant.sites)

    async def link(
        self, issuer: Issuer, subject: Subject, name: IdentityName, *, by: str, at: datetime, new: bool
    ) -> LogInSubject:
        """Have a subject be the identity of that very name; with `new`, of a new one. A bar ends.

        An identity that it was before stays, for the trails that name it; wishes of it that wait become those of the
        new one, which so cannot second them.

        Raises:
            UnknownIdentity: when there is none of that name.
            IdentityExists: with `new`, when one has that name, or one that looks the same.
        """
        async with self._database.write() as session:
            found = await _of(session, issuer, subject)
            identity = await session.scalar(select(IdentityRow).where(IdentityRow.likeness == likeness(name)))
            if new:
                if identity is not None:
                    raise IdentityExists(f"{name}: there is an identity {identity.name}")
                identity = await _add(session, name, by, at)
            elif identity is None or identity.name != name:
                raise UnknownIdentity(f"there is no identity {name}")
            row = found[0] if found is not None else _row(issuer, subject)
            session.add(row)
            if found is not None:
                await session.execute(
                    update(WishRow)
                    .where(WishRow.identity_id == found[1].id, WishRow.seconded_at.is_(None))
                    .values(identity_id=identity.id)
                )
            row.identity_id, row.linked_at, row.linked_by = identity.id, at, by
            row.barred_at, row.barred_by = None, ""
            await session.flush()
            return _shown(row, identity)

    async def bar(self, subject_id: str, by: str, at: datetime) -> LogInSubject:
        """Refuse every token of a subject, until it is linked again. One that is barred stays as it is.

        Raises:
            UnknownSubject: when there is none of that id.
        """
        async with self._database.write() as session:
            await session.execute(
                update(SubjectRow)
                .where(SubjectRow.id == subject_id, SubjectRow.barred_at.is_(None))
                .values(barred_at=at, barred_by=by)
            )
            found = (await session.execute(_BOTH.where(SubjectRow.id == subject_id))).one_or_none()
            if found is None:
                raise UnknownSubject(f"there is no subject of id {subject_id}")
            return _shown(found[0], found[1])

    async def list(self) -> tuple[LogInSubject, ...]:
        """All of them, by the names of their identities."""
        async with self._database.read() as session:
            rows = await session.execute(_BOTH.order_by(IdentityRow.name, SubjectRow.id))
            return tuple(_shown(subject, identity) for subject, identity in rows)

    async def _find(self, log_in: LogIn) -> tuple[SubjectRow, IdentityRow] | None:
        async with self._database.read() as session:
            return await _of(session, log_in.issuer, log_in.subject)

    async def _first_seen(self, log_in: LogIn, at: datetime) -> tuple[SubjectRow, IdentityRow]:
        async with self._database.write() as session:
            # in this order: the transaction of another process may end between the two
            same = await session.scalar(select(IdentityRow.name).where(IdentityRow.likeness == likeness(log_in.name)))
            if (found := await _of(session, log_in.issuer, log_in.subject)) is not None:
                return found
            if same is not None:
                raise NameTaken(
                    f"{log_in.name} has logged in for the first time, as subject {log_in.subject}, and there is an "
                    f"identity {same}: whether they are one person is not known"
                )
            identity = await _add(session, log_in.name, _ITSELF, at)
            row = _row(log_in.issuer, log_in.subject)
            row.identity_id, row.linked_at, row.linked_by = identity.id, at, _ITSELF
            session.add(row)
            await session.flush()
        _log.info("a subject was seen for the first time", subject=row.subject, identity=identity.id)
        return row, identity


_BOTH = select(SubjectRow, IdentityRow).join(IdentityRow, IdentityRow.id == SubjectRow.identity_id)


async def _of(session: AsyncSession, issuer: str, subject: str) -> tuple[SubjectRow, IdentityRow] | None:
    found = await session.execute(_BOTH.where(SubjectRow.issuer == issuer, SubjectRow.subject == subject))
    row = found.one_or_none()
    return (row[0], row[1]) if row is not None else None


async def _add(session: AsyncSession, name: str, by: str, at: datetime) -> IdentityRow:
    identity = IdentityRow(
        id=f"identity-{uuid4().hex[:16]}", name=name, likeness=likeness(name), granted=None, added_at=at, added_by=by
    )
    session.add(identity)
    await session.flush()
    return identity


def _row(issuer: str, subject: str) -> SubjectRow:
    return SubjectRow(id=f"subject-{uuid4().hex[:16]}", issuer=issuer, subject=subject, barred_at=None, barred_by="")


def _shown(row: SubjectRow, identity: IdentityRow) -> LogInSubject:
    return LogInSubject(
        id=row.id,
        issuer=row.issuer,
        subject=row.subject,
        identity=IdentityId(identity.id),
        name=identity.name,
        linked_at=row.linked_at,
        linked_by=row.linked_by,
        barred_at=row.barred_at,
        barred_by=row.barred_by,
    )
