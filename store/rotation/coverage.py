"""Coverage as stored: the newest verdict on every client in a gate, and the evidence that grows."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.proof.verdict import OUTDATES, ClientEvidence, Judgement, Reason, Verdict, with_twin
from rotation.values import ClientId, GroupId, RotationId, ServerName, Value
from store.database.built_once import built_once
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.database.upsert import ROWS_AT_ONCE, chunks, insert_on
from store.rotation.rotations import lock_rotation
from store.schema.base import table_of
from store.schema.tables import ClientRow, CoverageGateRow, GateReadingRow, JudgementRow, RotationRow

_OF_EVIDENCE = ("serial_seen", "contact_seen", "covered", "older_times", "older_seen", "older_serial")
_CLIENTS = ListOrder("clients", (JudgementRow.client_id,))
_READINGS = ListOrder("readings", (GateReadingRow.taken_at,))
_OF_A_READING = ("verdict", "reason", *_OF_EVIDENCE, "covered_reason", "judged_at")


class ClientVerdict(Value):
    """Where a client stands in a gate, with what people know it by."""

    client: ClientId
    name: str
    """Its id where the roster has no name for it."""
    group_id: GroupId | None
    verdict: Verdict
    reason: Reason
    serial_seen: datetime | None
    contact_seen: datetime | None
    last_seen: datetime | None
    last_server: ServerName | None
    judged_at: datetime


class CoveragePoint(Value):
    """What one full reading of a gate has counted."""

    taken_at: datetime
    total: int
    proven: int
    """Clients that are covered, or safe without proof."""
    waiting: int
    left_out: int


class Coverage:
    """The verdicts of all gates."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, rotation_id: RotationId, gate: str, judgements: Collection[Judgement], at: datetime) -> None:
        """Store what a reading at `at` says of some or all clients. The same again is no error.

        An older reading that arrives late changes nothing, and proof stays: a client that is covered remains so
        until it refuses its policy, reports an older one, or the gate is restarted.

        Raises:
            UnknownRotation: when no such rotation is kept.
        """
        async with self._database.write_rows() as connection:
            await _note_gate(connection, rotation_id, gate, at)
        proven = _proof_stays(postgres=self._database.is_postgresql)
        distinct = {judgement.client: judgement for judgement in judgements}
        for chunk in chunks(distinct.values()):
            async with self._database.write_rows() as connection:
                await connection.execute(proven, [_row(rotation_id, gate, judgement, at) for judgement in chunk])

    async def begin_reading(self, rotation_id: RotationId, gate: str, at: datetime) -> None:
        """Say that a gate is read from `at` on: what is stored by now is older, also where a clock was ahead."""
        names = {"rotation": rotation_id, "the_gate": gate, "at": at}
        async with self._database.write_rows() as connection:
            await connection.execute(_JUDGED_BEFORE, names)
            await connection.execute(_GATES_BEFORE, names)

    async def evidence(self, rotation_id: RotationId, gate: str) -> dict[ClientId, ClientEvidence]:
        """What was seen so far of every client in a gate."""
        async with (
            self._database.read_rows() as connection,
            connection.stream(_EVIDENCE, {"rotation": rotation_id, "gate": gate}) as rows,
        ):
            return {
                ClientId(client): ClientEvidence(
                    client=ClientId(client),
                    serial_seen=serial,
                    contact_seen=contact,
                    covered=covered,
                    reason=None if reason is None else Reason(reason),
                    older_times=times,
                    older_seen=older_seen,
                    older_serial=older_serial,
                )
                async for part in rows.partitions()
                for client, serial, contact, covered, reason, times, older_seen, older_serial in part
            }

    async def verdicts(
        self,
        rotation_id: RotationId,
        gate: str,
        *,
        verdict: Verdict | None = None,
        reason: Reason | None = None,
        asked: PageRequest = FIRST_PAGE,
    ) -> Page[ClientVerdict]:
        """The verdicts of a gate, with names from the roster; by client id, since names change.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = (
            select(JudgementRow, ClientRow)
            .join(RotationRow, RotationRow.id == JudgementRow.rotation_id)
            .outerjoin(
                ClientRow,
                (ClientRow.site_id == RotationRow.site_id) & (ClientRow.id == JudgementRow.client_id),
            )
            .where(JudgementRow.rotation_id == rotation_id, JudgementRow.gate == gate)
        )
        if verdict is not None:
            wanted = wanted.where(JudgementRow.verdict == verdict)
        if reason is not None:
            wanted = wanted.where(JudgementRow.reason == reason)
        # the newest gate may be another one by the next page: a cursor holds for its own gate
        order = _CLIENTS.of(f"{rotation_id}/{gate}")
        return await read_page(self._database, wanted, order, asked, _verdict)

    async def covered(self, rotation_id: RotationId, gates: Collection[str]) -> frozenset[ClientId]:
        """The clients that were proven in at least one of `gates`."""
        proven: set[ClientId] = set()
        async with self._database.read_rows() as connection:
            for gate in gates:
                names = {"rotation": rotation_id, "the_gate": gate}
                proven.update(map(ClientId, await connection.scalars(_COVERED, names)))
        return frozenset(proven)

    async def latest_gate(self, rotation_id: RotationId) -> str | None:
        """The gate that was read last; None before the first one."""
        newest = (
            select(CoverageGateRow.gate)
            .where(CoverageGateRow.rotation_id == rotation_id)
            .order_by(CoverageGateRow.read_at.desc(), CoverageGateRow.number.desc())
            .limit(1)
        )
        async with self._database.read() as session:
            return await session.scalar(newest)

    async def note_reading(self, rotation_id: RotationId, gate: str, point: CoveragePoint) -> None:
        """Keep what a reading has counted. The same reading again changes nothing.

        Args:
            rotation_id: the rotation.
            gate: the step that is read: a holdout has readings of its own, and goes on with the evidence of a gate.
            point: what was counted.
        """
        row = {"rotation_id": rotation_id, "gate": gate, **dict(point)}
        async with self._database.write_rows() as connection:
            await connection.execute(_new_reading(postgres=self._database.is_postgresql), row)

    async def readings(
        self, rotation_id: RotationId, gate: str, asked: PageRequest = FIRST_PAGE
    ) -> Page[CoveragePoint]:
        """What the readings of a gate have counted, the oldest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(GateReadingRow).where(GateReadingRow.rotation_id == rotation_id, GateReadingRow.gate == gate)
        order = _READINGS.of(f"{rotation_id}/{gate}")
        return await read_page(self._database, wanted, order, asked, _point)

    async def curve(self, rotation_id: RotationId, gate: str) -> tuple[CoveragePoint, ...]:
        """What all readings of a gate have counted, the oldest first, for a drawing."""
        async with self._database.read_rows() as connection:
            rows = await connection.execute(_CURVE, {"rotation": rotation_id, "the_gate": gate})
            return tuple(map(_point, rows))

    async def newest_reading(self, rotation_id: RotationId) -> str | None:
        """The step of the newest reading of a gate; None before the first one."""
        newest = select(GateReadingRow.gate).where(GateReadingRow.rotation_id == rotation_id)
        async with self._database.read() as session:
            gate: str | None = await session.scalar(newest.order_by(GateReadingRow.taken_at.desc()).limit(1))
            return gate

    async def restart(self, rotation_id: RotationId, gate: str) -> None:
        """Forget the evidence of a gate: after a repair of drift its proof begins again (rule 12b)."""
        async with self._database.write_rows() as connection:
            await connection.execute(_FORGET, {"rotation": rotation_id, "the_gate": gate})


_COVERED = built_once(
    select(JudgementRow.client_id).where(
        JudgementRow.rotation_id == bindparam("rotation"),
        JudgementRow.gate == bindparam("the_gate"),
        JudgementRow.covered,
    )
)
_COUNTED = tuple(CoveragePoint.model_fields)
_CURVE = built_once(
    select(table_of(GateReadingRow))
    .where(GateReadingRow.rotation_id == bindparam("rotation"), GateReadingRow.gate == bindparam("the_gate"))
    .order_by(GateReadingRow.taken_at)
)
_FORGET = built_once(
    delete(table_of(JudgementRow)).where(
        JudgementRow.rotation_id == bindparam("rotation"), JudgementRow.gate == bindparam("the_gate")
    )
)
_READ_BEFORE = built_once(
    select(CoverageGateRow.read_at)
    .where(CoverageGateRow.rotation_id == bindparam("rotation"))
    .where(CoverageGateRow.gate == bindparam("the_gate"))
)
_READ_LATER = built_once(
    update(table_of(CoverageGateRow))
    .where(CoverageGateRow.rotation_id == bindparam("rotation"), CoverageGateRow.gate == bindparam("the_gate"))
    .values(read_at=bindparam("at"))
)
_JUDGED_BEFORE = built_once(
    update(table_of(JudgementRow))
    .where(JudgementRow.rotation_id == bindparam("rotation"), JudgementRow.gate == bindparam("the_gate"))
    .where(JudgementRow.judged_at > bindparam("at"))
    .values(judged_at=bindparam("at"))
)
_GATES_BEFORE = built_once(
    update(table_of(CoverageGateRow))
    .where(CoverageGateRow.rotation_id == bindparam("rotation"), CoverageGateRow.read_at > bindparam("at"))
    .values(read_at=bindparam("at"))
)
_NEW_GATE = built_once(insert(table_of(CoverageGateRow)))
_EVIDENCE = built_once(
    select(
        JudgementRow.client_id,
        JudgementRow.serial_seen,
        JudgementRow.contact_seen,
        JudgementRow.covered,
        JudgementRow.covered_reason,
        JudgementRow.older_times,
        JudgementRow.older_seen,
        JudgementRow.older_serial,
    )
    .where(JudgementRow.rotation_id == bindparam("rotation"), JudgementRow.gate == bindparam("gate"))
    .execution_options(yield_per=ROWS_AT_ONCE)
)


@cache
def _new_reading(*, postgres: bool) -> Executable:
    """Built once, as `_proof_stays` is."""
    return built_once(insert_on(GateReadingRow, postgres=postgres).on_conflict_do_nothing())


@cache
def _proof_stays(*, postgres: bool) -> Executable:
    """Built once: it is run for every reading, and costs more to build than to run."""
    new = insert_on(JudgementRow, postgres=postgres)
    # one by one: SQLAlchemy cannot repeat a statement with an IN for many rows
    outdates = (new.excluded.reason == reason for reason in sorted(OUTDATES))
    stays = or_(~JudgementRow.covered, new.excluded.covered, *outdates)
    return built_once(
        new.on_conflict_do_update(
            index_elements=["rotation_id", "gate", "client_id"],
            set_={name: new.excluded[name] for name in _OF_A_READING},
            where=(JudgementRow.judged_at <= new.excluded.judged_at) & stays,
        )
    )


async def _note_gate(connection: AsyncConnection, rotation_id: str, gate: str, at: datetime) -> None:
    await lock_rotation(connection, rotation_id)
    names = {"rotation": rotation_id, "the_gate": gate}
    read_at: datetime | None = await connection.scalar(_READ_BEFORE, names)
    if read_at is None:
        gates = select(func.count()).where(CoverageGateRow.rotation_id == rotation_id)
        number = (await connection.scalar(gates) or 0) + 1
        await connection.execute(_NEW_GATE, {"rotation_id": rotation_id, "gate": gate, "number": number, "read_at": at})
    elif read_at < at:
        await connection.execute(_READ_LATER, {**names, "at": at})


def _row(rotation_id: str, gate: str, judgement: Judgement, at: datetime) -> dict[str, object]:
    evidence = judgement.evidence
    return {
        "rotation_id": rotation_id,
        "gate": gate,
        "client_id": judgement.client,
        "verdict": judgement.verdict,
        "reason": judgement.reason,
        **{name: getattr(evidence, name) for name in _OF_EVIDENCE},
        "covered_reason": evidence.reason,
        "judged_at": at,
    }


def _point(row: Any) -> CoveragePoint:
    return CoveragePoint(**{name: getattr(row, name) for name in _COUNTED})


def _verdict(judgement: JudgementRow, client: ClientRow | None) -> ClientVerdict:
    server = client.last_server if client else None
    return ClientVerdict(
        client=ClientId(judgement.client_id),
        name=_name(judgement, client),
        group_id=GroupId(client.group_id) if client else None,
        verdict=Verdict(judgement.verdict),
        reason=Reason(judgement.reason),
        serial_seen=judgement.serial_seen,
        contact_seen=judgement.contact_seen,
        last_seen=client.last_seen if client else None,
        last_server=ServerName(server) if server else None,
        judged_at=judgement.judged_at,
    )


def _name(judgement: JudgementRow, client: ClientRow | None) -> str:
    if client is None:
        return judgement.client_id
    shared = judgement.reason == Reason.SHARED_RECORD and client.former_name is not None
    return with_twin(client.name, client.former_name or "") if shared else client.name
