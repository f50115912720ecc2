"""Statements about settings at a site without REST: accepted with the serials that show a change, else refused."""

from datetime import timedelta

import pytest

from activities.task.tasks import TaskActivities
from emulator.scenarios import one_server
from engine.contract import ObserveTaskRequest, OpenTaskRequest, StepRef
from rotation.plan.step import Write
from rotation.site import Limits
from simulation.drawn.scenario import OfflinePeople, Scenario
from simulation.played.stage import Stage

HOUR = timedelta(hours=1)


@pytest.fixture
async def attested():
    """States that the first settings task of a site is done, with evidence; the code of a refusal, or its remedy."""
    spec = one_server(clients=4, heartbeat=HOUR)
    async with Stage(Scenario(seed=1, spec=spec, at_console=OfflinePeople(), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        step = next(each for each in plan.body.steps if isinstance(each, Write))
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
        tasks = TaskActivities(stage.world)
        opened = await tasks.open_task(OpenTaskRequest(ref=ref, by_hand=True, opened_at=stage.clock.now()))
        task = await stage.store.tasks.get(opened.task_id)
        stage.console.look_before(task)

        async def attest(*, in_full=False, **evidence):
            request = ObserveTaskRequest(ref=ref, task_id=opened.task_id, evidence=evidence, who="ann")
            seen = await tasks.observe_task(request)
            return seen.contradicts and (seen.contradicts.remedy if in_full else seen.contradicts.code)

        yield attest, stage, task


async def test_a_serial_of_no_group_of_the_task_is_refused(attested):
    """Its letters are of none of the groups: it was copied from another page."""
    attest, _, task = attested
    assert await attest(serials="ZZZZ-01/01/2026 00:00:00 000") == "serial-unreadable"
    remedy = await attest(in_full=True, serials="ZZZZ-01/01/2026 00:00:00 000")
    assert task.work.pairs[0].group_path in remedy
    assert "leave out those of any other" in remedy


async def test_serials_before_and_after_are_wanted(attested):
    """A statement alone shows no change; the same serial before and after shows none either."""
    attest, stage, task = attested
    assert await attest(seen="I did it") == "serial-wanted"
    assert await attest(**stage.console.shown(task)) == "serial-did-not-move"
