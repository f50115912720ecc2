"""The references of gates: what the policy serials of an owner must reach (rule 9)."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.proof.gate import Reference
from rotation.values import GroupId, RotationId
from store.database.built_once import built_once
from store.database.database import Database
from store.rotation.rotations import lock_rotation
from store.schema.base import table_of
from store.schema.tables import ReferenceRow

# Built once: every look at a gate reads them.
_OF_GATE = built_once(
    select(ReferenceRow.owner, ReferenceRow.reference).where(
        ReferenceRow.rotation_id == bindparam("rotation"), ReferenceRow.gate == bindparam("of_gate")
    )
)
_OF_OWNER = built_once(
    select(ReferenceRow.reference).where(
        ReferenceRow.rotation_id == bindparam("rotation"), ReferenceRow.owner == bindparam("of_owner")
    )
)
_ONE = built_once(
    select(ReferenceRow.reference)
    .where(ReferenceRow.rotation_id == bindparam("rotation"), ReferenceRow.gate == bindparam("of_gate"))
    .where(ReferenceRow.owner == bindparam("of_owner"))
)


_NEW = built_once(insert(table_of(ReferenceRow)))
_OTHER = built_once(
    update(table_of(ReferenceRow))
    .where(ReferenceRow.rotation_id == bindparam("rotation"), ReferenceRow.gate == bindparam("of_gate"))
    .where(ReferenceRow.owner == bindparam("of_owner"))
    .values(reference=bindparam("new"))
)


class References:
    """The references of all gates, by rotation, gate and owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, rotation_id: RotationId, gate: str, owner: GroupId) -> Reference | None:
        """The reference of an owner in a gate; None before its first write."""
        async with self._database.read_rows() as connection:
            found: Reference | None = await connection.scalar(_ONE, _names(rotation_id, gate, owner))
        return found

    async def latest(self, rotation_id: RotationId, owner: GroupId) -> Reference | None:
        """The reference of an owner whose write came last, of all gates of the rotation."""
        async with self._database.read_rows() as connection:
            kept = list((await connection.execute(_OF_OWNER, {"rotation": rotation_id, "of_owner": owner})).scalars())
        return max(kept, key=lambda each: each.written_at, default=None)

    async def of_gate(self, rotation_id: RotationId, gate: str) -> dict[GroupId, Reference]:
        """The references of every owner in a gate."""
        async with self._database.read_rows() as connection:
            kept = await connection.execute(_OF_GATE, {"rotation": rotation_id, "of_gate": gate})
            return {GroupId(owner): reference for owner, reference in kept}

    async def forget(self, rotation_id: RotationId, gate: str) -> None:
        """Forget the references of a gate that is proven again: what moved before does not count any more."""
        async with self._database.write() as session:
            await session.execute(
                delete(ReferenceRow).where(ReferenceRow.rotation_id == rotation_id, ReferenceRow.gate == gate)
            )

    async def save(self, rotation_id: RotationId, gate: str, reference: Reference) -> Reference:
        """Keep one reference, as `save_all` does."""
        async with self._database.write_rows() as connection:
            await lock_rotation(connection, rotation_id)
            known = await connection.scalar(_ONE, _names(rotation_id, gate, reference.owner))
            return await _kept(connection, rotation_id, gate, reference, known)

    async def save_all(
        self, rotation_id: RotationId, gate: str, references: Iterable[Reference]
    ) -> dict[GroupId, Reference]:
        """Keep references, all or none. Returns those that are kept then, by owner.

        One that is fixed does not move: only a later write (a repair, which restarts the gate) replaces it. What
        follows from later looks is added to it.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write_rows() as connection:
            # one writer for a rotation: two that look at once would both write
            await lock_rotation(connection, rotation_id)
            rows = await connection.execute(_OF_GATE, {"rotation": rotation_id, "of_gate": gate})
            kept = {GroupId(owner): known for owner, known in rows}
            for each in references:
                kept[each.owner] = await _kept(connection, rotation_id, gate, each, kept.get(each.owner))
            return kept


async def _kept(
    connection: AsyncConnection, rotation_id: RotationId, gate: str, reference: Reference, known: Reference | None
) -> Reference:
    """Keep one where it takes the place of the one that is `known`. Returns that which is kept then."""
    if known is None:
        new = {"rotation_id": rotation_id, "gate": gate, "owner": reference.owner, "reference": reference}
        await connection.execute(_NEW, new)
    elif _replaces(reference, known):
        await connection.execute(_OTHER, {"new": reference, **_names(rotation_id, gate, reference.owner)})
    else:
        return known
    return reference


def _replaces(reference: Reference, known: Reference) -> bool:
    """Whether a reference takes the place of the one that is kept."""
    later = reference.written_at > known.written_at or reference.fixed == known.fixed
    return (known.fixed is None or later) and reference != known


def _names(rotation_id: str, gate: str, owner: str) -> dict[str, str]:
    return {"rotation": rotation_id, "of_gate": gate, "of_owner": owner}
