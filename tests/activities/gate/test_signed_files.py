"""The evidence about a server's .SIG files, compared with when its certificate was replaced."""

from datetime import timedelta

import pytest

from activities.task.tasks import TaskActivities
from emulator.scenarios import three_servers
from engine.contract import ObserveTaskRequest, OpenTaskRequest, StepRef
from rotation.plan.step import Console
from rotation.plan.work.signed_files import date_names
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.task import CompareSignedFiles
from rotation.site import Limits
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
async def doubt():
    """What speaks against dates, in minutes from when the former certificate was last seen; None: nothing."""
    async with Stage(Scenario(seed=1, spec=three_servers(clients=8), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        step = [each for each in plan.body.steps if each.number == "signed"][-1]
        assert isinstance(step, Console)
        assert isinstance(step.work, CompareSignedFiles)
        chosen = plan.body.certificate_for(step.work.server)
        assert chosen is not None
        former_seen = stage.clock.now() - HOUR
        await stage.store.swaps.not_yet(state.rotation_id, chosen.server, chosen.fingerprint, former_seen)
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=state.plan_id, step=step.id)
        tasks = TaskActivities(stage.world)
        task_id = (await tasks.open_task(OpenTaskRequest(ref=ref, opened_at=former_seen))).task_id
        work = (await stage.store.tasks.get(task_id)).work
        assert isinstance(work, CompareSignedFiles)
        skew = (await stage.store.surveys.get(plan.survey_id)).skew

        async def found(certificate, oldest):
            evidence = None
            if certificate is not None:
                evidence = {
                    name: (former_seen - skew + at * MINUTE).isoformat()
                    for names in date_names(compared_servers(work)).values()
                    for name, at in zip(names, (certificate, oldest), strict=True)
                }
            seen = await tasks.observe_task(ObserveTaskRequest(ref=ref, task_id=task_id, evidence=evidence))
            assert not seen.done
            return seen.contradicts.code if seen.contradicts else None

        yield found


async def test_a_look_speaks_against_nothing(doubt):
    """A look at a task without evidence closes nothing, and finds nothing."""
    assert await doubt(None, None) is None


@pytest.mark.parametrize(
    ("certificate", "oldest", "code"),
    [
        (1, 2, None),
        (0, 0, None),  # the replacement may have come right after the look
        (-1, 2, None),  # given to the minute
        (-2, 2, "signed-files-of-another"),
        (5, 4, "signed-files-stale"),
    ],
)
async def test_the_keystore_is_younger_than_the_last_look_at_the_former_certificate(doubt, certificate, oldest, code):
    """By the clock that is furthest behind: the skew between the servers is allowed for."""
    assert await doubt(certificate, oldest) == code
