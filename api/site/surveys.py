"""/v1/sites/{id}/survey: reading a whole site, and what was read last."""

from collections import Counter
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.problems import ProblemError, described
from api.parts import Parts, WithParts
from api.site.fresh_survey import survey_now
from api.site.survey_document import SurveyGoesOn, SurveyShown
from rotation.identity.permission import Permission
from rotation.values import SiteId
from store.site.sites import require_in_use

router = APIRouter(prefix="/v1/sites", tags=["surveys"])


@router.post(
    "/{site_id}/survey",
    responses={
        **described(
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.BAD_GATEWAY,
            HTTPStatus.TOO_MANY_REQUESTS,
        ),
        int(HTTPStatus.ACCEPTED): {"model": SurveyGoesOn, "description": "It goes on"},
    },
    dependencies=[allowed(Permission.RECORD)],
)
async def survey_site(
    site_id: SiteId, caller: Caller, parts: WithParts, response: Response
) -> SurveyShown | SurveyGoesOn:
    """Survey a site now. A survey that takes long goes on, and is shown by GET when it is complete."""
    require_in_use(await parts.store.sites.get(site_id))
    answer = await survey_now(parts, site_id, caller=caller.name)
    if answer is not None:
        return await _shown(parts, site_id, answer.survey_id)
    response.status_code = HTTPStatus.ACCEPTED
    response.headers.update({"Location": f"/v1/sites/{site_id}/survey", "Retry-After": "5"})
    return SurveyGoesOn(site_id=site_id)


@router.get("/{site_id}/survey", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_survey(site_id: SiteId, parts: WithParts) -> SurveyShown:
    """The newest complete survey of a site."""
    return await _shown(parts, site_id, await require_surveyed(parts, site_id))


async def require_surveyed(parts: Parts, site_id: SiteId) -> str:
    """The id of the newest complete survey of a site.

    Raises:
        ProblemError: 404, where the site was never surveyed.
    """
    await parts.store.sites.get(site_id)
    survey_id = await parts.store.surveys.latest_complete(site_id)
    if survey_id is None:
        raise ProblemError(
            HTTPStatus.NOT_FOUND,
            "never-surveyed",
            f"site {site_id} has no complete survey",
            remedy=f"survey it: POST /v1/sites/{site_id}/survey",
        )
    return survey_id


async def _shown(parts: Parts, site_id: SiteId, survey_id: str) -> SurveyShown:
    clients = Counter(
        client.group_id for client in await parts.store.roster.entries(site_id) if client.observed is not None
    )
    return SurveyShown.of(site_id, survey_id, await parts.store.surveys.get(survey_id), clients)
