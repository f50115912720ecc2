"""Surveys: waited for as long as the caller wants, joined when one is running, each failure with its own type."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from engine.client.surveys import survey
from engine.contract import ActivityName, ErrorType, SurveyAnswer, SurveyRequest
from engine.fault import SurveyFailed
from engine.ids import survey_workflow
from rotation.values import SiteId
from workflows.survey_site import SurveySite

LONG = timedelta(seconds=30)


class Surveyor:
    """Stands for the activity that reads a site."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()
        self.fails: ApplicationError | None = None

    @activity.defn(name=ActivityName.SURVEY_SITE)
    async def survey_site(self, request: SurveyRequest) -> SurveyAnswer:
        """Answer when the test allows it."""
        self.begun += 1
        await self.may_end.wait()
        if self.fails is not None:
            raise self.fails
        return SurveyAnswer(survey_id=f"of-{request.site_id}", clients=3, groups=1)


@pytest.fixture
def surveyor():
    """The activity, in the hands of the test."""
    return Surveyor()


@pytest.fixture
def site() -> SiteId:
    """A site that no other test surveys."""
    return SiteId(f"site-{uuid4().hex}")


@pytest.fixture
async def served(worker_client, task_queue, surveyor):
    """A task queue with a worker."""
    async with Worker(worker_client, task_queue=task_queue, workflows=[SurveySite], activities=[surveyor.survey_site]):
        yield task_queue


async def test_the_answer_comes_when_the_survey_ends_in_time(client, surveyor, site, served) -> None:
    """A survey that ends while a caller waits brings its numbers."""
    surveyor.may_end.set()
    answer = await survey(client, site, LONG, task_queue=served)
    assert answer == SurveyAnswer(survey_id=f"of-{site}", clients=3, groups=1)


async def test_a_long_survey_goes_on_and_is_joined(client, surveyor, site, served) -> None:
    """None while it runs; asking again joins the same survey, and the site is read once."""
    soon = timedelta(milliseconds=100)
    assert await survey(client, site, soon, task_queue=served) is None
    running = client.get_workflow_handle(survey_workflow(site))
    first = (await running.describe()).run_id
    joined = asyncio.ensure_future(survey(client, site, LONG, task_queue=served))
    # asked after it and answered before the end: the caller before has joined, too
    assert await survey(client, site, soon, task_queue=served) is None
    surveyor.may_end.set()
    assert await joined is not None
    assert (surveyor.begun, (await running.describe()).run_id) == (1, first)


async def test_a_failure_says_its_type(client, surveyor, site, served) -> None:
    """What a person must act on comes through with the type of the contract and its message."""
    surveyor.fails = ApplicationError("the password is wrong", type=ErrorType.SEPM_CREDENTIALS, non_retryable=True)
    surveyor.may_end.set()
    with pytest.raises(SurveyFailed) as failed:
        await survey(client, site, LONG, task_queue=served)
    assert failed.value.type == ErrorType.SEPM_CREDENTIALS
    assert failed.value.message == "the password is wrong"
