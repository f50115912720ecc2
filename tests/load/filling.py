"""A database with many rotations that have ended, and a task of each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert

from rotation.plan.work.task import TaskState
from rotation.running.report import RotationReport
from rotation.running.state import Outcome
from rotation.running.wait import GateReading
from rotation.values import RotationId, SiteId
from store.database.database import Database
from store.progress import Projection, RotationStatus
from store.rotation.plans import Plans
from store.schema.base import table_of
from store.schema.tables import RotationRow, TaskRow
from tests.store.conftest import Make

_AT_ONCE = 1000
_MAKE = Make()


async def fill(url: str, sites: Sequence[SiteId], count: int) -> None:
    """Store `count` rotations of these sites that have completed, an hour apart, the latest before all of today."""
    database = await Database.open(url)
    try:
        plans = {site: _MAKE.plan(f"load-plan-{site}", site_id=site) for site in sites}
        for plan in plans.values():
            await Plans(database).add(plan)
        for begin in range(0, count, _AT_ONCE):
            numbers = range(begin, min(begin + _AT_ONCE, count))
            async with database.write_rows() as connection:
                rows = [_rotation(number, sites[number % len(sites)], plans) for number in numbers]
                await connection.execute(insert(table_of(RotationRow)), rows)
                tasks = [_task(number, sites[number % len(sites)]) for number in numbers]
                await connection.execute(insert(table_of(TaskRow)), tasks)
    finally:
        await database.close()


def _began(number: int) -> datetime:
    return _MAKE.t0 - timedelta(hours=number + 1)


def _rotation(number: int, site: SiteId, plans: dict[SiteId, object]) -> dict[str, object]:
    began, plan = _began(number), plans[site]
    ended = began + timedelta(minutes=50)
    shown = Projection(
        status=RotationStatus.COMPLETED,
        phase="ended",
        step_id="24-closing",
        step_number="A13",
        step_title="Watch until every client is back",
        step_index=23,
        step_count=24,
        coverage=_reading(ended),
        finished_at=ended,
        report=_report(began, ended),
    )
    return {
        **{name: getattr(shown, name) for name in Projection.model_fields},
        "id": RotationId(f"load-{number:06d}"),
        "site_id": site,
        "plan_id": plan.id,  # type: ignore[attr-defined] # a plan of the maker's
        "plan_hash": plan.hash,  # type: ignore[attr-defined]
        "purpose": "rotate",
        "started_by": "Ann",
        "why": "the old certificate expires in May",
        "created_at": began,
        "updated_at": ended,
        "idempotency_key": None,
        "request_fingerprint": "",
        "last_event": 120,
        "run_id": "",
    }


def _reading(at: datetime) -> GateReading:
    return GateReading(taken_at=at, total=500, covered=497, safe=0, waiting=0, left_out=3, by_reason={}, reached=True)


def _report(began: datetime, ended: datetime) -> RotationReport:
    return RotationReport(
        outcome=Outcome.COMPLETED,
        started_at=began,
        finished_at=ended,
        elapsed_seconds=3000,
        least_seconds=2900,
        steps=24,
        clients=500,
        clients_not_back=3,
        not_back=("PC-1", "PC-2", "PC-3"),
        left_out=0,
    )


def _task(number: int, site: SiteId) -> dict[str, object]:
    task = _MAKE.task(f"load-task-{number:06d}", f"load-{number:06d}").model_copy(update={"site_id": site})
    return {
        "id": task.id,
        "rotation_id": task.rotation_id,
        "site_id": site,
        "opened_at": _began(number),
        "task": task,
        "state": TaskState.DONE,
        "claimed_by": "Olga",
        "closed_at": _began(number) + timedelta(minutes=9),
        "closed_by": "Olga",
        "note": "",
        "attestation": {"sha256": "ab" * 32},
        "claims": 1,
        "file_claim": 1,
        "file_taken_by": "Olga",
        "file_taken_at": _began(number) + timedelta(minutes=2),
        "proof_until": None,
        "begin_until": None,
    }
