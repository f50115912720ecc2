"""The schedule of the watch, on the real server: made once, kept as set, and never two rounds at a time."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from temporalio import activity
from temporalio.client import ScheduleOverlapPolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

from engine.client.client import connect
from engine.client.watch import arrange_watch, next_round
from engine.codec.codec import EncryptingCodec
from engine.contract import ActivityName, WatchAnswer, WatchRequest
from engine.ids import WATCH
from engine.plugin import RotatorPlugin
from tests.signing import SIGNING
from tests.workflows.serving import serving
from workflows.watch_certificates import WatchCertificates

HOURS = timedelta(hours=6)
NOT_MADE = timedelta(0)


class Watcher:
    """Stands for the activity that looks."""

    def __init__(self) -> None:
        self.begun = 0
        self.may_end = asyncio.Event()

    @activity.defn(name=ActivityName.WATCH_CERTIFICATES)
    async def watch_certificates(self, _request: WatchRequest) -> WatchAnswer:
        """Answer when the test allows it."""
        self.begun += 1
        await self.may_end.wait()
        return WatchAnswer(sites=1, ports=4, silent=3, changed=1)


@pytest.fixture
def watcher() -> Watcher:
    """The activity, in the hands of the test."""
    return Watcher()


@pytest.fixture
async def served(worker_client, task_queue, watcher) -> AsyncIterator[str]:
    """A task queue with a worker; the schedule and what it started are gone after the test."""
    worker = Worker(
        worker_client, task_queue=task_queue, workflows=[WatchCertificates], activities=[watcher.watch_certificates]
    )
    async with serving(worker):
        yield task_queue
        watcher.may_end.set()
        with contextlib.suppress(RPCError):  # the test itself has taken the schedule away
            found = await worker_client.get_schedule_handle(WATCH).describe()
            for each in found.info.recent_actions:
                await worker_client.get_workflow_handle(each.action.workflow_id).result()
        await arrange_watch(worker_client, NOT_MADE, task_queue=task_queue)
    # the id of a round has the second of its start in it: the next test's must be another, whatever still runs
    last = int(time.time())
    while int(time.time()) == last:  # noqa: ASYNC110 - a clock sets no event
        await asyncio.sleep(0.05)


@pytest.fixture
def described(client):
    """Describes the schedule as soon as a condition holds."""

    async def described(condition):
        async with asyncio.timeout(30):
            while not condition(found := await client.get_schedule_handle(WATCH).describe()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return found

    return described


async def test_a_first_round_begins_at_once(client, served, watcher, described) -> None:
    """The schedule is made with its interval and skips overlaps; its first round tells its numbers."""
    watcher.may_end.set()
    await arrange_watch(client, HOURS, task_queue=served)
    found = await described(lambda found: found.info.num_actions == 1)
    assert [each.every for each in found.schedule.spec.intervals] == [HOURS]
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    (started,) = found.info.recent_actions
    handle = client.get_workflow_handle(started.action.workflow_id, result_type=WatchAnswer)
    assert await asyncio.wait_for(handle.result(), 30) == WatchAnswer(sites=1, ports=4, silent=3, changed=1)
    assert watcher.begun == 1


async def test_the_next_round_is_known(client, served) -> None:
    """It comes within the interval; without a schedule, or while a person has paused it, there is none."""
    assert await next_round(client) is None
    await arrange_watch(client, HOURS, task_queue=served)
    found = await next_round(client)
    assert found is not None
    assert timedelta(0) < found - datetime.now(UTC) <= HOURS
    await client.get_schedule_handle(WATCH).pause()
    assert await next_round(client) is None


async def test_made_again_it_stays_as_it_is(client, served, watcher, described) -> None:
    """Another worker's start makes no second schedule and begins no round."""
    watcher.may_end.set()
    await arrange_watch(client, HOURS, task_queue=served)
    before = await described(lambda found: found.info.num_actions == 1)
    await arrange_watch(client, HOURS, task_queue=served)
    after = await described(lambda _: True)
    assert after.info.num_actions == 1
    assert after.info.last_updated_at == before.info.last_updated_at


async def test_another_interval_is_taken_over_and_a_pause_stays(client, served, described) -> None:
    """The setting of the worker that started last holds; a person's pause is not undone by a restart."""
    await arrange_watch(client, HOURS, task_queue=served)
    await described(lambda found: found.info.num_actions == 1)
    await client.get_schedule_handle(WATCH).pause(note="ann: the network is being rebuilt")
    await arrange_watch(client, HOURS / 2, task_queue=served)
    found = await described(lambda found: found.info.last_updated_at is not None)
    assert [each.every for each in found.schedule.spec.intervals] == [HOURS / 2]
    assert (found.schedule.state.paused, found.schedule.state.note) == (True, "ann: the network is being rebuilt")
    await arrange_watch(client, HOURS / 2, task_queue="another")
    found = await described(lambda found: found.schedule.action.task_queue == "another")
    assert found.schedule.state.paused


async def test_a_round_that_runs_is_not_joined_by_another(client, served, watcher, described) -> None:
    """While one has not ended, the next is skipped."""
    await arrange_watch(client, HOURS, task_queue=served)
    await described(lambda found: len(found.info.running_actions) == 1)
    async with asyncio.timeout(30):
        while watcher.begun == 0:  # noqa: ASYNC110 - it begins in the worker
            await asyncio.sleep(0.05)
    await client.get_schedule_handle(WATCH).trigger()
    found = await described(lambda found: found.info.num_actions_skipped_overlap == 1)
    assert (found.info.num_actions, watcher.begun) == (1, 1)


async def test_it_outlives_the_key_of_its_payloads(temporal, client, served, watcher, described) -> None:
    """Made under a payload key that is retired since, its rounds still run, and a worker can still change it."""
    watcher.may_end.set()
    encrypting = await connect(
        temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(b"o" * 32))
    )
    await arrange_watch(encrypting, HOURS, task_queue=served)
    found = await described(lambda found: found.info.num_actions == 1)
    (started,) = found.info.recent_actions
    await asyncio.wait_for(client.get_workflow_handle(started.action.workflow_id).result(), 30)
    assert watcher.begun == 1
    other = await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=EncryptingCodec(b"n" * 32)))
    await arrange_watch(other, HOURS / 2, task_queue=served)
    found = await described(lambda found: found.info.last_updated_at is not None)
    assert [each.every for each in found.schedule.spec.intervals] == [HOURS / 2]


async def test_an_interval_of_nothing_is_no_watch(client, served) -> None:
    """What is there is taken away, and where nothing is, nothing happens."""
    await arrange_watch(client, HOURS, task_queue=served)
    for _ in range(2):
        await arrange_watch(client, NOT_MADE, task_queue=served)
        with pytest.raises(RPCError) as missing:
            await client.get_schedule_handle(WATCH).describe()
        assert missing.value.status is RPCStatusCode.NOT_FOUND
