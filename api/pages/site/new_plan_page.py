"""A new plan of a site: which certificate goes into which server, and how; nothing is changed by it."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.caller import Caller
from api.manners.refusals import REFUSALS
from api.pages.frame.own_forms import kept_key_of, texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.pages.site import plan_choices as choices
from api.parts import Parts, WithParts
from api.plan.plans import make_plan
from api.site.survey_document import SurveyGoesOn
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.plan.request import Unproven
from rotation.site import Site
from rotation.values import SiteId
from store.site.sites import require_in_use

router = APIRouter(prefix="/sites/{site_id}/plans", include_in_schema=False)
_CERTIFICATES = 200


@router.get("", dependencies=[allowed(Permission.PLAN)])
async def show(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> HTMLResponse:
    """The form."""
    return await _form(request, parts, caller, require_in_use(await parts.store.sites.get(site_id)), {})


@router.post("", dependencies=[allowed(Permission.PLAN)])
async def plan(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Make the plan, and show it. The same form again gives the same plan."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))
    try:
        order = choices.request_of(sent, site_id)
        made = await make_plan(order, caller, parts, Response(), kept_key_of(request, caller, sent))
    except REFUSALS as error:
        refused = refused_form(error, choices.fields_of(site.servers), choices.ELSEWHERE)
        return await _form(request, parts, caller, site, sent, refused=refused)
    if isinstance(made, SurveyGoesOn):
        return await _form(request, parts, caller, site, {**sent, choices.RECENT: "1"}, surveyed=True)
    return RedirectResponse(f"/plans/{made.id}", HTTPStatus.SEE_OTHER)


async def _form(
    request: Request,
    parts: Parts,
    caller: Principal,
    site: Site,
    sent: Mapping[str, str],
    *,
    surveyed: bool = False,
    refused: RefusedForm | None = None,
) -> HTMLResponse:
    kept = await parts.store.certificates.list()
    return render_page(
        request,
        "new_plan.html",
        HTTPStatus.OK if refused is None else refused.status,
        site=site,
        certificates=[each for each in kept if each.not_after > parts.clock()][:_CERTIFICATES],
        values=sent,
        surveyed=surveyed,
        refused=refused,
        choices=choices.CHOICES,
        unproven=choices.UNPROVEN_EFFECTS,
        usual=Unproven.RELAX,
        keeps=caller.may(Permission.KEEP_CERTIFICATES),
        request_id=uuid4().hex,
    )
