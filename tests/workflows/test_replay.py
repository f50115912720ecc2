"""Replay: what runs today goes the way that histories of yesterday tell.

A history is committed for each kind of rotation and each version that was released; those of a release are added to,
never replaced.
`pytest tests/workflows/test_{replay,recorded,offline_recorded,recovery,ninety_days,cancel,many_histories,roll_back}.py
--basetemp DIR` leaves new ones below DIR.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory

from emulator.scenarios import one_server
from emulator.spec import ClientSpec
from rotation.running.message import Move
from rotation.running.state import Outcome
from tests.replaying import kept, name, replay, save

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json.gz"))
HEARTBEAT = timedelta(minutes=5)


@pytest.mark.parametrize("path", HISTORIES, ids=name)
async def test_committed_histories_replay(path):
    """Every committed history can still be replayed: a worker of this version takes over what an older one began."""
    await replay(kept(path))


def test_there_are_histories():
    """The test above has something to replay: every procedure, its ways out, sites without REST, a history resumed."""
    assert {name(path) for path in HISTORIES} >= {
        *("list-a", "holdout", "client-look", "drill", "https-drill", "stop-drill", "recovery", "restore"),
        *("cancel", "https-drill-cancel", "stop-drill-cancel", "roll-back", "mixed-roll-back", "resumed"),
        *("offline", "offline-cancel", "offline-roll-back", "offline-restore"),
    }


async def test_a_completed_rotation_replays(stage, tmp_path):
    """A whole list A with a hold, a task given back and a retry replays."""
    here = stage(one_server(clients=4, heartbeat=HEARTBEAT))
    await here.register()
    leaving = {"replace_certificate"}

    async with here.running(leaving=leaving) as handle:
        task = await here.task(handle, "replace_certificate")
        await here.say(handle, Move.HOLD, why="a break")
        await here.say(handle, Move.RESUME)
        await here.say(handle, Move.TASK_REFUSED, task=task, why="not me")
        await here.attention(handle, "task-refused")
        leaving.clear()
        await here.say(handle, Move.RETRY)
        await here.end(handle)
        history = await handle.fetch_history()

    save(history, tmp_path / "list-a.json.gz")
    await replay(history)
    markers = [each.marker_recorded_event_attributes.marker_name for each in history.events]
    assert set(filter(None, markers)) == {"core_patch"}, "no local activity: see test_local_activities"


async def test_a_rotation_with_looks_at_clients_replays(stage, tmp_path):
    """Clients of two builds: a look that is not made for a day, a retry, both looks and the waits behind them."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    others = ClientSpec(group=spec.clients[0].group, count=2, prefix="OTHER", build="14.3.5413.3000")
    here = stage(spec.model_copy(update={"clients": (*spec.clients, others)}))
    await here.register()
    leaving = {"look_at_clients"}

    async with here.running(leaving=leaving) as handle:
        await here.attention(handle, "client-list")
        await here.say(handle, Move.RETRY)
        leaving.clear()  # only now: a look that is made answers the question, and then there is nothing to try again
        ended = await here.end(handle)
        history = await handle.fetch_history()

    looks = [task for task in await here.store.tasks.list() if task.work.kind == "look_at_clients"]
    assert (ended.outcome, len(looks), here.lost()) == (Outcome.COMPLETED, 2, [])
    save(history, tmp_path / "client-look.json.gz")
    await replay(history)


async def test_a_running_rotation_replays(stage):
    """What has come to a gate replays as far as it is; with another activity in it, it does not: a replay can fail."""
    here = stage(one_server(clients=4, heartbeat=HEARTBEAT))
    await here.register()

    async with here.running() as handle:
        # that it has begun stays so: under load the gate may be over before it is asked about
        await here.until(handle, lambda state: any("-A8" in step for step in state.begun))
        running = await handle.fetch_history()

    await replay(running)
    history = running.to_json_dict()
    scheduled = [each.get("activityTaskScheduledEventAttributes", {}) for each in history["events"]]
    (kind,) = [each["activityType"] for each in scheduled if each.get("activityType") == {"name": "record_originals"}]
    kind["name"] = "check_closing"
    with pytest.raises(Exception, match=r"[Nn]ondeterminism"):
        await replay(WorkflowHistory.from_json("other", history))
