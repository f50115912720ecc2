"""Simulations of plans: asked for once for each request, played run by run, reported once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.plan.plan_with_site import SurveyedPlan
from rotation.simulation import NewSimulation, SimulationState
from rotation.values import PlanId, SimulationId, SiteId
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.database.upsert import insert_into
from store.fault import StoreFault
from store.rotation.rotations import IdempotencyConflict
from store.schema.tables import PlanRow, SimulatedRunRow, SimulatedSiteRow, SimulationRow

_OF_A_SITE, _OF_A_CALLER, _OF_ALL = 3, 5, 20
"""How many are played at once."""


_NEWEST = ListOrder("simulations", (SimulationRow.created_at, SimulationRow.id), falls=True)


class UnknownSimulation(StoreFault):
    """No simulation of that id is kept."""


class TooManySimulations(StoreFault):
    """As many are being played as may be at once."""


class Simulation(NewSimulation):
    """A simulation, and how far it is."""

    created_at: datetime
    state: SimulationState
    ended_at: datetime | None
    reason: str
    report: str | None
    """JSON text, once all runs are played."""
    done: int
    """How many runs are played."""


class Simulations:
    """The simulations of all plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self,
        new: NewSimulation,
        surveyed: SurveyedPlan,
        at: datetime,
        *,
        idempotency_key: str | None = None,
        fingerprint: str = "",
    ) -> Simulation:
        """Keep a simulation with the site that it plays; the same request again gets the first simulation.

        Raises:
            IdempotencyConflict: when the key or the id belongs to another request.
            TooManySimulations: when as many are being played for the site, the caller or all as may be at once.
        """
        try:
            return await self._create(new, surveyed, at, idempotency_key, fingerprint)
        except IntegrityError:
            # the same request came at the same time: its row is there now, and decides
            return await self._create(new, surveyed, at, idempotency_key, fingerprint)

    async def expect_room(self, simulation_id: SimulationId, plan_id: PlanId, asked_by: str) -> None:
        """Nothing where `create` would find room: what it would refuse is refused before a site is read for it.

        Raises:
            TooManySimulations: as `create`; never for a simulation that is kept.
        """
        async with self._database.read() as session:
            if await session.get(SimulationRow, simulation_id) is not None:
                return
            site = await session.scalar(select(PlanRow.site_id).where(PlanRow.id == plan_id))
            if site is not None:
                await _require_room(session, site, asked_by)

    async def _create(
        self, new: NewSimulation, surveyed: SurveyedPlan, at: datetime, key: str | None, fingerprint: str
    ) -> Simulation:
        async with self._database.write() as session:
            first = await session.get(SimulationRow, new.id)
            if first is None and key is not None:
                first = await session.scalar(select(SimulationRow).where(SimulationRow.idempotency_key == key))
            if first is not None:
                if first.request_fingerprint != fingerprint:
                    raise IdempotencyConflict(f"simulation {first.id} was asked for by another request with this key")
                return _simulation(first, await _played(session, first.id))
            await _require_room(session, new.site_id, new.asked_by)
            row = SimulationRow(
                **dict(new),
                created_at=at,
                idempotency_key=key,
                request_fingerprint=fingerprint,
                state=SimulationState.RUNNING,
                ended_at=None,
                reason="",
                report=None,
            )
            session.add(row)
            await session.flush()
            session.add(SimulatedSiteRow(simulation_id=new.id, surveyed=surveyed))
            await session.flush()
            return _simulation(row, 0)

    async def get(self, simulation_id: SimulationId) -> Simulation:
        """The simulation of that id.

        Raises:
            UnknownSimulation: when none is kept.
        """
        async with self._database.read() as session:
            row = await _known(session, simulation_id)
            return _simulation(row, await _played(session, simulation_id))

    async def page(self, plan_id: PlanId, asked: PageRequest = FIRST_PAGE) -> Page[Simulation]:
        """The simulations of a plan, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        runs = select(func.count()).where(SimulatedRunRow.simulation_id == SimulationRow.id).scalar_subquery()
        wanted = select(SimulationRow, runs).where(SimulationRow.plan_id == plan_id)
        return await read_page(self._database, wanted, _NEWEST.of(plan_id), asked, _simulation)

    async def running(self) -> tuple[Simulation, ...]:
        """Those that have not ended, the oldest first."""
        begun = select(SimulationRow).where(SimulationRow.state == SimulationState.RUNNING)
        async with self._database.read() as session:
            rows = (await session.scalars(begun.order_by(SimulationRow.created_at, SimulationRow.id))).all()
            return tuple([_simulation(row, await _played(session, row.id)) for row in rows])

    async def site(self, simulation_id: SimulationId) -> SurveyedPlan:
        """The plan and its site as they were known when the simulation was asked for.

        Raises:
            UnknownSimulation: when none of that id is kept.
        """
        async with self._database.read() as session:
            row = await session.get(SimulatedSiteRow, simulation_id)
        if row is None:
            raise _unknown(simulation_id)
        return row.surveyed

    async def is_played(self, simulation_id: SimulationId, seed: int) -> bool:
        """Whether the run of a seed is kept."""
        async with self._database.read() as session:
            return await session.get(SimulatedRunRow, (simulation_id, seed)) is not None

    async def add_run(self, simulation_id: SimulationId, seed: int, record: str) -> None:
        """Keep the record of a run. The first one stays: another would be the same."""
        kept = {"simulation_id": simulation_id, "seed": seed, "record": record}
        async with self._database.write() as session:
            await session.execute(insert_into(session, SimulatedRunRow).on_conflict_do_nothing(), [kept])

    async def records(self, simulation_id: SimulationId) -> Sequence[str]:
        """The records of all runs, in the order of their seeds."""
        wanted = select(SimulatedRunRow.record).where(SimulatedRunRow.simulation_id == simulation_id)
        async with self._database.read() as session:
            return (await session.scalars(wanted.order_by(SimulatedRunRow.seed))).all()

    async def end(
        self,
        simulation_id: SimulationId,
        state: SimulationState,
        at: datetime,
        *,
        report: str | None = None,
        reason: str = "",
    ) -> None:
        """Note how a simulation ended. The first end stays.

        Raises:
            UnknownSimulation: when none of that id is kept.
        """
        async with self._database.write() as session:
            row = await _known(session, simulation_id)
            if row.state == SimulationState.RUNNING:
                row.state, row.ended_at, row.report, row.reason = state, at, report, reason


async def _require_room(session: AsyncSession, site_id: str, asked_by: str) -> None:
    """A simulation has a processor for minutes: those who wait for theirs must not wait for days."""
    playing = select(func.count()).where(SimulationRow.state == SimulationState.RUNNING)
    bounds = (
        (playing.where(SimulationRow.site_id == site_id), _OF_A_SITE, f"of site {site_id}"),
        (playing.where(SimulationRow.asked_by == asked_by), _OF_A_CALLER, f"that {asked_by} has asked for"),
        (playing, _OF_ALL, "of all sites"),
    )
    for count, most, whose in bounds:
        if (await session.scalar(count) or 0) >= most:
            raise TooManySimulations(f"{most} simulations {whose} are being played, and no more are at once")


async def _known(session: AsyncSession, simulation_id: str) -> SimulationRow:
    row = await session.get(SimulationRow, simulation_id)
    if row is None:
        raise _unknown(simulation_id)
    return row


def _unknown(simulation_id: str) -> UnknownSimulation:
    return UnknownSimulation(f"no simulation of id {simulation_id} is kept")


async def _played(session: AsyncSession, simulation_id: str) -> int:
    counted = select(func.count()).select_from(SimulatedRunRow).where(SimulatedRunRow.simulation_id == simulation_id)
    return await session.scalar(counted) or 0


def _simulation(row: SimulationRow, done: int) -> Simulation:
    return Simulation(
        id=SimulationId(row.id),
        plan_id=PlanId(row.plan_id),
        site_id=SiteId(row.site_id),
        asked_by=row.asked_by,
        wish=row.wish,
        created_at=row.created_at,
        state=SimulationState(row.state),
        ended_at=row.ended_at,
        reason=row.reason,
        report=row.report,
        done=done,
    )
