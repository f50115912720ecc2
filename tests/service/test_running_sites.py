"""The watch over certificates of running rotations (rule 12b)."""

import base64

import pytest

from emulator.certificates.keyfiles import CertificateFormat
from rotation.plan.step import Console
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate, SaveRecoveryFile, TaskState, evidence_for
from rotation.site import Limits
from rotation.values import TaskId
from service.running_sites import RunningSites
from simulation.drawn.scenario import Scenario
from simulation.played.stage import ROTATION, Stage
from store.progress import Progress, RotationStatus
from tests.simulation.holes import HOUR, site


@pytest.fixture
async def stage():
    """A rotation that has just begun, at a site of one server."""
    limits = Limits(purge_after=None)
    async with Stage(Scenario(seed=3, spec=site(), limits=limits)) as here:
        await here.begin(await here.plan())
        yield here


@pytest.fixture
async def body(stage):
    """Its plan."""
    return (await stage.store.plans.get((await stage.store.rotations.get(ROTATION)).plan_id)).body


@pytest.fixture
def watch(stage):
    """The watch over that site."""
    return RunningSites(stage.world)


async def names(watch):
    """The rotations that are named now, and take the message."""
    moved = await watch.moved()
    for each in moved:
        watch.reported(each)
    return [each.rotation.id for each in moved]


def another_certificate(stage):
    """Another certificate comes into the server, which has started again with it."""
    stage.simulation.console.generate_certificate("SEPM-1")
    restarted(stage)


def restarted(stage):
    """Some time has passed."""
    stage.clock.leap_to(stage.clock.now() + HOUR)


async def test_another_certificate_is_named_once(stage, watch):
    """A site as it was left is not named; another certificate is, at the next look, and not again; a third one is."""
    assert await names(watch) == []
    another_certificate(stage)
    assert await names(watch) == [ROTATION]
    assert await names(watch) == []
    another_certificate(stage)
    assert await names(watch) == [ROTATION]


async def test_it_is_named_until_the_rotation_has_taken_the_message(stage, watch):
    """A message that is lost is not the last word: days might pass until the rotation looks by itself."""
    another_certificate(stage)
    assert len(await watch.moved()) == 1
    (again,) = await watch.moved()
    watch.reported(again)
    assert await watch.moved() == ()


async def test_a_closed_http_port_is_named_once(stage, watch):
    """Relaxed clients have no other way in."""
    stage.simulation.set_ports("SEPM-1", 443, 8099)
    assert await names(watch) == [ROTATION]
    assert await names(watch) == []


async def test_it_is_named_by_a_worker_that_has_just_started(stage):
    """No memory of an earlier look is needed: the plan tells what was there."""
    another_certificate(stage)
    assert await names(RunningSites(stage.world)) == [ROTATION]


async def test_the_certificate_of_the_plan_is_right_once_the_rotation_has_seen_it(stage, body, watch):
    """Before its turn it is another one, behind the replacement the right one; then the former one is another one."""
    (chosen,) = body.certificates
    simulation, now = stage.simulation, stage.clock.now()
    former = simulation.site.server("SEPM-1").credential.fingerprint
    pem = base64.b64decode(stage.operator._pem(chosen.server))
    simulation.console.replace_certificate("SEPM-1", pem, CertificateFormat.PEM)
    restarted(stage)
    assert await names(RunningSites(stage.world)) == [ROTATION]
    await stage.store.swaps.seen(ROTATION, chosen.server, chosen.fingerprint, first_seen=now, seen_at=now)
    assert await names(watch) == []
    simulation.console.restore_certificate("SEPM-1", former)
    restarted(stage)
    assert await names(watch) == [ROTATION]


@pytest.fixture
def open_task(stage, body):
    """Opens a task of the first step with work of that class."""

    async def opens(work, state=TaskState.OPEN):
        step = next(each for each in body.steps if isinstance(each, Console) and isinstance(each.work, work))
        task = ConsoleTask(
            id=TaskId("t1"),
            rotation_id=ROTATION,
            site_id=stage.site.id,
            site_name=stage.site.name,
            step=step.id,
            number=step.number,
            state=state,
            evidence=evidence_for(step.work),
            work=step.work,
            title=step.title,
            instructions=(),
            opened_at=stage.clock.now(),
        )
        await stage.store.tasks.add(task)
        return task

    return opens


async def test_ended_rotations_are_left_out(stage):
    """Nothing follows behind the end of a rotation."""
    another_certificate(stage)
    now = stage.clock.now()
    ended = Progress(status=RotationStatus.TERMINATED, finished_at=now, next_action_at=None)
    await stage.store.rotations.project(ROTATION, ended, now)
    assert await names(RunningSites(stage.world)) == []


@pytest.mark.parametrize("work", [SaveRecoveryFile, ReplaceCertificate])
@pytest.mark.parametrize("state", [TaskState.OPEN, TaskState.CLAIMED])
async def test_a_closed_http_port_is_named_while_a_task_is_open(stage, watch, open_task, work, state):
    """No other look sees it then, and relaxed clients have no other way in."""
    await open_task(work, state)
    stage.simulation.set_ports("SEPM-1", 443, 8099)
    assert await names(watch) == [ROTATION]


async def test_another_certificate_is_named_while_a_replacement_is_open(stage, body, watch, open_task):
    """The new one is none: the server may start with it a moment before the task is claimed or closed."""
    await open_task(ReplaceCertificate)
    pem = base64.b64decode(stage.operator._pem(body.certificates[0].server))
    stage.simulation.console.replace_certificate("SEPM-1", pem, CertificateFormat.PEM)
    restarted(stage)
    assert await names(watch) == []
    another_certificate(stage)
    assert await names(watch) == [ROTATION]


async def test_a_site_that_cannot_be_read_ends_no_watch(stage, watch, monkeypatch):
    """The others are watched on, and that one at the next look."""
    another_certificate(stage)

    async def fails(_id):
        raise LookupError("no such plan")

    with monkeypatch.context() as broken:
        broken.setattr(stage.store.plans, "get", fails)
        assert await names(watch) == []
    assert await names(watch) == [ROTATION]
