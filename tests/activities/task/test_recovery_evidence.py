"""The evidence about a recovery file, compared with what was saved of the site before."""

import pytest

from activities.task.tasks import TaskActivities
from emulator.scenarios import three_servers
from engine.contract import MoveTaskRequest, ObserveTaskRequest, OpenTaskRequest, StepRef
from rotation.plan.step import Console
from rotation.plan.work.task import SaveRecoveryFile, TaskState
from rotation.site import Limits
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage

SUM = "ab" * 32


class Recoveries:
    """The recovery tasks of a rotation that has begun."""

    def __init__(self, stage, plan, state):
        self.stage, self.tasks, self.state = stage, TaskActivities(stage.world), state
        self.steps = [s for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, SaveRecoveryFile)]
        self.body = plan.body

    def ref(self, index):
        """The step of a server."""
        step = self.steps[index].id
        return StepRef(
            rotation_id=self.state.rotation_id, site_id=self.state.site_id, plan_id=self.state.plan_id, step=step
        )

    async def doubt(self, index, evidence):
        """The code of what speaks against the evidence of an open task; None where the task is closed with it."""
        at, ref = self.stage.clock.now(), self.ref(index)
        task_id = (await self.tasks.open_task(OpenTaskRequest(ref=ref, opened_at=at))).task_id
        seen = await self.tasks.observe_task(ObserveTaskRequest(ref=ref, task_id=task_id, evidence=evidence))
        assert not seen.done
        if seen.contradicts is None and evidence is not None:
            closed = MoveTaskRequest(task_id=task_id, to=TaskState.DONE, who="ann", attestation=evidence, at=at)
            await self.tasks.move_task(closed)
        return seen.contradicts.code if seen.contradicts else None


@pytest.fixture
async def recoveries():
    """Of a site with three servers."""
    async with Stage(Scenario(seed=1, spec=three_servers(clients=8), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        yield Recoveries(stage, plan, await stage.begin(plan))


async def test_a_look_speaks_against_nothing(recoveries):
    """A look at a task without evidence closes nothing, and finds nothing."""
    assert await recoveries.doubt(0, None) is None


async def test_a_file_is_of_one_server(recoveries):
    """Its SHA-256 is accepted for one server; the next server needs another one."""
    assert await recoveries.doubt(0, {"filename": "a.zip"}) == "recovery-sha256-missing"
    assert await recoveries.doubt(0, {"sha256": SUM}) is None
    assert await recoveries.doubt(1, {"sha256": SUM.upper()}) == "recovery-file-of-another"
    assert await recoveries.doubt(1, {"sha256": "cd" * 32}) is None


async def test_the_certificate_is_the_one_that_the_plan_replaces(recoveries):
    """By the plan, which names it for each server."""
    first, second = (recoveries.body.certificate_for(step.work.server).replaces for step in recoveries.steps[:2])
    assert await recoveries.doubt(0, {"sha256": SUM, "certificate_sha256": second}) == "recovery-certificate-another"
    assert await recoveries.doubt(0, {"sha256": SUM, "certificate_sha256": first}) is None


async def test_a_file_from_before_a_replacement_is_outdated(recoveries):
    """Saved, then replaced: at the next replacement the same file holds the wrong certificate."""
    assert await recoveries.doubt(0, {"sha256": SUM}) is None
    assert await recoveries.doubt(0, {"sha256": SUM}) is None, "nothing was replaced yet"
    stage, server, now = recoveries.stage, recoveries.steps[0].work.server, recoveries.stage.clock.now()
    target = recoveries.body.certificate_for(server).fingerprint
    await stage.store.swaps.seen(recoveries.state.rotation_id, server, target, first_seen=now, seen_at=now)
    assert await recoveries.doubt(0, {"sha256": SUM}) == "recovery-file-outdated"
