"""A new plan of a site: which certificate goes into which server, and how; nothing is changed by it."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.caller import Caller
from api.manners.refusals import REFUSALS
from api.pages.frame.own_forms import kept_key_of, texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.pages.plan.offered_certificates import offered_certificates
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
_FIT_NAME = re.compile(r"[A-Za-z0-9*._:-]{1,253}")
"""A name that a certificate takes; a server may be called otherwise."""
_CertificateId = Annotated[str, Query(max_length=60, pattern="^[a-z0-9-]*$")]


@router.get("", dependencies=[allowed(Permission.PLAN)])
async def show(
    request: Request, site_id: SiteId, parts: WithParts, caller: Caller, made: _CertificateId = ""
) -> HTMLResponse:
    """The form; one certificate that was just made is chosen for every server."""
    site, chosen = require_in_use(await parts.store.sites.get(site_id)), {choices.EVERY_SERVER: made}
    return await form_of_plan(request, parts, caller, site, chosen if made else {})


@router.post("", dependencies=[allowed(Permission.PLAN)])
async def plan(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Make the plan, and show it. The same form again gives the same plan."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))
    try:
        order = choices.request_of(sent, site)
        made = await make_plan(order, caller, parts, Response(), kept_key_of(request, caller, sent))
    except REFUSALS as error:
        refused = refused_form(error, choices.fields_of(site.servers), choices.ELSEWHERE)
        return await form_of_plan(request, parts, caller, site, sent, refused=refused)
    if isinstance(made, SurveyGoesOn):
        return await form_of_plan(request, parts, caller, site, {**sent, choices.RECENT: "1"}, surveyed=True)
    return RedirectResponse(f"/plans/{made.id}", HTTPStatus.SEE_OTHER)


async def form_of_plan(
    request: Request,
    parts: Parts,
    caller: Principal,
    site: Site,
    sent: Mapping[str, str],
    *,
    surveyed: bool = False,
    refused: RefusedForm | None = None,
) -> HTMLResponse:
    """The form with what was typed; on a refusal with what is wrong."""
    kept = await parts.store.certificates.list()
    return render_page(
        request,
        "new_plan.html",
        HTTPStatus.OK if refused is None else refused.status,
        site=site,
        offered=offered_certificates([each for each in kept if each.not_after > parts.clock()][:_CERTIFICATES], site),
        keep_present=choices.KEPT,
        values=sent,
        surveyed=surveyed,
        refused=refused,
        choices=choices.CHOICES,
        unproven=choices.UNPROVEN_EFFECTS,
        usual=Unproven.RELAX,
        names=certificate_names(site),
        list_unknown=refused is not None and any(each.code == "list-not-described" for each in refused.others),
        orders=await parts.store.certificate_orders.running(),
        authority=parts.authority,
        keeps=caller.may(Permission.KEEP_CERTIFICATES),
        request_id=uuid4().hex,
    )


def certificate_names(site: Site) -> tuple[str, ...]:
    """What a certificate for every server has to name: each by its own name, as SEPM has it, and by its addresses."""
    named = [*(each.name for each in site.servers), *(each.address for each in site.servers)]
    return tuple(dict.fromkeys(name for name in named if _FIT_NAME.fullmatch(name)))
