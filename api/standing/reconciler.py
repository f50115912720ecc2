"""The reconciler: every process of the API holds the store against Temporal, again and again, and changes neither.

It runs beside the API, not in a workflow: it must see that no worker is there. Several may look at once. Its one act is
to start what was recorded and what Temporal does not have, which happens once.
"""

import asyncio
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from api.parts import Parts
from api.rotation.rotation_now import recorded, service_of, stray
from api.standing.unstarted import hand_over, not_in_temporal
from engine.client.presence import answers, polled_at
from engine.client.runs import answer_of, newest_run, open_runs
from engine.contract import ISSUE_WORKFLOW, ROTATE_WORKFLOW, SIMULATE_WORKFLOW, SURVEY_WORKFLOW
from engine.fault import EngineFault, TemporalDown
from engine.ids import named_by, rotation_workflow
from rotation.standing.reconciliation import Reconciliation, reconciled
from rotation.standing.records import QueryOutcome, Run, RunStatus, Service, Silent
from rotation.standing.rules import left_changed, no_worker, not_recorded, of_rotation
from rotation.standing.trouble import Trouble, TroubleCode, stalled, unknown
from rotation.values import OrderId, RotationId, SimulationId, SiteId
from store.certificate.certificate_orders import UnknownOrder
from store.database.disk_space import StoreFull
from store.progress import Rotation
from store.rotation.simulations import UnknownSimulation
from store.site.sites import UnknownSite

EVERY, SOON = timedelta(seconds=15), timedelta(seconds=3)
"""A look follows the last; sooner where the service, or a worker, has not answered: that may be over at once."""
_AT_ONCE = 8
"""Rotations that are asked at once."""
_SILENCES = 16
"""After so many rotations that no worker has answered for, and none that one has, the others are not asked."""

_TEMPORAL = "Temporal"
_LONGEST = 400
"""Characters of what Temporal says of itself."""

_log = structlog.get_logger(__name__)


class Reconciler:
    """Looks at everything, and keeps what it finds in memory and, where that can be written, in the store."""

    def __init__(self, parts: Parts, every: timedelta = EVERY) -> None:
        self._parts, self._every = parts, every
        self._silent: dict[RotationId, datetime] = {}
        """Since when no worker has answered for a rotation."""
        self._polled: datetime | None = None
        """When a worker last asked for work; where none ever has, when that was first looked at."""

    async def run(self) -> None:
        """Look until cancelled. The log reports a look that fails, and what was found before grows old."""
        latest = None
        try:
            latest = await self._parts.store.reconciliations.newest()
        except (SQLAlchemyError, OSError, ValueError) as error:
            _log.warning("what was found before cannot be read", error=str(error))
        self._parts.standings.begin(self._parts.clock(), latest)
        while True:
            pause = self._every
            try:
                found = await self.look()
                if found.service or self._silent:
                    pause = min(SOON, self._every)
            except Exception:  # noqa: BLE001 - whatever fails, the next look must come; the log says what it was
                _log.exception("the reconciler could not look")
            await asyncio.sleep(pause.total_seconds())

    async def look(self) -> Reconciliation:
        """Look once at everything.

        1. the running rotations by the store, and the open workflows by Temporal
        2. each rotation: the newest run under its id, and whether a worker answers for it
        3. each workflow that belongs to none of them: what the store has of it
        4. keep it, which shows whether the store can be written
        """
        parts, now = self._parts, self._parts.clock()
        service: list[Trouble] = []
        rotations: list[Trouble] = []
        workflows: list[Trouble] = []
        try:
            where = await self._service(now)
            open_now = await open_runs(parts.temporal)
            running = await parts.store.rotations.all_running()
            runs = await self._runs(running, now)
            rotations = [t for each in running if (t := of_rotation(recorded(each), runs[each.id], where))]
            rotations += [left_changed(*each) for each in await parts.store.originals.left_changed()]
            workflows = [t for run in open_now if (t := await self._stray(run, where))]
            await hand_over(parts, [each for each in running if each.unreported and not _is_open(runs[each.id])])
            await hand_over(parts, await not_in_temporal(parts))
            service += [trouble for trouble in [no_worker(where)] if trouble is not None]
            if (refused := parts.standings.refused_lately(now)) is not None:
                service.append(_temporal_fails(refused))
        except (EngineFault, RPCError) as fault:
            service.append(await self._temporal_trouble(fault))
        except (SQLAlchemyError, OSError) as error:
            service.append(_store_away(error))
        found = reconciled(parts.standings.latest, now, service=service, rotations=rotations, workflows=workflows)
        return await self._keep(found)

    async def _service(self, now: datetime) -> Service:
        parts = self._parts
        polled = await polled_at(parts.temporal, parts.task_queue)
        # Temporal forgets who has asked, after some minutes or with its own end
        self._polled = max(filter(None, (polled, self._polled)), default=now)
        return service_of(parts, now, self._polled)

    async def _runs(self, rotations: tuple[Rotation, ...], now: datetime) -> dict[RotationId, Run | None]:
        """The newest run of each, asked for its next act where it is open and its own."""
        turn, answered = asyncio.Semaphore(_AT_ONCE), 0
        silent: dict[RotationId, datetime] = {}

        async def seen(rotation: Rotation) -> Run | None:
            nonlocal answered
            async with turn:
                run = await newest_run(self._parts.temporal, rotation_workflow(rotation.site_id))
                if run is None or run.status is not RunStatus.RUNNING or run.rotation_id != rotation.id:
                    return run
                answer: QueryOutcome | None = Silent(since=now)
                if answered or len(silent) < _SILENCES:
                    answer = await answer_of(self._parts.temporal, run.workflow_id, now=now)
                if isinstance(answer, Silent):
                    silent[rotation.id] = self._silent.get(rotation.id, now)
                    answer = Silent(since=silent[rotation.id])
                else:
                    answered += 1
                return run.model_copy(update={"answer": answer})

        found = await asyncio.gather(*map(seen, rotations))
        self._silent = silent
        return {rotation.id: run for rotation, run in zip(rotations, found, strict=True)}

    async def _temporal_trouble(self, fault: Exception) -> Trouble:
        """Why Temporal does not list what it runs. Where it answers, an error at two looks in a row is its own failure.

        A Temporal whose database fails still answers from memory; one that starts fails for some seconds.
        """
        latest = self._parts.standings.latest
        again = latest is not None and any(each.trouble.subject == _TEMPORAL for each in latest.service)
        if again and isinstance(fault, TemporalDown) and await answers(self._parts.temporal):
            return _temporal_fails(fault)
        return _temporal_away(fault)

    async def _stray(self, run: Run, where: Service) -> Trouble | None:
        """What is wrong with an open workflow, where the store does not have it so."""
        store = self._parts.store
        type_, name = named_by(run.workflow_id)
        try:
            if type_ == ROTATE_WORKFLOW:
                return await stray(self._parts, run, where)
            if type_ == SURVEY_WORKFLOW:
                await store.sites.get(SiteId(name))
            elif type_ == SIMULATE_WORKFLOW:
                await store.simulations.get(SimulationId(name))
            elif type_ == ISSUE_WORKFLOW:
                await store.certificate_orders.get(OrderId(name))
        except (UnknownSite, UnknownSimulation, UnknownOrder):
            return not_recorded(run, where)
        return None

    async def _keep(self, found: Reconciliation) -> Reconciliation:
        parts = self._parts
        before, parts.standings.latest = parts.standings.latest, found  # a locked database may take half a minute
        try:
            await parts.store.reconciliations.keep(found)
        except (StoreFull, SQLAlchemyError, OSError) as error:
            trouble = _store_full(error) if isinstance(error, StoreFull) else _store_away(error)
            service = [each.trouble for each in found.service if each.trouble.code is not trouble.code]
            found = reconciled(
                before,
                found.taken_at,
                service=[trouble, *service],
                rotations=[each.trouble for each in found.rotations],
                workflows=[each.trouble for each in found.workflows],
            )
        _tell(before, found)
        parts.standings.latest = found
        return found


def _is_open(run: Run | None) -> bool:
    return run is not None and run.status.is_open


def _temporal_away(fault: Exception) -> Trouble:
    down = "does not answer" if isinstance(fault, TemporalDown) else "has not answered what it runs"
    text = f"Temporal {down}: the state of rotations is not known; those that run go on when it is back"
    remedy = "see that Temporal runs; rotator up starts the embedded one"
    return unknown(TroubleCode.TEMPORAL_AWAY, _TEMPORAL, text, remedy)


def _temporal_fails(fault: Exception) -> Trouble:
    text = f"Temporal runs, and cannot do what it is asked ({fault}): no rotation goes on while its database fails"
    remedy = "make room on the disk of Temporal's database, or see why it fails; rotations then go on by themselves"
    return stalled(TroubleCode.TEMPORAL_FAILS, _TEMPORAL, text[:_LONGEST], remedy)


def _store_away(error: Exception) -> Trouble:
    text = f"the database does not answer, or is locked ({type(error).__name__})"
    return unknown(
        TroubleCode.STORE_AWAY, "store", text, "see that the database runs; the log of the API has the reason"
    )


def _store_full(error: StoreFull) -> Trouble:
    text = f"the database cannot be written: {error}. Nothing can be recorded, so no rotation goes on"
    remedy = "make room on the disk of the database; rotations then go on by themselves"
    return stalled(TroubleCode.STORE_FULL, "store", text, remedy)


def _tell(before: Reconciliation | None, found: Reconciliation) -> None:
    """Put what is new into the log, and what is over."""
    known = {(each.trouble.subject, each.trouble.code) for each in before.all} if before else set()
    now = {(each.trouble.subject, each.trouble.code): each.trouble for each in found.all}
    for key, trouble in now.items():
        if key not in known:
            _log.warning(trouble.standing.value, **trouble.model_dump(mode="json", exclude={"standing"}))
    for subject, code in known - now.keys():
        _log.info("over", subject=subject, code=code.value)
