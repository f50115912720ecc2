"""What requests with an idempotency key were answered: the same request again gets that, and has no second effect."""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import uuid4

from sqlalchemy import Update, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.identity.identity import IdentityId
from store.database.chain import canonical
from store.database.database import Database
from store.database.upsert import ROWS_AT_ONCE, insert_into
from store.fault import StoreFault
from store.keys.mac_key import Codes, MacKey
from store.schema.tables import KeptAnswerRow

KEPT = timedelta(hours=24)
"""How long a key names its request."""
LEASE = timedelta(seconds=30)
"""How long after its last sign of life a request counts as being carried out."""


class KeyReused(StoreFault):
    """The caller has used the idempotency key for another request."""


class KeyedRequest(NamedTuple):
    """A request with an idempotency key."""

    identity: IdentityId
    key: str
    content: tuple[str, ...]
    """All that makes it this request: method, path, parameters, and the SHA-256 of its body."""

    @property
    def path(self) -> str:
        """Its path, with the ids of what it is about."""
        return self.content[1]


class Attempt(NamedTuple):
    """The leave to carry a request out."""

    id: str
    name: str
    again: bool = False
    """Whether the same request was carried out before, and may have had its effect."""


class KeptAnswer(NamedTuple):
    """What a request was answered. `body` is None where it is not kept."""

    status: int
    headers: dict[str, str]
    body: bytes | None


class Unfinished(StrEnum):
    """An earlier request with the same key has no answer."""

    IN_FLIGHT = "in-flight"
    UNKNOWN = "unknown"
    """Its process died, or it failed at an unknown place: it may have had its effect."""


class _State(StrEnum):
    BEGUN = "begun"
    FAILED = "failed"
    GOES_ON = "goes-on"
    """It is answered by carrying it out again, which brings how far it is."""
    ANSWERED = "answered"


Earlier: TypeAlias = KeptAnswer | Unfinished


class KeptAnswers:
    """The answers to requests of all callers."""

    def __init__(self, database: Database, mac_key: MacKey) -> None:
        self._database = database
        self._mac_key = mac_key

    async def begin(self, request: KeyedRequest, at: datetime, *, again: bool) -> Attempt | Earlier:
        """Store that a request is carried out now; or what became of the same request before.

        `again`: whether one that may have had its effect is carried out once more, as it has none then.

        Raises:
            KeyReused: when the key is another request's.
        """
        codes = await self._mac_key.codes()
        attempt = Attempt(codes.code("idempotency key", request.identity, request.key), uuid4().hex)
        content = codes.code("request with an idempotency key", *request.content)
        begun = {
            "request": content,
            "attempt": attempt.name,
            "state": _State.BEGUN,
            "leased_until": at + LEASE,
            "kept_until": at + KEPT,
        }
        async with self._database.write() as session:
            await _tidy(session, at)
            first = insert_into(session, KeptAnswerRow).values(id=attempt.id, code="", **begun)
            made = await session.execute(first.on_conflict_do_nothing().returning(KeptAnswerRow.id))
            if made.first() is not None:
                return attempt
            row = await session.get(KeptAnswerRow, attempt.id, with_for_update=True)
            if row is None:  # its end came in between
                return Unfinished.IN_FLIGHT
            if row.request != content:
                raise KeyReused("the idempotency key was used for another request of this caller")
            earlier = _earlier(row, codes, at)
            if earlier is None or (earlier is Unfinished.UNKNOWN and again):
                for name, value in begun.items():
                    setattr(row, name, value)
                return attempt._replace(again=True)
            return earlier

    async def renew(self, attempt: Attempt, at: datetime) -> None:
        """A sign of life: the request is still carried out."""
        async with self._database.write() as session:
            await session.execute(_own(attempt).values(leased_until=at + LEASE))

    async def answer(self, attempt: Attempt, answer: KeptAnswer) -> None:
        """Keep what the request was answered."""
        codes = await self._mac_key.codes()
        kept = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        async with self._database.write() as session:
            code = codes.code("kept answer", *_texts(attempt.id, answer))
            await session.execute(_own(attempt).values(state=_State.ANSWERED, code=code, **kept))

    async def go_on(self, attempt: Attempt, at: datetime) -> None:
        """The request is accepted and goes on: the same again is carried out again."""
        await self._end(attempt, _State.GOES_ON, at)

    async def fail(self, attempt: Attempt, at: datetime) -> None:
        """The request failed at an unknown place."""
        await self._end(attempt, _State.FAILED, at)

    async def forget(self, attempt: Attempt) -> None:
        """The request was refused, and has changed nothing."""
        ours = (KeptAnswerRow.id == attempt.id, KeptAnswerRow.attempt == attempt.name)
        async with self._database.write() as session:
            await session.execute(delete(KeptAnswerRow).where(*ours))

    async def _end(self, attempt: Attempt, state: _State, at: datetime) -> None:
        async with self._database.write() as session:
            await session.execute(_own(attempt).values(state=state, leased_until=at))


def _own(attempt: Attempt) -> Update:
    return update(KeptAnswerRow).where(KeptAnswerRow.id == attempt.id, KeptAnswerRow.attempt == attempt.name)


def _earlier(row: KeptAnswerRow, codes: Codes, at: datetime) -> Earlier | None:
    """What became of the request before; None where it is to be carried out again."""
    match _State(row.state):
        case _State.ANSWERED if row.status is not None and row.headers is not None:
            answer = KeptAnswer(row.status, row.headers, row.body)
            # an altered answer says nothing about the request
            ours = codes.fits(row.code, "kept answer", *_texts(row.id, answer))
            return answer if ours else Unfinished.UNKNOWN
        case _State.BEGUN if row.leased_until > at:
            return Unfinished.IN_FLIGHT
        case _State.GOES_ON:
            return None
        case _:
            return Unfinished.UNKNOWN


def _texts(row: str, answer: KeptAnswer) -> tuple[str | int, ...]:
    body = hashlib.sha256(answer.body).hexdigest() if answer.body is not None else ""
    return row, answer.status, canonical(answer.headers), body


async def _tidy(session: AsyncSession, at: datetime) -> None:
    old = select(KeptAnswerRow.id).where(KeptAnswerRow.kept_until <= at).limit(ROWS_AT_ONCE)
    await session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.id.in_(old)))
