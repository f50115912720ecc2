"""A survey for a plan or a start: fresh, or recent enough for the one who asks."""

from datetime import timedelta

from api.http.problems import later
from api.parts import Parts
from engine.contract import SurveyAnswer
from rotation.values import SiteId
from store.site.sites import require_in_use

AGAIN_AFTER = 10
"""Seconds."""
USE_IT = "send the request again with survey_max_age, e.g. PT2H, so that this survey is used"


async def fresh_survey(parts: Parts, site_id: SiteId, max_age: timedelta, *, caller: str) -> str:
    """As `survey_within`.

    Raises:
        ProblemError: 503, when the survey takes longer than a request waits. It goes on.
    """
    survey_id = await survey_within(parts, site_id, max_age, caller=caller)
    if survey_id is None:
        raise later(
            "survey-running",
            f"the survey of site {site_id} takes longer than a request waits; it goes on",
            seconds=AGAIN_AFTER,
            remedy=USE_IT,
        )
    return survey_id


async def survey_within(parts: Parts, site_id: SiteId, max_age: timedelta, *, caller: str) -> str | None:
    """The id of a complete survey of the site that is not older than `max_age`; else the site is surveyed now.

    None: the survey takes longer than a request waits, and goes on.

    Raises:
        SiteArchived: when the site is archived.
        TooManySurveys: when as many run as may at once, of this caller or in all.
    """
    require_in_use(await parts.store.sites.get(site_id))
    recent = await _recent(parts, site_id, max_age)
    if recent is not None:
        return recent
    answer = await survey_now(parts, site_id, caller=caller)
    return None if answer is None else answer.survey_id


async def survey_now(parts: Parts, site_id: SiteId, *, caller: str) -> SurveyAnswer | None:
    """Survey the site, or join its running survey. None: it takes longer than a request waits, and goes on.

    Raises:
        TooManySurveys: as `survey_within`.
    """
    return await parts.surveys.survey(
        parts.temporal, site_id, parts.survey_wait, caller=caller, task_queue=parts.task_queue
    )


async def _recent(parts: Parts, site_id: SiteId, max_age: timedelta) -> str | None:
    survey_id = await parts.store.surveys.latest_complete(site_id) if max_age else None
    if survey_id is None:
        return None
    taken_at = (await parts.store.surveys.get(survey_id)).taken_at
    return survey_id if parts.clock() - taken_at <= max_age else None
