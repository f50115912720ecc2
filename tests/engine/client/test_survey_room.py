"""How many surveys requests may have begun at once: one for a site, some for a caller, some more in all."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from engine.client import survey_room
from engine.client.client import lazy_client
from engine.client.survey_room import SurveyRoom
from engine.client.surveys import ended
from engine.contract import ErrorType
from engine.fault import SurveyFailed, TemporalDown, TooManySurveys
from engine.ids import survey_workflow
from engine.settings import TemporalSettings
from rotation.values import SiteId
from tests.engine.client.test_surveys import LONG, Surveyor
from workflows.survey_site import SurveySite

SOON = timedelta(milliseconds=50)


@pytest.fixture
def surveyor():
    """The activity, in the hands of the test."""
    return Surveyor()


@pytest.fixture
async def begun(client, worker_client, task_queue, surveyor):
    """Begins a survey in a room, and waits for it a little, or long."""

    def begin(room: SurveyRoom, site: SiteId, caller: str, wait: timedelta = SOON):
        return room.survey(client, site, wait, caller=caller, task_queue=task_queue)

    async with Worker(worker_client, task_queue=task_queue, workflows=[SurveySite], activities=[surveyor.survey_site]):
        yield begin


def sites(count: int) -> list[SiteId]:
    """Sites that no other test surveys."""
    return [SiteId(f"site-{uuid4().hex}") for _ in range(count)]


async def until_empty(room: SurveyRoom) -> None:
    """As soon as no survey holds room."""
    async with asyncio.timeout(30):
        while room._running:  # noqa: ASYNC110 - it is freed by a task of the room
            await asyncio.sleep(0.02)


async def test_a_caller_and_all_callers_have_so_many_at_once(begun, surveyor):
    """What goes on counts, joined or not; another caller has room until there is none in all; an end makes room."""
    room, (one, two, three, four) = SurveyRoom(of_a_caller=2, of_all=3), sites(4)
    for site in (one, two, one, one):
        assert await begun(room, site, "ann") is None
    with pytest.raises(TooManySurveys, match="surveys that ann has asked for run, and more do not run at once: 2"):
        await begun(room, three, "ann")
    assert await begun(room, three, "bob") is None
    assert await begun(room, three, "ann") is None, "a survey that runs is joined"
    with pytest.raises(TooManySurveys, match="surveys that requests have begun run, and more do not run at once: 3"):
        await begun(room, four, "cid")
    assert surveyor.begun == 3
    surveyor.may_end.set()
    await until_empty(room)
    assert await begun(room, four, "ann", LONG) is not None
    assert room._running == {}


async def test_what_ends_while_it_is_waited_for_holds_room_no_longer(begun, surveyor):
    """An answer and a failure alike, as many times as one likes."""
    room, (one, two) = SurveyRoom(of_a_caller=1, of_all=1), sites(2)
    surveyor.may_end.set()
    assert await begun(room, one, "ann", LONG) is not None
    surveyor.fails = ApplicationError("it is gone", type=ErrorType.GROUP_GONE, non_retryable=True)
    for site in (one, two, one):
        with pytest.raises(SurveyFailed):
            await begun(room, site, "ann", LONG)
    assert not room._running


async def test_a_failure_behind_the_request_makes_room(begun, surveyor):
    """The survey goes on behind the request, and fails there."""
    room, (one,) = SurveyRoom(), sites(1)
    surveyor.fails = ApplicationError("it is gone", type=ErrorType.GROUP_GONE, non_retryable=True)
    assert await begun(room, one, "ann") is None
    surveyor.may_end.set()
    await until_empty(room)


@pytest.fixture
def away(monkeypatch):
    """Has Temporal be away when it is asked how a survey has ended: so often. Gives what is set when it is back."""

    def times(count: int) -> asyncio.Event:
        left, back = iter(range(count)), asyncio.Event()

        async def asked(client, site_id, longest):
            if next(left, None) is not None:
                raise TemporalDown("a test")
            back.set()
            await ended(client, site_id, longest)

        monkeypatch.setattr(survey_room, "ended", asked)
        monkeypatch.setattr(survey_room, "_AGAIN", SOON)
        return back

    return times


async def test_an_outage_of_temporal_makes_no_room(begun, surveyor, away):
    """The survey goes on meanwhile; it is asked again how it has ended."""
    back = away(3)
    room, (one, two) = SurveyRoom(of_a_caller=1), sites(2)
    assert await begun(room, one, "ann") is None
    await asyncio.wait_for(back.wait(), 30)
    with pytest.raises(TooManySurveys):
        await begun(room, two, "ann")
    surveyor.may_end.set()
    await until_empty(room)


async def test_a_survey_that_is_gone_makes_room(begun, client, surveyor, away):
    """Its history was deleted in Temporal while that was away: nothing is left to wait for."""
    away(1)
    room, (one,) = SurveyRoom(), sites(1)
    assert await begun(room, one, "ann") is None
    waiting = room._running[one].goes_on
    assert waiting is not None
    execution = WorkflowExecution(workflow_id=survey_workflow(one))
    await client.workflow_service.delete_workflow_execution(
        DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    )
    surveyor.may_end.set()
    await until_empty(room)
    await waiting


async def test_what_was_not_begun_holds_no_room():
    """Temporal is away from the beginning: nothing is waited for, and no survey is counted."""
    nowhere = await lazy_client(TemporalSettings(address="127.0.0.1:1"))
    room, (one,) = SurveyRoom(), sites(1)
    with pytest.raises(TemporalDown):
        await room.survey(nowhere, one, SOON, caller="ann")
    assert not room._running
