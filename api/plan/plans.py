"""/v1/plans: dry runs. A plan says what would happen, to whom, when and why; nothing is touched."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.http.allowed import allowed, require_seen
from api.http.caller import Caller
from api.http.problems import described, refused
from api.manners.paging import IN_DIGITS, AskedPage
from api.parts import Parts, WithParts
from api.plan.new_plans import kept, made_before, shown
from api.plan.plan_document import NewPlanRequest, PlanInList, PlanList, PlanShown
from api.repeats.request_key import WithRequestKey
from api.site.fresh_survey import AGAIN_AFTER, USE_IT, survey_within
from api.site.survey_document import SurveyGoesOn
from rotation.bounds import LONGEST
from rotation.finding import blocking
from rotation.identity.permission import Permission
from rotation.plan.plan_with_site import SurveyedPlan
from rotation.plan.request import PlanRequest
from rotation.values import PlanId, SiteId
from service.plans.planning import plan_from_survey
from service.plans.surveyed import surveyed_plan
from store.site.sites import require_in_use

router = APIRouter(prefix="/v1/plans", tags=["plans"])


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses={
        **described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY, HTTPStatus.TOO_MANY_REQUESTS),
        int(HTTPStatus.ACCEPTED): {
            "model": SurveyGoesOn,
            "description": "No plan yet: the survey takes longer than a request waits. Send the request again with "
            "`survey_max_age`",
        },
    },
    dependencies=[allowed(Permission.PLAN)],
)
async def make_plan(
    order: NewPlanRequest, caller: Caller, parts: WithParts, response: Response, key: WithRequestKey
) -> PlanShown | SurveyGoesOn:
    """Survey the site, and compute its rotation. Everything that must stop it is found here.

    A survey that takes long goes on, and is shown where `Location` says; the same request then makes the plan of it.
    """
    await require_seen(parts, caller, {"site_id": order.site_id})
    if (before := await made_before(parts, key)) is not None:
        return shown(before, response)
    request = order.request(require_in_use(await parts.store.sites.get(order.site_id)))
    await _require_certificates(parts, request)
    survey_id = await survey_within(parts, order.site_id, order.survey_max_age, caller=caller.name)
    if survey_id is None:
        response.status_code = HTTPStatus.ACCEPTED
        goes_on = {"Location": f"/v1/sites/{order.site_id}/survey", "Retry-After": str(AGAIN_AFTER)}
        response.headers.update(goes_on)
        return SurveyGoesOn(site_id=order.site_id, remedy=USE_IT)
    plan = await plan_from_survey(parts.store, order.site_id, survey_id, request, now=parts.clock())
    return shown(await kept(parts, plan, key), response)


@router.get("", responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT), dependencies=[allowed(Permission.SEE)])
async def list_plans(
    site_id: Annotated[SiteId, Query(max_length=LONGEST)], caller: Caller, parts: WithParts, asked: AskedPage
) -> PlanList:
    """The plans of a site, the newest first."""
    await require_seen(parts, caller, {"site_id": site_id})
    await parts.store.sites.get(site_id)
    return PlanList.of(await parts.store.plans.page(site_id, asked), PlanInList.of)


@router.get(
    "/{plan_id}", responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT), dependencies=[allowed(Permission.SEE)]
)
async def show_plan(plan_id: PlanId, parts: WithParts) -> PlanShown:
    """A plan."""
    return PlanShown.of(await parts.store.plans.get(plan_id))


@router.get(
    "/{plan_id}/surveyed",
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.SEE)],
)
async def show_plan_survey(
    plan_id: PlanId,
    parts: WithParts,
    clients: Annotated[
        int, Query(ge=1, le=100_000, description="How many at most: of each kind its share"), IN_DIGITS
    ] = 5000,
) -> SurveyedPlan:
    """A plan with all that is known of its site: what `rotator simulate --plan` plays."""
    return await surveyed_plan(parts.store, plan_id, most=clients)


async def _require_certificates(parts: Parts, request: PlanRequest) -> None:
    """Refuse unknown certificates before the site is surveyed.

    Raises:
        ProblemError: 422, with a finding for each.
    """
    known = {facts.id for facts in await parts.store.certificates.list()}
    remedy = "add it first: POST /v1/certificates"
    unknown = [wanted for wanted in dict.fromkeys(request.certificates.values()) if wanted not in known]
    if unknown:
        findings = [
            blocking("unknown-certificate", wanted, "no such certificate is kept", remedy) for wanted in unknown
        ]
        raise refused("unknown-certificate", findings, status=HTTPStatus.UNPROCESSABLE_ENTITY)
