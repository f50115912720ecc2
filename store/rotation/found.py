"""What looks at a site have found, in whole: a rotation knows some of it, and a number (decision 0037)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.drift.judged_drift import JudgedDrift
from rotation.finding import Finding
from rotation.values import FoundId, RotationId, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.fault import StoreFault
from store.rotation.rotations import lock_rotation
from store.schema.base import table_of
from store.schema.tables import FoundRow

_OF_ROTATION = FoundRow.rotation_id == bindparam("rotation")
_IS_ONE = (_OF_ROTATION, FoundRow.id == bindparam("one"))
_NEWEST = built_once(select(table_of(FoundRow)).where(_OF_ROTATION).order_by(FoundRow.number.desc()).limit(1))
_ONE = built_once(select(FoundRow.found).where(*_IS_ONE))
_OUTCOME = select(FoundRow.id, FoundRow.round_number, FoundRow.repaired, FoundRow.not_repaired, FoundRow.accepted_by)
_CAME_OF = built_once(_OUTCOME.where(_OF_ROTATION, FoundRow.came_of).order_by(FoundRow.number))
_CAME_OF_ONE = built_once(_OUTCOME.where(*_IS_ONE))
_NEW = built_once(insert(table_of(FoundRow)))
_REPAIRED = built_once(
    update(table_of(FoundRow))
    .where(*_IS_ONE)
    .values(repaired=bindparam("repaired_now"), not_repaired=bindparam("left_now"))
    .values(round_number=bindparam("now"), came_of=True)
)
_ACCEPTED = built_once(
    update(table_of(FoundRow))
    .where(*_IS_ONE, FoundRow.accepted_by == "")
    .values(accepted_by=bindparam("by"), came_of=True)
)


class UnknownFound(StoreFault):
    """Nothing that was found is kept under that id."""


class Settled(Value):
    """What came of all that was found of a rotation."""

    repaired: tuple[str, ...] = ()
    """The subjects that were put right in the round, one entry for each time."""
    left: tuple[str, ...] = ()
    """The subjects that REST was asked to put right in the round, and did not."""
    accepted: frozenset[tuple[str, str, str]] = frozenset()
    """Code, subject and message of all that people accepted as it was found."""

    def known(self, *codes: str) -> frozenset[str]:
        """The subjects that people accepted, of these codes."""
        return frozenset(subject for code, subject, _ in self.accepted if code in codes)

    def as_found(self, code: str) -> frozenset[tuple[str, str]]:
        """The same of one code, each with its message: what has changed since was not accepted."""
        return frozenset((subject, message) for known, subject, message in self.accepted if known == code)

    def holds(self, finding: Finding) -> bool:
        """Whether people accepted it just as it is."""
        return (finding.code, finding.subject, finding.message) in self.accepted


class Find(Value):
    """What one look has found, and the person who accepted it."""

    id: FoundId
    at: datetime
    found: tuple[JudgedDrift, ...]
    accepted_by: str


class FoundRecords:
    """What was found, by rotation. It is never changed; what came of it is noted beside it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, rotation_id: RotationId, found: Sequence[JudgedDrift], *, at: datetime, round_number: int = 0
    ) -> FoundId | None:
        """Keep what one look has found. Its id; None where nothing was found.

        The same once more, of which nothing has come yet, is kept once.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        if not found:
            return None
        async with self._database.write_rows() as connection:
            await lock_rotation(connection, rotation_id)
            last = (await connection.execute(_NEWEST, {"rotation": rotation_id})).one_or_none()
            untouched = last is not None and not (last.repaired or last.not_repaired or last.accepted_by)
            if last is not None and untouched and (last.found, last.round_number) == (tuple(found), round_number):
                return FoundId(last.id)
            identity = FoundId(uuid4().hex)
            new = {"rotation_id": rotation_id, "id": identity, "number": 0 if last is None else last.number + 1}
            values = {"at": at, "round_number": round_number, "found": tuple(found)}
            await connection.execute(
                _NEW, {**new, **values, "repaired": (), "not_repaired": (), "accepted_by": "", "came_of": False}
            )
            return identity

    async def newest(self, rotation_id: RotationId) -> Find | None:
        """What the newest look that found something has found; None where none has."""
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_NEWEST, {"rotation": rotation_id})).one_or_none()
        if row is None:
            return None
        return Find(id=FoundId(row.id), at=row.at, found=row.found, accepted_by=row.accepted_by)

    async def get(self, rotation_id: RotationId, identity: FoundId) -> tuple[JudgedDrift, ...]:
        """All that was found.

        Raises:
            UnknownFound: when nothing is kept under that id.
        """
        async with self._database.read_rows() as connection:
            found: tuple[JudgedDrift, ...] | None = await connection.scalar(_ONE, _which(rotation_id, identity))
        if found is None:
            raise _unknown(rotation_id, identity)
        return found

    async def put_right(self, rotation_id: RotationId, identity: FoundId) -> frozenset[str]:
        """The subjects of it that were put right already.

        Raises:
            UnknownFound: when nothing is kept under that id.
        """
        async with self._database.read_rows() as connection:
            row = (await connection.execute(_CAME_OF_ONE, _which(rotation_id, identity))).one_or_none()
        if row is None:
            raise _unknown(rotation_id, identity)
        return frozenset(row.repaired)

    async def repaired(
        self,
        rotation_id: RotationId,
        identity: FoundId,
        *,
        repaired: Iterable[str],
        left: Iterable[str],
        round_number: int = 0,
    ) -> None:
        """Note what was put right of it, and what REST has left, in a round. The same once more changes nothing.

        Raises:
            UnknownFound: when nothing is kept under that id.
        """
        async with self._database.write_rows() as connection:
            await lock_rotation(connection, rotation_id)
            row = (await connection.execute(_CAME_OF_ONE, _which(rotation_id, identity))).one_or_none()
            if row is None:
                raise _unknown(rotation_id, identity)
            values = {"repaired_now": _both(row.repaired, repaired), "left_now": _both(row.not_repaired, left)}
            await connection.execute(_REPAIRED, {**values, "now": round_number, **_which(rotation_id, identity)})

    async def accept(self, rotation_id: RotationId, identity: FoundId, by: str) -> None:
        """Note that people go on with all of it as it is. The first to say so stay."""
        async with self._database.write_rows() as connection:
            await lock_rotation(connection, rotation_id)
            await connection.execute(_ACCEPTED, {"by": by, **_which(rotation_id, identity)})

    async def settled(self, rotation_id: RotationId, round_number: int = 0) -> Settled:
        """What came of all that was found.

        Args:
            rotation_id: the rotation.
            round_number: repairs of earlier rounds do not count any more: a person has answered, or a step has ended.
        """
        async with self._database.read_rows() as connection:
            rows = list(await connection.execute(_CAME_OF, {"rotation": rotation_id}))
            accepted = set[tuple[str, str, str]]()
            for row in rows:
                if row.accepted_by:
                    accepted |= await _blocking(connection, rotation_id, FoundId(row.id))
        now = [row for row in rows if row.round_number == round_number]
        return Settled(
            repaired=tuple(subject for row in now for subject in row.repaired),
            left=tuple(subject for row in now for subject in row.not_repaired),
            accepted=frozenset(accepted),
        )


async def _blocking(connection: AsyncConnection, rotation_id: str, identity: str) -> set[tuple[str, str, str]]:
    found: tuple[JudgedDrift, ...] = await connection.scalar(_ONE, _which(rotation_id, identity)) or ()
    return {(each.named.code, each.named.subject, each.found) for each in found if each.named.blocks}


def _both(before: Iterable[str], now: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*before, *now)))


def _unknown(rotation_id: str, identity: str) -> UnknownFound:
    return UnknownFound(f"rotation {rotation_id} has found nothing under the id {identity}")


def _which(rotation_id: str, identity: str) -> dict[str, str]:
    return {"rotation": rotation_id, "one": identity}
