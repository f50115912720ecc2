"""Surveys, as the API asks for them through Temporal."""

from temporalio import activity

from activities.failures import as_activity_failures
from engine.contract import ActivityName, SurveyAnswer, SurveyRequest
from service.surveying import survey_site
from service.world import World


class Surveying:
    """Surveys of sites."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.SURVEY_SITE)
    async def survey_site(self, request: SurveyRequest) -> SurveyAnswer:
        """Read the whole site."""
        with as_activity_failures():
            return await survey_site(self._world, request.site_id)
