"""The limits of a site: what its owner wants waited for, changed as the API does."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.invalid import checked
from api.http.problems import ProblemError
from api.manners.refusals import REFUSALS
from api.pages.frame.own_forms import texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.pages.site.limit_fields import LIMIT_FIELDS, NO_PURGE, PREFIX, changed_limits, shown_limits
from api.pages.site.limits_wish import VERSION, WishedLimits, shown_version, wished_limits
from api.parts import Parts, WithParts
from api.site.limits import set_limits
from api.site.site_document import DatabaseRequest, LimitsRequest
from api.site.sites import set_database
from rotation.identity.permission import Permission
from rotation.planning.advice.short_stay import unkept_pace
from rotation.site import DatabaseKind, Site
from rotation.values import SiteId
from store.site.sites import require_in_use

router = APIRouter(prefix="/sites/{site_id}/limits", include_in_schema=False)
_WHY, _DATABASE = "why", "database"
_OF_DATABASE = {"invalid-request": _DATABASE, _WHY: "database-why"}
"""The same of the form of the database."""
_ELSEWHERE = {each.of_document: each.name for each in LIMIT_FIELDS} | {"body": f"{PREFIX}holdout_minimum"}
"""Where a refusal is shown whose subject is no field: what is wrong with all of them is the order of the holdout's."""


@router.get("", dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def show(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> HTMLResponse:
    """The form, with the limits as they are."""
    version = await parts.store.site_changes.version(site_id)
    site = require_in_use(await parts.store.sites.get(site_id))
    wished, pace = await wished_limits(parts, caller, site_id), await _unkept_pace(parts, site)
    return _form(request, site, shown_limits(site.limits) | {VERSION: version}, wished, pace)


@router.post("", dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def change(request: Request, site_id: SiteId, parts: WithParts, caller: Caller, author: WithAuthor) -> Response:
    """Set them. A form that asks for what they are already changes nothing: so does the same form, sent twice."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))
    fields = {each.name for each in LIMIT_FIELDS} | {_WHY}
    try:
        with checked():
            order = LimitsRequest.model_validate({**changed_limits(sent, site.limits), _WHY: sent.get(_WHY, "")})
        if order.limits() != site.limits or site.refused_limits:
            await set_limits(site_id, order, caller, author, parts, expected=await shown_version(parts, site_id, sent))
    except REFUSALS as error:
        wished, pace = await wished_limits(parts, caller, site_id), await _unkept_pace(parts, site)
        return _form(request, site, sent, wished, pace, refused=refused_form(error, fields, _ELSEWHERE))
    return RedirectResponse(f"/sites/{site_id}#limits", HTTPStatus.SEE_OTHER)


@router.post("/database", dependencies=[allowed(Permission.CONFIGURE_SITES)])
async def state_database(
    request: Request, site_id: SiteId, parts: WithParts, caller: Caller, author: WithAuthor
) -> Response:
    """State which database the site has. A form that states the present one changes nothing."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))
    try:
        with checked():
            order = DatabaseRequest(database=_stated(sent), why=sent.get(_WHY, ""))
        if order.database is not site.database:
            await set_database(site_id, order, author, parts, await shown_version(parts, site_id, sent))
    except REFUSALS as error:
        wished, pace = await wished_limits(parts, caller, site_id), await _unkept_pace(parts, site)
        values = shown_limits(site.limits) | {VERSION: sent.get(VERSION, "")}
        return _form(
            request, site, values, wished, pace, refused=refused_form(error, _OF_DATABASE.values(), _OF_DATABASE)
        )
    return RedirectResponse(f"/sites/{site_id}#limits", HTTPStatus.SEE_OTHER)


def _stated(sent: Mapping[str, str]) -> DatabaseKind:
    try:
        return DatabaseKind(sent.get(_DATABASE, ""))
    except ValueError:
        reason, remedy = "the form names no database that a site can have", "choose one of the list"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", reason, remedy=remedy) from None


async def _unkept_pace(parts: Parts, site: Site) -> timedelta | None:
    """How often clients check in, where that is too rarely for the site's limit; by the newest survey."""
    survey = await parts.store.surveys.latest_complete(site.id)
    if survey is None or len(site.servers) == 1:
        return None
    return unkept_pace(site.limits, (await parts.store.surveys.get(survey)).groups)


def _form(
    request: Request,
    site: Site,
    values: Mapping[str, str],
    wished: tuple[WishedLimits, ...],
    pace: timedelta | None,
    *,
    refused: RefusedForm | None = None,
) -> HTMLResponse:
    status = HTTPStatus.OK if refused is None else refused.status
    return render_page(
        request,
        "limits.html",
        status,
        site=site,
        values=values,
        limits=LIMIT_FIELDS,
        no_purge=NO_PURGE,
        databases=tuple(DatabaseKind),
        version=values.get(VERSION, ""),
        wished_limits=wished,
        pace=pace,
        refused=refused,
    )
