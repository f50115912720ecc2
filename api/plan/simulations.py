"""/v1/plans/{id}/simulations: what a plan would do to its site, played on simulated time before anything is touched."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.problems import described, refused
from api.manners.paging import AskedPage
from api.parts import Parts, WithParts
from api.plan.simulation_document import SimulationInList, SimulationList, SimulationRequest, SimulationShown
from api.repeats.request_key import WithRequestKey
from rotation.identity.permission import Permission
from rotation.plan.plan_with_site import unplayable
from rotation.simulation import NewSimulation, SimulationState
from rotation.values import PlanId, SimulationId
from service.identity import id_of
from service.plans.surveyed import surveyed_plan
from service.startable import accept, cancel_played
from store.rotation.simulations import Simulation, UnknownSimulation

router = APIRouter(prefix="/v1/plans/{plan_id}/simulations", tags=["simulations"])

_AGAIN = "5"
"""Seconds until it is worth asking again."""


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
    dependencies=[allowed(Permission.PLAN)],
)
async def simulate_plan(
    plan_id: PlanId,
    order: SimulationRequest,
    caller: Caller,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> SimulationShown:
    """Play a plan, as its site is known now, some times. The same key again gives the same simulation."""
    simulation_id = SimulationId(id_of("sim", key.sent))
    await parts.store.simulations.expect_room(simulation_id, plan_id, caller.name)
    surveyed = await surveyed_plan(parts.store, plan_id, most=order.clients)
    if reasons := unplayable(surveyed):
        raise refused("cannot-be-played", reasons, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    new = NewSimulation(
        id=simulation_id,
        plan_id=plan_id,
        site_id=surveyed.site.id,
        asked_by=caller.name,
        wish=order.wish(),
    )
    simulation = await parts.store.simulations.create(
        new,
        surveyed,
        parts.clock(),
        idempotency_key=key.sent,
        fingerprint=order.fingerprint(plan_id, caller.name),
    )
    await accept(parts, simulation)
    response.headers.update({"Location": _url(simulation), "Retry-After": _AGAIN})
    return SimulationShown.of(simulation)


@router.get("", responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT), dependencies=[allowed(Permission.SEE)])
async def list_simulations(plan_id: PlanId, parts: WithParts, asked: AskedPage) -> SimulationList:
    """The simulations of a plan, the newest first."""
    await parts.store.plans.get(plan_id)
    return SimulationList.of(await parts.store.simulations.page(plan_id, asked), SimulationInList.of)


@router.get("/{simulation_id}", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_simulation(
    plan_id: PlanId, simulation_id: SimulationId, parts: WithParts, response: Response
) -> SimulationShown:
    """A simulation: how many runs are played, and the result when all of them are."""
    simulation = await _of_plan(parts, plan_id, simulation_id)
    if simulation.state is SimulationState.RUNNING:
        response.headers["Retry-After"] = _AGAIN
    return SimulationShown.of(simulation)


@router.delete(
    "/{simulation_id}",
    name="delete_simulation",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.PLAN)],
)
@router.post(
    "/{simulation_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.PLAN)],
)
async def stop_simulation(
    plan_id: PlanId, simulation_id: SimulationId, parts: WithParts, response: Response
) -> SimulationShown:
    """Play no more runs. It stays on record; one that has ended stays as it is."""
    simulation = await _of_plan(parts, plan_id, simulation_id)
    simulation = await cancel_played(parts, simulation, parts.clock())
    response.headers["Location"] = _url(simulation)
    return SimulationShown.of(simulation)


async def _of_plan(parts: Parts, plan_id: PlanId, simulation_id: SimulationId) -> Simulation:
    simulation = await parts.store.simulations.get(simulation_id)
    if simulation.plan_id != plan_id:
        raise UnknownSimulation(f"plan {plan_id} has no simulation {simulation_id}")
    return simulation


def _url(simulation: Simulation) -> str:
    return f"/v1/plans/{simulation.plan_id}/simulations/{simulation.id}"
