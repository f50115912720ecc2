"""A program does console tasks: a signed webhook calls it, and it acts with the key of a robot, by the same guards."""

import asyncio
from functools import partial
from urllib.parse import urlsplit

import httpx
import pytest

from engine.client.rotations import state
from notifying.sink import Sinks
from rotation.identity.permission import Role
from rotation.notice.channel import ChannelSettings, WebhookTarget
from rotation.notice.notice import NoticeKind
from rotation.values import SiteId
from service.notices.notifier import Notifier
from store.trail.site_trail import Author
from tests.api.conftest import as_worker, calling
from tests.api.identified import key_of
from tests.api.rotation.test_rotations import order_of
from tests.notifying.sinks import Hook, Names

EVIDENCE = {"filename": "recovery_1.zip", "sha256": "ab" * 32, "servers": [{"server": "SEPM-1"}]}


class ActingHook(Hook):
    """A receiver that does the task of each message that it takes, by nothing but what stands in the message."""

    def __init__(self, folder, api: httpx.AsyncClient):
        super().__init__(folder)
        self.api = api
        self.acts: list[asyncio.Task[None]] = []
        self.seen: set[str] = set()
        self.answers_of: list[tuple[str, int]] = []

    def answer(self, asked):
        """Take the message, and act beside it: the answer does not wait for the work."""
        status, *more = super().answer(asked)
        message_id, body = self.taken[-1]
        if message_id not in self.seen:  # at least once: what was acted on is remembered
            self.seen.add(message_id)
            self.acts.append(asyncio.create_task(self.act(body["data"]["notices"][0])))
        return status, *more

    async def act(self, notice):
        """Claim the task, do it, and say so."""
        if notice["notice"]["kind"] != "task-opened":
            return
        where = urlsplit(notice["call"]).path
        task = (await self.api.get(where)).json()
        if task["kind"] != "save_recovery_file":
            return
        for call, body in (("claim", {}), ("done", {"evidence": EVIDENCE})):
            answer = await self.api.post(
                f"{where}/{call}", json=body, headers={"Idempotency-Key": f"{call}-{task['id']}"}
            )
            self.answers_of.append((call, answer.status_code))


@pytest.fixture
async def robot(connected, site):
    """An API that is asked with the key of a robot of this site."""
    async with calling(connected, await key_of(connected.store, "robot", Role.ROBOT, sites=(SiteId(site),))) as client:
        yield client


async def test_a_program_that_is_called_does_the_task(whole, connected, robot, plan, *, until, worker_keys, tmp_path):
    """The webhook names the task, the robot claims it and gives its evidence, and the rotation goes on by itself."""
    rotation = (await whole.post("/v1/rotations", json=order_of(plan))).json()["id"]
    hook = ActingHook(tmp_path, robot)
    async with hook.running(), as_worker(connected, worker_keys) as store:
        target = WebhookTarget(url=hook.url)
        settings = ChannelSettings(name="console", target=target, kinds=(NoticeKind.TASK_OPENED,))
        await store.channels.add(settings, hook.secret, Author(who="ann"), connected.clock())
        sinks = Sinks(hook.settings(), Names().resolve)
        notifier = Notifier(store, hook.settings(), sinks=sinks, ask=partial(state, connected.temporal))

        async def tasks():
            await notifier.turn()
            await asyncio.gather(*hook.acts)
            return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

        first, *_ = await until(tasks, lambda found: found and found[0]["state"] == "done")
    assert (first["closed_by"], first["attestation"]["sha256"]) == ("robot", "ab" * 32)
    assert hook.answers_of == [("claim", 200), ("done", 200)]
    cancelled = await whole.post(f"/v1/rotations/{rotation}/cancel", json={"why": "a test"})
    assert cancelled.status_code == 200, cancelled.text


async def test_a_robot_is_held_to_what_holds_for_people(whole, connected, robot, plan, *, problem, shown_when):
    """Without evidence, where a person holds the task, or at another site it closes nothing; nor does it start any."""
    problem(await robot.post("/v1/rotations", json=order_of(plan)), 403, "forbidden")
    rotation = (await whole.post("/v1/rotations", json=order_of(plan))).json()["id"]
    await shown_when(rotation, lambda shown: shown["live"] and shown["live"]["task"])
    (task,) = (await robot.get("/v1/tasks")).json()["items"]
    path = f"/v1/tasks/{task['id']}"
    problem(await robot.post(f"{path}/done", json={}), 409, "task-done-refused")
    assert (await whole.post(f"{path}/claim", json={})).status_code == 200
    problem(await robot.post(f"{path}/claim", json={}), 409, "claim-task-refused")
    problem(await robot.post(f"{path}/done", json={"evidence": EVIDENCE}), 409, "task-done-refused")
    other_key = await key_of(connected.store, "other", Role.ROBOT, sites=(SiteId("elsewhere"),))
    async with calling(connected, other_key) as other:
        assert (await other.get("/v1/tasks")).json()["items"] == []
        problem(await other.post(f"{path}/claim", json={}), 404, "unknown-task")
    problem(await robot.get(f"/v1/rotations/{rotation}"), 403, "forbidden")
    cancelled = await whole.post(f"/v1/rotations/{rotation}/cancel", json={"why": "a test"})
    assert cancelled.status_code in {200, 202}, cancelled.text
