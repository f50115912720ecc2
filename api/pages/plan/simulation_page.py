"""A plan played on simulated time: asked for, followed, stopped, and read."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.invalid import checked
from api.manners.refusals import REFUSALS
from api.pages.frame.own_forms import kept_key_of, texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.pages.plan.simulation_result import SimulationResult
from api.parts import Parts, WithParts
from api.plan.simulation_document import SimulationRequest
from api.plan.simulations import list_simulations, show_simulation, simulate_plan, stop_simulation
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.simulation import MOST_CLIENTS, MOST_RUNS, SimulationState, SimulationWish, Unknowns
from rotation.values import PlanId, SimulationId
from store.database.page import PageRequest

router = APIRouter(prefix="/plans/{plan_id}/simulations", include_in_schema=False)
_FIELDS = frozenset(SimulationWish.model_fields)
_AGAIN = 3
"""Seconds until the page of a simulation that is played loads itself again."""
_NAMES = 10
"""Clients that are named of a run."""


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(request: Request, plan_id: PlanId, parts: WithParts, caller: Caller) -> HTMLResponse:
    """The simulations of a plan, and the form for another one."""
    return await _form(request, parts, caller, plan_id)


@router.post("", dependencies=[allowed(Permission.PLAN)])
async def play(request: Request, plan_id: PlanId, parts: WithParts, caller: Caller) -> Response:
    """Play the plan. The same form again is the same simulation."""
    sent = await texts_of(request)
    try:
        with checked():
            order = SimulationRequest.model_validate({name: sent[name] for name in _FIELDS if name in sent})
        key = kept_key_of(request, caller, sent)
        simulation = await simulate_plan(plan_id, order, caller, parts, Response(), key=key)
    except REFUSALS as error:
        return await _form(request, parts, caller, plan_id, sent=sent, refused=refused_form(error, _FIELDS, {}))
    return RedirectResponse(_url(plan_id, simulation.id), HTTPStatus.SEE_OTHER)


@router.get("/{simulation_id}", dependencies=[allowed(Permission.SEE)])
async def follow(
    request: Request, plan_id: PlanId, simulation_id: SimulationId, parts: WithParts, caller: Caller
) -> HTMLResponse:
    """How far it is, or what came of it. While it is played, the page loads itself again."""
    simulation = await show_simulation(plan_id, simulation_id, parts, Response())
    plan = await parts.store.plans.get(plan_id)
    runs = simulation.state is SimulationState.RUNNING
    page = render_page(
        request,
        "simulation.html",
        simulation=simulation,
        result=None if simulation.result is None else SimulationResult.model_validate(simulation.result),
        site=await parts.store.sites.get(plan.body.site_id),
        names=_NAMES,
        stops=runs and caller.may(Permission.PLAN),
    )
    if runs:
        page.headers["Refresh"] = f"{_AGAIN};url={_url(plan_id, simulation_id)}"
    return page


@router.post("/{simulation_id}/cancel", dependencies=[allowed(Permission.PLAN)])
async def stop(plan_id: PlanId, simulation_id: SimulationId, parts: WithParts) -> Response:
    """Play no more runs."""
    await stop_simulation(plan_id, simulation_id, parts, Response())
    return RedirectResponse(_url(plan_id, simulation_id), HTTPStatus.SEE_OTHER)


async def _form(
    request: Request,
    parts: Parts,
    caller: Principal,
    plan_id: PlanId,
    *,
    sent: Mapping[str, str] | None = None,
    refused: RefusedForm | None = None,
) -> HTMLResponse:
    plan = await parts.store.plans.get(plan_id)
    return render_page(
        request,
        "simulations.html",
        HTTPStatus.OK if refused is None else refused.status,
        plan=plan,
        site=await parts.store.sites.get(plan.body.site_id),
        simulations=(await list_simulations(plan_id, parts, PageRequest(20))).items,
        plays=caller.may(Permission.PLAN),
        values=sent or {},
        usual=SimulationWish(),
        most_runs=MOST_RUNS,
        most_clients=MOST_CLIENTS,
        unknowns=tuple(Unknowns),
        refused=refused,
        request_id=uuid4().hex,
    )


def _url(plan_id: PlanId, simulation_id: SimulationId) -> str:
    return f"/plans/{plan_id}/simulations/{simulation_id}"
