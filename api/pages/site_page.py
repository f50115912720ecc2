"""A site: certificates on each port, rotations, plans, what is trusted, limits; and a new plan of it."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed, forbidden
from api.http.caller import Caller
from api.http.invalid import checked
from api.http.problems import later
from api.pages.frame.own_forms import key_of, texts_of
from api.pages.frame.rendering import render_page
from api.pages.home import now_of
from api.parts import WithParts
from api.plan.plan_document import NewPlanRequest
from api.plan.plans import list_plans, make_plan
from api.rotation.rotations import list_rotations
from api.site.console_document import ConsoleSiteShown
from api.site.fresh_survey import AGAIN_AFTER
from api.site.inventory import show_inventory
from api.site.site_document import SiteShown
from api.site.sites import show_site
from api.site.survey_document import SurveyGoesOn
from api.site.trust import show_trust
from rotation.identity.permission import Permission
from rotation.values import SiteId
from store.database.page import PageRequest

router = APIRouter(prefix="/sites/{site_id}", include_in_schema=False)
_ROTATIONS, _PLANS, _CERTIFICATES = 20, 20, 200
_FOR = "certificate-"
"""What begins the field of a server's certificate."""
_RECENT = "PT1H"
"""A survey that took longer than a request waits is used for the plan that is asked for again."""


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> HTMLResponse:
    """The page of a site."""
    site: SiteShown | ConsoleSiteShown = await show_site(site_id, parts, Response())
    rotations = await list_rotations(parts, caller, PageRequest(_ROTATIONS), site_id=site_id)
    may_plan = caller.may(Permission.PLAN)
    kept = await parts.store.certificates.list() if may_plan else ()
    running = await parts.store.rotations.running(site_id)
    return render_page(
        request,
        "site.html",
        site=site,
        inventory=await show_inventory(parts, caller, site_id=site_id),
        rotations=rotations.items,
        running=[await now_of(parts, running)] if running is not None else [],
        plans=(await list_plans(site_id, caller, parts, PageRequest(_PLANS))).items,
        trust=await show_trust(site_id, parts) if isinstance(site, SiteShown) else None,
        certificates=kept[:_CERTIFICATES],
        barred=None if may_plan else (await forbidden(parts, caller, Permission.PLAN)).problem,
        limits=site.limits.model_dump(mode="json"),
    )


@router.post("/plans", dependencies=[allowed(Permission.PLAN)])
async def plan(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Make a plan, which changes nothing, and show it."""
    sent = await texts_of(request)
    certificates = {name.removeprefix(_FOR): value for name, value in sent.items() if name.startswith(_FOR)}
    recent = _RECENT if "recent" in sent else "PT0S"
    with checked():
        order = NewPlanRequest.model_validate(
            {"site_id": site_id, "certificates": certificates, "survey_max_age": recent}
        )
    made = await make_plan(order, caller, parts, Response(), key_of(request, caller, sent))
    if isinstance(made, SurveyGoesOn):
        text = f"the survey of site {site_id} takes longer than a request waits; it goes on"
        remedy = "ask for the plan again in a while, and have it use a survey of the last hour"
        raise later("survey-running", text, seconds=AGAIN_AFTER, remedy=remedy)
    return RedirectResponse(f"/plans/{made.id}", HTTPStatus.SEE_OTHER)
