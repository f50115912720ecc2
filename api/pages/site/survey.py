"""The newest survey of a site in short, and a new one."""

from http import HTTPStatus

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import AwareDatetime

from api.http.allowed import allowed
from api.http.caller import Caller
from api.pages.frame.csv_file import csv_file
from api.parts import Parts, WithParts
from api.site.survey_document import SurveyGoesOn
from api.site.surveys import require_surveyed, survey_site
from rotation.identity.permission import Permission
from rotation.plan.plan import copied_from
from rotation.span import Length
from rotation.survey import SiteSurvey
from rotation.values import ListName, SiteId, Value

router = APIRouter(prefix="/sites/{site_id}", include_in_schema=False)
NONE_YET = "none"
"""The id of a survey where there is none."""


class UsedList(Value):
    """A server list that groups use."""

    name: ListName
    group: str
    """The path of one of them: its export shows what is in the list."""
    copied: bool
    """Whether a rotation has made it: then there is nothing to describe."""


class SurveyInShort(Value):
    """A complete survey, in numbers."""

    id: str
    taken_at: AwareDatetime
    version: str
    skew: Length
    groups: int
    clients: int
    replication_partners: tuple[str, ...]
    lists: tuple[UsedList, ...]


async def newest_survey(parts: Parts, site_id: SiteId) -> SurveyInShort | None:
    """The newest complete survey of a site; None where it was never surveyed."""
    survey_id = await parts.store.surveys.latest_complete(site_id)
    if survey_id is None:
        return None
    survey = await parts.store.surveys.get(survey_id)
    return SurveyInShort(
        id=survey_id,
        taken_at=survey.taken_at,
        version=survey.version,
        skew=survey.skew,
        groups=len(survey.groups),
        clients=await parts.store.surveys.client_count(survey_id),
        replication_partners=survey.replication_partners,
        lists=_used_lists(survey),
    )


def _used_lists(survey: SiteSurvey) -> tuple[UsedList, ...]:
    used: dict[ListName, str] = {}
    for group in survey.groups:
        for location in group.locations:
            used.setdefault(location.settings.server_list, group.path)
    return tuple(
        UsedList(name=name, group=path, copied=copied_from(name) is not None) for name, path in sorted(used.items())
    )


@router.get("/groups.csv", dependencies=[allowed(Permission.SEE_TASKS)])
async def list_groups(site_id: SiteId, parts: WithParts) -> Response:
    """Every group of the newest complete survey, with its ID: a server names the folder of the group's files by it."""
    survey = await parts.store.surveys.get(await require_surveyed(parts, site_id))
    return csv_file(f"groups-{site_id}", ("id", "path"), ((each.id, each.path) for each in survey.groups))


@router.post("/survey", dependencies=[allowed(Permission.RECORD)])
async def survey(site_id: SiteId, caller: Caller, parts: WithParts) -> Response:
    """Survey the site; one that takes long goes on, and the page of the site waits for it."""
    before = await parts.store.surveys.latest_complete(site_id) or NONE_YET
    shown = await survey_site(site_id, caller, parts, Response())
    waits = f"?after={before}" if isinstance(shown, SurveyGoesOn) else ""
    return RedirectResponse(f"/sites/{site_id}{waits}", HTTPStatus.SEE_OTHER)
