"""A site: certificates on each port, its survey, rotations, plans, what is trusted, limits."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.http.allowed import allowed, forbidden
from api.http.caller import Caller
from api.pages.frame.rendering import render_page
from api.pages.home import now_of
from api.pages.site.limit_fields import LIMIT_FIELDS
from api.pages.site.limits_wish import wished_limits
from api.pages.site.registration_form import LISTS
from api.pages.site.survey import NONE_YET, newest_survey
from api.parts import WithParts
from api.plan.plans import list_plans
from api.rotation.rotations import list_rotations
from api.site.console_document import ConsoleSiteShown
from api.site.inventory import show_inventory
from api.site.site_document import SiteShown
from api.site.sites import show_site
from api.site.trust import show_trust
from engine.client.watch import next_round
from rotation.identity.permission import Permission
from rotation.values import SiteId
from store.database.page import PageRequest

_SurveyId = Annotated[str, Query(max_length=60, pattern="^[a-z0-9-]*$")]
_AGAIN, _TURNS = 5, 120
"""Seconds until the page of a site that is surveyed loads itself again, and how often it does: a survey can fail."""
_Turn = Annotated[int, Query(ge=0, le=_TURNS)]
router = APIRouter(prefix="/sites/{site_id}", include_in_schema=False)
_ROTATIONS, _PLANS = 20, 20


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(
    request: Request, site_id: SiteId, parts: WithParts, caller: Caller, *, after: _SurveyId = "", turn: _Turn = 0
) -> HTMLResponse:
    """The page of a site. One that waits for a newer survey than `after` loads itself again, so many times at most."""
    site: SiteShown | ConsoleSiteShown = await show_site(site_id, parts, Response())
    rotations = await list_rotations(parts, caller, PageRequest(_ROTATIONS), site_id=site_id)
    may_plan = caller.may(Permission.PLAN)
    running = await parts.store.rotations.running(site_id)
    survey = await newest_survey(parts, site_id)
    surveyed = bool(after) and turn < _TURNS and after == (survey.id if survey is not None else NONE_YET)
    page = render_page(
        request,
        "site.html",
        site=site,
        survey=survey,
        surveyed=surveyed,
        surveys=caller.may(Permission.RECORD),
        lists=LISTS,
        inventory=await show_inventory(parts, caller, site_id=site_id),
        next_look=await next_round(parts.temporal) if site.archived_at is None else None,
        rotations=rotations.items,
        ended=running is not None and parts.standings.has_ended(running, parts.clock()),
        running=[await now_of(parts, running)] if running is not None else [],
        plans=(await list_plans(site_id, caller, parts, PageRequest(_PLANS))).items,
        trust=await show_trust(site_id, parts) if isinstance(site, SiteShown) else None,
        barred=None if may_plan else (await forbidden(parts, caller, Permission.PLAN)).problem,
        limits=LIMIT_FIELDS,
        wished_limits=await wished_limits(parts, caller, site_id),
        version=await parts.store.site_changes.version(site_id),
        restores=caller.may(Permission.START),
        recovers=may_plan,
        configures=caller.may(Permission.CONFIGURE_SITES),
    )
    if surveyed:
        page.headers["Refresh"] = f"{_AGAIN};url=/sites/{site_id}?after={after}&turn={turn + 1}"
    return page
