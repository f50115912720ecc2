"""Histories of a site without REST: a rotation, a cancel, a roll-back, a restore; each replays, and is left behind."""

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from itertools import count

import pytest
from temporalio.client import WorkflowQueryRejectedError
from temporalio.service import RPCError

from emulator.scenarios import one_server
from engine.fault import MoveRefused, NoAnswer
from rotation.plan.request import PlanRequest
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.values import CertificateId, SiteId
from service.plans.restoring import restore_plan
from service.surveying import survey_site
from simulation.drawn.scenario import OfflinePeople
from simulation.people.console import ConsolePeople
from store.progress import Progress, RotationStatus
from store.site.site_changes import ReasonedAct
from store.trail.site_trail import Author
from tests.replaying import replay, save

HEARTBEAT = timedelta(minutes=5)
SITE = SiteId("site")
OFFLINE = OfflinePeople()
PUBLISHED = timedelta(minutes=1)
"""Behind a change its group's page shows another serial."""


class Console:
    """The people of a site without REST: they do tasks, copy serials, export clients, answer what they are asked."""

    def __init__(self, here):
        self.here = here
        self.people = ConsolePeople(here.simulation, here.store, SITE, OFFLINE)
        self.leaving = set()
        self.turns = count(1)

    async def plan(self):
        """The plan of the site as they have described it, and exported its clients."""
        await self.here.register()
        act = ReasonedAct(at=self.here.clock(), author=Author(who="ann"), why="as the console shows it")
        await self.here.store.site_changes.describe_console(SITE, self.people.document(act.at), act)
        await self.export()
        request = PlanRequest(
            certificates={
                server.name: CertificateId(f"cert-{server.name}")
                for server in self.here.simulation.site.servers.values()
            },
            trusted_networks=("unknown",),
        )
        return await self.here.plan(request)

    async def export(self):
        """Export the clients now."""
        now = self.here.clock()
        self.here.simulation.advance_to(now)
        await self.people.export(now)

    @asynccontextmanager
    async def at_work(self, handle):
        """While it lasts they do what the rotation asks for."""
        working = asyncio.create_task(self._work(handle))
        try:
            yield
        finally:
            working.cancel()

    async def _work(self, handle):
        here = self.here
        while True:
            # it has ended, or no worker has answered in time: the next turn begins again
            with suppress(RPCError, WorkflowQueryRejectedError, MoveRefused, NoAnswer):
                for task in await here.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED]):
                    if task.work.kind not in self.leaving:
                        await self._do(handle, task)
                state = await here.state(handle)
                if state.wait is not None and state.wait.reading is not None:
                    await self.export()
                for each in state.attention:
                    if Move.APPROVE in each.options:
                        await here.say(handle, Move.APPROVE, who="eve")
                    elif Move.STATE_GATE in each.options:
                        seen = await self.people.states(state)
                        await here.say(handle, Move.STATE_GATE, who="ann", why="the pages show it", attestation=seen)
                    elif Move.EXTEND in each.options:
                        await here.say(handle, Move.EXTEND, why="clients are exported again", by=timedelta(hours=6))
                    elif Move.RETRY in each.options and each.code != "task-refused":
                        await here.say(handle, Move.RETRY)
            await asyncio.sleep(0.1)

    async def _do(self, handle, task):
        here = self.here
        await self.export()  # a claim is granted on an export that is new
        self.people.look_before(task)
        if (await here.say(handle, Move.CLAIM_TASK, task=task)).accepted:
            await here.hands.do(task.work)
            await here.clock.sleep(PUBLISHED)
            here.simulation.advance_to(here.clock())
            evidence = here.hands.evidence(task.work) | self.people.shown(task)
            await here.say(handle, Move.TASK_DONE, task=task, attestation=evidence)


@pytest.fixture
async def console(stage):
    """The people of a site of one server."""
    return Console(stage(one_server(clients=4, heartbeat=HEARTBEAT)))


async def kept(handle, path):
    """Its history, replayed and left behind."""
    history = await handle.fetch_history()
    save(history, path)
    await replay(history)


async def test_a_rotation_without_rest_replays(console, tmp_path):
    """List A from A6 on, by tasks and exports alone."""
    here, plan = console.here, await console.plan()
    async with here.working():
        handle = await here.start(plan)
        async with console.at_work(handle):
            ended = await here.end(handle)
        await kept(handle, tmp_path / "offline.json.gz")
    assert (ended.outcome, here.lost()) == (Outcome.COMPLETED, [])


async def test_a_cancel_without_rest_replays(console, tmp_path):
    """Groups are relaxed, and put back by hand."""
    here, plan = console.here, await console.plan()
    before, console.leaving = here.settings(), {"replace_certificate"}
    async with here.working():
        handle = await here.start(plan)
        async with console.at_work(handle):
            await here.task(handle, "replace_certificate")
            assert (await here.say(handle, Move.CANCEL, why="not now")).accepted
            ended = await here.end(handle)
        await kept(handle, tmp_path / "offline-cancel.json.gz")
    assert (ended.outcome, here.settings(), here.lost()) == (Outcome.CANCELLED, before, [])


async def test_a_roll_back_without_rest_replays(console, tmp_path):
    """The certificate is replaced, and the former one put back."""
    here, plan = console.here, await console.plan()
    before = here.settings()
    async with here.working():
        handle = await here.start(plan)
        async with console.at_work(handle):
            await here.until(handle, lambda state: state.swapped)
            assert (await here.say(handle, Move.ROLL_BACK, why="not now")).accepted
            ended = await here.end(handle)
        await kept(handle, tmp_path / "offline-roll-back.json.gz")
    assert (ended.outcome, here.settings(), here.lost()) == (Outcome.ROLLED_BACK, before, [])


async def test_a_restore_without_rest_replays(console, tmp_path):
    """A rotation was terminated while groups are relaxed: people put back what it has left."""
    here, plan = console.here, await console.plan()
    before, console.leaving = here.settings(), {"replace_certificate"}
    async with here.working():
        handle = await here.start(plan)
        async with console.at_work(handle):
            await here.task(handle, "replace_certificate")
            await handle.terminate()
        ended = Progress(status=RotationStatus.TERMINATED, finished_at=here.clock(), next_action_at=None)
        await here.store.rotations.project(here.rotation_id, ended, here.clock())
        surveyed = await survey_site(here.world, SITE)
        plan = await restore_plan(here.store, SITE, surveyed.survey_id, now=here.clock())
        await here.store.plans.add(plan)
        restoring = await here.start(plan)
        async with console.at_work(restoring):
            ended = await here.end(restoring)
        await kept(restoring, tmp_path / "offline-restore.json.gz")
    assert (ended.outcome, here.settings(), here.lost()) == (Outcome.COMPLETED, before, [])
