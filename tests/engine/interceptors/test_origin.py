"""Who may have an activity done: a workflow of ours; the server has no other door open."""

import asyncio
import base64
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import uuid4

import pytest
from temporalio import activity, workflow
from temporalio.client import ActivityFailureError, Client, WorkflowFailureError
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from engine.client.client import connect
from engine.contract import ISSUE_WORKFLOW, SURVEY_WORKFLOW, WATCH_WORKFLOW, ActivityName, SurveyAnswer, SurveyRequest
from engine.ids import WATCH, is_ours, order_workflow, rotation_workflow, survey_workflow
from engine.interceptors.origin import NO_WORKFLOW_OF_OURS
from engine.plugin import RotatorPlugin
from engine.process.embedded import EmbeddedServer, RunningServer
from rotation.values import OrderId, SiteId
from tests.signing import SIGNING

DOORS = ("activity.enableStandalone=false", 'frontend.httpAllowedHosts=["nobody.invalid"]')
QUEUE = "obeys"


@dataclass(frozen=True)
class OtherServer(EmbeddedServer):
    """An embedded server as it was started, with its doors open as a Temporal of another operator may have them."""

    doors_open: bool = False
    commands: list[tuple[str, ...]] = field(default_factory=list)

    def command(self) -> tuple[str, ...]:
        """Remember it, and leave out what shuts the doors."""
        made = list(super().command())
        for door in [each for each in made if self.doors_open and each in DOORS]:
            place = made.index(door)
            del made[place - 1 : place + 1]
        self.commands.append(tuple(made))
        return tuple(made)

    @property
    def http_port(self) -> int:
        """The HTTP port of the server that runs."""
        command = self.commands[-1]
        return int(command[command.index("--http-port") + 1])


class Writer:
    """Stands for an activity that changes a site."""

    def __init__(self) -> None:
        self.asked_by: list[str | None] = []

    @activity.defn(name=ActivityName.SURVEY_SITE)
    async def survey_site(self, request: SurveyRequest) -> SurveyAnswer:
        """Note who has it act."""
        self.asked_by.append(activity.info().workflow_id)
        return SurveyAnswer(survey_id=request.site_id, clients=0, groups=0)


@workflow.defn(name=SURVEY_WORKFLOW, sandboxed=False)
class Survey:
    """A survey as ours are."""

    @workflow.run
    async def run(self, request: SurveyRequest) -> SurveyAnswer:
        """Have the activity done."""
        answer: SurveyAnswer = await workflow.execute_activity(
            ActivityName.SURVEY_SITE.value,
            request,
            result_type=SurveyAnswer,
            start_to_close_timeout=timedelta(seconds=20),
        )
        return answer


@workflow.defn(name="Foreign", sandboxed=False)
class Foreign(Survey):
    """The same, as no workflow of ours is."""

    @workflow.run
    async def run(self, request: SurveyRequest) -> SurveyAnswer:
        """As `Survey.run`, which a subclass has to say itself."""
        return await super().run(request)


@asynccontextmanager
async def running(server: EmbeddedServer, *, doors_open: bool) -> AsyncIterator[OtherServer]:
    """The same server, as it is or as others may have it."""
    other = OtherServer(
        database=server.database,
        port=server.port,
        ui_port=server.ui_port,
        binary=server.binary,
        doors_open=doors_open,
    )
    started = await RunningServer.start(other)
    try:
        yield other
    finally:
        await started.stop()


@pytest.fixture
async def open_server(own_server) -> AsyncIterator[OtherServer]:
    """A running server that lets any client schedule an activity."""
    async with running(own_server, doors_open=True) as server:
        yield server


@pytest.fixture
async def shut_server(own_server) -> AsyncIterator[OtherServer]:
    """A running server as `rotator up` starts it."""
    async with running(own_server, doors_open=False) as server:
        yield server


async def connected(server: EmbeddedServer) -> Client:
    """A client for a worker."""
    return await connect(server.settings(), RotatorPlugin(signing=SIGNING))


async def post(server: OtherServer, path: str, body: Mapping[str, object]) -> int:
    """What the HTTP port answers to a post as any web page can make it: plain text, no preflight."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.http_port}/api/v1/namespaces/{server.namespace}/{path}",
        method="POST",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "text/plain", "Origin": "http://evil.invalid"},
    )

    def send() -> int:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status: int = answer.status
                return status
        except urllib.error.HTTPError as error:
            return error.code

    return await asyncio.to_thread(send)


def scheduled() -> dict[str, object]:
    """A survey in plain JSON, as the HTTP port takes it."""
    payload = {
        "metadata": {"encoding": base64.b64encode(b"json/plain").decode()},
        "data": base64.b64encode(b'{"site_id": "vienna"}').decode(),
    }
    return {
        "activityType": {"name": ActivityName.SURVEY_SITE.value},
        "taskQueue": {"name": QUEUE},
        "input": {"payloads": [payload]},
        "startToCloseTimeout": "20s",
    }


async def test_an_activity_without_a_workflow_is_refused(open_server) -> None:
    """By a client and over the HTTP port: nothing is done, it is not tried again, and its type says why."""
    writer, client = Writer(), await connected(open_server)
    async with Worker(client, task_queue=QUEUE, activities=[writer.survey_site]):
        with pytest.raises(ActivityFailureError) as refused:
            await client.execute_activity(
                ActivityName.SURVEY_SITE.value,
                SurveyRequest(site_id=SiteId("vienna")),
                id="by-itself",
                task_queue=QUEUE,
                start_to_close_timeout=timedelta(seconds=20),
            )
        assert await post(open_server, "activities/by-http", scheduled()) == 200
        with pytest.raises(ActivityFailureError) as over_http:
            await client.get_activity_handle("by-http").result()
    for each in (refused, over_http):
        assert isinstance(each.value.cause, ApplicationError)
        assert (each.value.cause.type, each.value.cause.non_retryable) == (NO_WORKFLOW_OF_OURS, True)
        assert "scheduled by itself and not done" in each.value.cause.message
    assert writer.asked_by == []


@pytest.mark.parametrize(
    ("kind", "workflow_id"),
    [
        (Foreign, survey_workflow(SiteId("vienna"))),
        (Survey, "mine"),
        (Survey, rotation_workflow(SiteId("vienna"))),
        (Survey, "survey/"),
    ],
    ids=["a type that is not ours", "an id that is not ours", "an id of another type", "an id of nothing"],
)
async def test_a_workflow_that_is_not_ours_has_nothing_done(worker_client, task_queue, kind, workflow_id) -> None:
    """Type and id both have to be as we make them."""
    writer = Writer()
    async with Worker(worker_client, task_queue=task_queue, workflows=[kind], activities=[writer.survey_site]):
        with pytest.raises(WorkflowFailureError) as refused:
            await worker_client.execute_workflow(
                kind.run, SurveyRequest(site_id=SiteId("vienna")), id=workflow_id, task_queue=task_queue
            )
    assert isinstance(refused.value.cause, ActivityError)
    assert isinstance(refused.value.cause.cause, ApplicationError)
    assert refused.value.cause.cause.type == NO_WORKFLOW_OF_OURS
    assert writer.asked_by == []


async def test_a_workflow_of_ours_has_it_done(worker_client, task_queue) -> None:
    """The check lets through what the service itself starts."""
    writer, mine = Writer(), survey_workflow(SiteId(uuid4().hex))
    async with Worker(worker_client, task_queue=task_queue, workflows=[Survey], activities=[writer.survey_site]):
        await worker_client.execute_workflow(
            Survey.run, SurveyRequest(site_id=SiteId("vienna")), id=mine, task_queue=task_queue
        )
    assert writer.asked_by == [mine]


async def test_the_embedded_server_schedules_none_and_its_http_port_obeys_none(shut_server) -> None:
    """A standalone activity is refused by the server itself; over HTTP no client can start anything."""
    client = await connected(shut_server)
    with pytest.raises(RPCError, match="Standalone activity is disabled") as refused:
        await client.execute_activity(
            ActivityName.SURVEY_SITE.value,
            id="by-itself",
            task_queue=QUEUE,
            start_to_close_timeout=timedelta(seconds=20),
        )
    assert refused.value.status is RPCStatusCode.UNIMPLEMENTED
    assert await post(shut_server, "activities/by-http", scheduled()) == 403
    begin = {"workflowType": {"name": SURVEY_WORKFLOW}, "taskQueue": {"name": QUEUE}}
    assert await post(shut_server, "workflows/by-http", begin) == 403
    assert [each async for each in client.list_workflows()] == []


def test_the_ids_of_every_type_are_known() -> None:
    """An order's and a round of the watch too; nothing without a type or an id."""
    assert is_ours(ISSUE_WORKFLOW, order_workflow(OrderId("order-1")))
    assert is_ours(WATCH_WORKFLOW, f"{WATCH}-2026-05-01T00:00:00Z")
    assert not is_ours(WATCH_WORKFLOW, WATCH)
    assert not is_ours(None, None)
    assert not is_ours(SURVEY_WORKFLOW, None)
