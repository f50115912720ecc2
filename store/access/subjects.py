"""Subjects of the company's log-in (OpenID Connect), and the identity that each of them is."""

import hashlib
from datetime import datetime

import structlog
from pydantic import Field, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.identity.identity import IdentityId, Principal
from rotation.identity.log_in import Issuer, LogIn, Subject
from rotation.identity.name import IdentityName, likeness
from rotation.values import Value
from store.access.api_key import UNREADABLE, readable_name
from store.access.identities import IdentityExists, UnknownIdentity, new_identity, state_identity
from store.access.stated_rows import AccessRows, IdentityAltered, StatedRows
from store.access.wishes import WISHED
from store.database.chain import canonical
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.schema.tables import IdentityRow, SubjectRow, WishRow
from store.trail.site_trail import Author, TrailKind

_ITSELF = Author(who="")
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

    def __init__(self, database: Database, rows: StatedRows) -> None:
        self._database = database
        self._rows = rows

    async def principal(self, log_in: LogIn, at: datetime, *, link_first: bool = False) -> Principal:
        """The identity of a log-in, with the roles and sites that its token gives.

        The first log-in makes the identity, unless an admin has to link it first.

        Raises:
            SubjectBarred: when an admin has barred it.
            NotLinked: when it is the first log-in, with `link_first`.
            NameTaken: when it is the first log-in, and an identity has its name or one that looks the same.
            IdentityAltered: when subject or identity are not as the service has stated them.
            VaultKeyWrong, SealBroken, KeyServerDown, KeyServerRefused: when that cannot be compared now.
        """
        found = await self._find(log_in)
        if found is None and link_first:
            raise NotLinked(f"subject {log_in.subject} ({log_in.name}) is not linked to an identity yet")
        if found is None:
            found = await self._first_seen(log_in, at)
        subject, identity = found
        if subject.barred_at is not None:
            raise SubjectBarred(f"{identity.name} has been barred by {subject.barred_by}")
        grant = log_in.grant
        return Principal(id=IdentityId(identity.id), name=identity.name, roles=grant.roles, sites=grant.sites)

    async def link(
        self, issuer: Issuer, subject: Subject, name: IdentityName, *, by: Author, at: datetime, new: bool
    ) -> LogInSubject:
        """Have a subject be the identity of that very name; with `new`, of a new one. A bar ends.

        An identity that it was before stays, for the trails that name it; wishes of it that wait become those of the
        new one, which so cannot second them.

        Raises:
            UnknownIdentity: when there is none of that name.
            IdentityExists: with `new`, when one has that name, or one that looks the same.
            IdentityAltered: when the identity is not as the service has stated it.
        """
        async with self._rows.write() as rows:
            found = await _of(rows.session, issuer, subject)
            identity = await rows.session.scalar(select(IdentityRow).where(IdentityRow.likeness == likeness(name)))
            if new:
                if identity is not None:
                    raise IdentityExists(f"{name}: there is an identity {identity.name}")
                identity = await _add(rows, name, by, at)
            elif identity is None or identity.name != name:
                raise UnknownIdentity(f"there is no identity {name}")
            else:
                await rows.expect(identity)
            row, former = found or (_row(issuer, subject), None)
            if former is not None and not await rows.altered(row, former):
                await _move_wishes(rows, former, identity, by, at)
            row.identity_id, row.linked_at, row.linked_by = identity.id, at, by.who
            row.barred_at, row.barred_by = None, ""
            _state(rows, row, identity, TrailKind.SUBJECT_LINKED, by=by, at=at)
            return _shown(row, identity)

    async def bar(self, subject_id: str, by: Author, at: datetime) -> LogInSubject:
        """Refuse every token of a subject, until it is linked again. One that is barred stays as it is.

        Raises:
            UnknownSubject: when there is none of that id.
        """
        async with self._rows.write() as rows:
            found = (await rows.session.execute(_ALL.where(SubjectRow.id == subject_id))).one_or_none()
            if found is None:
                raise UnknownSubject(f"there is no subject of id {subject_id}")
            row, identity = found
            if row.barred_at is None:
                row.barred_at, row.barred_by = at, by.who
                _state(rows, row, identity, TrailKind.SUBJECT_BARRED, by=by, at=at)
            elif await rows.altered(row):  # nothing is lost: it is refused
                _state(rows, row, identity, TrailKind.SUBJECT_BARRED, by=by, at=at)
            return _shown(row, identity)

    async def page(self, asked: PageRequest = FIRST_PAGE) -> Page[LogInSubject]:
        """All of them, those of one identity together, as the database has them: to be shown, and not proven.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        return await read_page(self._database, _ALL, _BY_IDENTITY, asked, _shown)

    async def _find(self, log_in: LogIn) -> tuple[SubjectRow, IdentityRow] | None:
        async with self._rows.read() as rows:
            found = await _of(rows.session, log_in.issuer, log_in.subject)
            return None if found is None else await _proven(rows, *found)

    async def _first_seen(self, log_in: LogIn, at: datetime) -> tuple[SubjectRow, IdentityRow]:
        async with self._rows.write() as rows:
            session, row = rows.session, _row(log_in.issuer, log_in.subject)
            if (found := await _of(session, log_in.issuer, log_in.subject)) is not None:  # another process was first
                return await _proven(rows, *found)
            await rows.expect_new(SubjectRow, row.id)
            same = await session.scalar(select(IdentityRow.name).where(IdentityRow.likeness == likeness(log_in.name)))
            if same is not None:
                raise NameTaken(
                    f"{log_in.name} has logged in for the first time, as subject {log_in.subject}, and there is an "
                    f"identity {same}: whether they are one person is not known"
                )
            identity = await _add(rows, log_in.name, _ITSELF, at)
            row.identity_id, row.linked_at, row.linked_by = identity.id, at, _ITSELF.who
            _state(rows, row, identity, TrailKind.SUBJECT_SEEN, by=_ITSELF, at=at)
        _log.info("a subject was seen for the first time", subject=row.subject, identity=identity.id)
        return row, identity


_ALL = select(SubjectRow, IdentityRow).outerjoin(IdentityRow, IdentityRow.id == SubjectRow.identity_id)
"""Also subjects whose identity is gone: it may be put back, and the subject is barred all the same."""
_BY_IDENTITY = ListOrder("subjects", (SubjectRow.identity_id, SubjectRow.id))


async def _proven(
    rows: AccessRows, subject: SubjectRow, identity: IdentityRow | None
) -> tuple[SubjectRow, IdentityRow]:
    if identity is None:
        raise IdentityAltered([f"{subject.identity_id} of {IdentityRow.__tablename__}"])
    await rows.expect(subject, identity)
    return subject, identity


async def _of(session: AsyncSession, issuer: str, subject: str) -> tuple[SubjectRow, IdentityRow | None] | None:
    found = await session.execute(_ALL.where(SubjectRow.issuer == issuer, SubjectRow.subject == subject))
    row = found.one_or_none()
    return (row[0], row[1]) if row is not None else None


async def _add(rows: AccessRows, name: IdentityName, by: Author, at: datetime) -> IdentityRow:
    identity = new_identity(name, by, at)
    state_identity(rows, identity, TrailKind.IDENTITY_ADDED, by, at)
    await rows.session.flush()
    return identity


async def _move_wishes(rows: AccessRows, former: IdentityRow, identity: IdentityRow, by: Author, at: datetime) -> None:
    """Have wishes that wait be those of the identity that the subject is now. One that is altered stays as it is."""
    of_former = select(WishRow).where(WishRow.identity_id == former.id, WishRow.seconded_at.is_(None))
    waiting = (await rows.session.scalars(of_former)).all()
    altered = await rows.altered(*waiting)
    for wish in waiting:
        if wish not in altered:
            wish.identity_id = identity.id
            kept = {name: text for name, text in (await rows.stated(wish.id)).items() if name == WISHED}
            rows.state(wish, TrailKind.WISH_MOVED, f"wish of {wish.asked_by}", author=by, at=at, data=kept)


def _row(issuer: str, subject: str) -> SubjectRow:
    # one subject has one id: a row that was deleted is missed on the trail by it
    digest = hashlib.sha256(canonical([issuer, subject]).encode()).hexdigest()
    return SubjectRow(id=f"subject-{digest[:16]}", issuer=issuer, subject=subject, barred_at=None, barred_by="")


def _state(
    rows: AccessRows, row: SubjectRow, identity: IdentityRow | None, kind: TrailKind, *, by: Author, at: datetime
) -> None:
    shown = _shown(row, identity)
    data = {"subject": row.id, "issuer": shown.issuer, "identity": shown.identity}
    rows.state(row, kind, f"subject {shown.subject} of {shown.name}", author=by, at=at, data=data)


def _shown(row: SubjectRow, identity: IdentityRow | None) -> LogInSubject:
    """A subject as lists show it, also where it, or its identity, was made unreadable behind the service."""
    name = readable_name(identity.name if identity is not None else "")
    try:
        return _subject(row, name, row.issuer, row.subject)
    except ValidationError:
        return _subject(row, name, UNREADABLE, UNREADABLE)


def _subject(row: SubjectRow, name: IdentityName, issuer: Issuer, subject: Subject) -> LogInSubject:
    return LogInSubject(
        id=row.id,
        issuer=issuer,
        subject=subject,
        identity=IdentityId(row.identity_id),
        name=name,
        linked_at=row.linked_at,
        linked_by=row.linked_by,
        barred_at=row.barred_at,
        barred_by=row.barred_by,
    )
