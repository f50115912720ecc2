"""Tables of one rotation: its projection, originals, proofs, tasks and events."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rotation.drift.judged_drift import JudgedDrift
from rotation.finding import Finding
from rotation.plan.work.task import ConsoleTask
from rotation.proof.gate import Reference
from rotation.running.report import RotationReport
from rotation.running.wait import GateReading
from rotation.survey import PairSettings
from store.schema.base import Base
from store.schema.columns import Document

_IS_RUNNING = text("status = 'running'")


class RotationRow(Base):
    """A rotation as people list it; the workflow holds the truth of a running one."""

    __tablename__ = "rotations"
    __table_args__ = (
        Index(
            "uq_rotations_one_running", "site_id", unique=True, sqlite_where=_IS_RUNNING, postgresql_where=_IS_RUNNING
        ),
        Index(None, "created_at", "id"),
        Index(None, "site_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id"))
    plan_hash: Mapped[str]
    purpose: Mapped[str]
    started_by: Mapped[str]
    why: Mapped[str]
    created_at: Mapped[datetime]
    idempotency_key: Mapped[str | None] = mapped_column(unique=True)
    request_fingerprint: Mapped[str]
    status: Mapped[str]
    step_id: Mapped[str]
    step_number: Mapped[str]
    step_title: Mapped[str]
    step_index: Mapped[int]
    step_count: Mapped[int]
    phase: Mapped[str]
    attention: Mapped[tuple[Finding, ...]] = mapped_column(Document(tuple[Finding, ...]))
    held: Mapped[bool]
    coverage: Mapped[GateReading | None] = mapped_column(Document(GateReading))
    next_action_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    report: Mapped[RotationReport | None] = mapped_column(Document(RotationReport))
    updated_at: Mapped[datetime]
    last_event: Mapped[int]
    """The number of the newest event that it has reported; 0 before the first one."""
    run_id: Mapped[str] = mapped_column(default="")
    """The run of its workflow that was admitted last; empty before the first one."""


class OriginalRow(Base):
    """What a pair was before the first change of a rotation. Written once, never changed."""

    __tablename__ = "originals"
    __table_args__ = (Index(None, "site_id"),)

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    group_path: Mapped[str]
    location_name: Mapped[str]
    settings: Mapped[PairSettings] = mapped_column(Document(PairSettings))
    recorded_at: Mapped[datetime]


class RestoreRow(Base):
    """That every original of a rotation was seen restored."""

    __tablename__ = "restores"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    restored_at: Mapped[datetime]


class ReferenceRow(Base):
    """What the serials of an owner must reach in a gate."""

    __tablename__ = "gate_references"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[Reference] = mapped_column(Document(Reference))


class WriteRow(Base):
    """A write to SEPM: noted before it is sent, and what became of it."""

    __tablename__ = "setting_writes"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    step_id: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[str]
    policy_date_before: Mapped[datetime]
    sepm_clock: Mapped[datetime | None]
    intended_at: Mapped[datetime]
    outcome: Mapped[str | None]
    outcome_at: Mapped[datetime | None]
    detail: Mapped[str]


class CoverageGateRow(Base):
    """That a gate was read, and when last: the newest gate without counting its clients."""

    __tablename__ = "coverage_gates"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    read_at: Mapped[datetime]


class GateReadingRow(Base):
    """What one full reading of a gate has counted: a point of its curve."""

    __tablename__ = "gate_readings"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(primary_key=True)
    total: Mapped[int]
    proven: Mapped[int]
    waiting: Mapped[int]
    left_out: Mapped[int]


class JudgementRow(Base):
    """The newest verdict on a client in a gate, and the evidence so far."""

    __tablename__ = "judgements"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    serial_seen: Mapped[datetime | None]
    contact_seen: Mapped[datetime | None]
    covered: Mapped[bool]
    covered_reason: Mapped[str | None]
    older_times: Mapped[int]
    older_seen: Mapped[datetime | None]
    older_serial: Mapped[datetime | None]
    judged_at: Mapped[datetime]


class LeftOutRow(Base):
    """A client that named persons left out of a rotation."""

    __tablename__ = "left_out"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    client_id: Mapped[str] = mapped_column(primary_key=True)
    who: Mapped[str]
    why: Mapped[str]
    at: Mapped[datetime]


class SwapRow(Base):
    """A certificate's replacement in a server: when it was opened, and when the wanted one was first seen."""

    __tablename__ = "swaps"

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    server: Mapped[str] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(primary_key=True)
    """The fingerprint that the server shall present."""
    opened_at: Mapped[datetime | None]
    former_seen: Mapped[datetime | None]
    first_seen: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    """When the REST address was seen to follow: what was trusted there before is not trusted any more."""
    code: Mapped[str]
    """The code of rotation, server and target (`store.keys.mac_key`)."""


class FoundRow(Base):
    """What one look at the site has found, and what came of it."""

    __tablename__ = "found"
    __table_args__ = (Index(None, "rotation_id", "number", unique=True),)

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    at: Mapped[datetime]
    round_number: Mapped[int]
    """Repairs are counted by it: a person's answer, and a new step, begin another one."""
    found: Mapped[tuple[JudgedDrift, ...]] = mapped_column(Document(tuple[JudgedDrift, ...]))
    repaired: Mapped[tuple[str, ...]] = mapped_column(Document(tuple[str, ...]))
    not_repaired: Mapped[tuple[str, ...]] = mapped_column(Document(tuple[str, ...]))
    accepted_by: Mapped[str]
    came_of: Mapped[bool]
    """Whether anything of the three was noted."""


class TaskRow(Base):
    """A console task: as it was opened, and beside it what has changed since."""

    __tablename__ = "console_tasks"
    __table_args__ = (
        Index(None, "rotation_id"),
        Index(None, "site_id", "state"),
        Index(None, "opened_at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"))
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    opened_at: Mapped[datetime]
    task: Mapped[ConsoleTask] = mapped_column(Document(ConsoleTask))
    state: Mapped[str]
    claimed_by: Mapped[str]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str]
    note: Mapped[str]
    attestation: Mapped[dict[str, str]] = mapped_column(Document(dict[str, str]))
    claims: Mapped[int]
    """How often it was claimed."""
    file_claim: Mapped[int]
    """The claim for which its file was handed out last; 0 before the first time."""
    file_taken_by: Mapped[str]
    file_taken_at: Mapped[datetime | None]
    proof_until: Mapped[datetime | None]
    """Until when the proof of a claimed replacement counts."""
    begin_until: Mapped[datetime | None]
    """Until when its holder may begin without another look."""


class EventRow(Base):
    """An event of the audit trail. Appended, never changed; each holds the hash of the one before."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "rotation_id", "key", unique=True), Index(None, "position"))

    rotation_id: Mapped[str] = mapped_column(ForeignKey("rotations.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[str] = mapped_column(ForeignKey("sites.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    message: Mapped[str]
    data: Mapped[str]
    """Canonical JSON, as hashed."""
    key: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]
    code: Mapped[str]
    position: Mapped[int] = mapped_column(BigInteger)
    """Among the events of all rotations, in the order in which they were committed."""
