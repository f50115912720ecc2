"""Opening console tasks where SEPM must be asked what is left to do by hand."""

from datetime import timedelta

import httpx
import pytest
from temporalio.exceptions import ApplicationError

from activities.task.tasks import TaskActivities
from emulator.certificates.keyfiles import CertificateFormat
from emulator.events.site_events import GroupMoved
from emulator.scenarios import one_server, three_servers
from emulator.spec import DEFAULT_LIST, ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, ServerSpec, SiteSpec
from engine.contract import ObserveTaskRequest, OpenTaskRequest, StepRef
from rotation.plan.request import Unproven
from rotation.plan.step import Console, Write
from rotation.plan.work.task import DeleteList, RefreshImages, ReplaceCertificate
from rotation.site import Limits
from rotation.values import ServerName
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage

TWO = ServerName("SEPM-2")


@pytest.fixture
async def stage():
    """A rotation of one server that has begun."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as made:
        yield made


async def test_a_task_by_hand_is_opened_later_where_sepm_does_not_answer(stage, monkeypatch):
    """What SEPM's edge raises is a failure that is tried again, not an error of ours; no task is kept."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    step = next(each for each in plan.body.steps if isinstance(each, Write))
    ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)

    async def no_answer(_call):
        raise httpx.ConnectError("connection refused")

    monkeypatch.setattr(stage.world.client._session._line, "send", no_answer)
    request = OpenTaskRequest(ref=ref, by_hand=True, opened_at=stage.clock.now())
    with pytest.raises(ApplicationError, match="got no answer") as failed:
        await TaskActivities(stage.world).open_task(request)
    assert (failed.value.type, failed.value.non_retryable) == ("sepm-unreachable", False)
    assert await stage.store.tasks.list() == ()


async def test_images_are_refreshed_in_the_groups_as_they_are_called_now():
    """A group that was moved since the plan is named by its new path: by the old one no operator finds it."""
    above, images = f"{ROOT_GROUP}\\Labs", f"{ROOT_GROUP}\\Images"
    spec = SiteSpec(
        name="Images",
        servers=(ServerSpec(name="SEPM-1"),),
        groups=tuple(GroupSpec(path=path, locations=(LocationSpec(),)) for path in (ROOT_GROUP, above, images)),
        clients=(ClientSpec(group=ROOT_GROUP, count=2), ClientSpec(group=images, prefix="V", count=2, npvdi=True)),
    )
    async with Stage(Scenario(seed=1, spec=spec, limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        step = next(s for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, RefreshImages))
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
        stage.simulation.schedule(GroupMoved(group=images, parent=above), stage.clock.now())
        opened = await TaskActivities(stage.world).open_task(OpenTaskRequest(ref=ref, opened_at=stage.clock.now()))
        task = await stage.store.tasks.get(opened.task_id)
    assert step.work == RefreshImages(groups=(images,))
    assert task.work == RefreshImages(groups=(f"{above}\\Images",))


@pytest.mark.parametrize(("spec", "looks"), [(one_server(clients=4), False), (three_servers(clients=6), True)])
async def test_rule_24_signatures_are_looked_at_before_a_replaced_server_is_left(spec, looks):
    """In list B clients may come back to the server before its gate is over; in list A no client verifies then."""
    limits, unproven = Limits(purge_after=None), Unproven.APPROVE
    async with Stage(Scenario(seed=1, spec=spec, limits=limits, unproven=unproven)) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        step = next(s for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, ReplaceCertificate))
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
        opened = await TaskActivities(stage.world).open_task(OpenTaskRequest(ref=ref, opened_at=stage.clock.now()))
        task = await stage.store.tasks.get(opened.task_id)
    assert any(".SIG" in line for line in task.instructions) is looks


async def test_a_list_that_sepm_still_shows_is_not_deleted(stage):
    """A person who says that the copy is deleted is contradicted by the list of policies of SEPM, until it is."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    step, name = next(
        (s, s.work.list) for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, DeleteList)
    )
    ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
    console = stage.simulation.console
    console.copy_list(DEFAULT_LIST, name)
    task_id = (
        await TaskActivities(stage.world).open_task(OpenTaskRequest(ref=ref, opened_at=stage.clock.now()))
    ).task_id

    async def contradicts():
        seen = await TaskActivities(stage.world).observe_task(ObserveTaskRequest(ref=ref, task_id=task_id, evidence={}))
        return seen.contradicts and seen.contradicts.code

    assert await contradicts() == "list-still-there"
    console.delete_list(name)
    assert await contradicts() is None


async def test_a_server_that_restarts_is_waited_for(stage):
    """Its services do not answer while they restart: the reason says so, and not what a library has raised."""
    plan = await stage.plan()
    state = await stage.begin(plan)
    step, server = next(
        (s, s.work.server) for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, ReplaceCertificate)
    )
    ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
    tasks = TaskActivities(stage.world)
    task_id = (await tasks.open_task(OpenTaskRequest(ref=ref, opened_at=stage.clock.now()))).task_id
    asked = ObserveTaskRequest(ref=ref, task_id=task_id, evidence={})
    assert (await tasks.observe_task(asked)).seen == f"{server} still presents its old certificate"
    stage.simulation.console.stop_server(server)
    assert (await tasks.observe_task(asked)).seen == (
        f"the services of {server} do not answer (they may be restarting); the new certificate is awaited"
    )


async def test_a_certificate_at_a_server_that_gets_none_is_named():
    """What it presented when the plan was made goes back first. While that server restarts, it is named as silent."""
    async with Stage(Scenario(seed=1, spec=three_servers(clients=6), limits=Limits(purge_after=None))) as stage:
        stage.certificates = {TWO: stage.certificates[TWO]}
        plan = await stage.plan()
        state = await stage.begin(plan)
        step = next(s for s in plan.body.steps if isinstance(s, Console) and isinstance(s.work, ReplaceCertificate))
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
        opened = await TaskActivities(stage.world).open_task(OpenTaskRequest(ref=ref, opened_at=stage.clock.now()))
        request = ObserveTaskRequest(ref=ref, task_id=opened.task_id)
        before = await TaskActivities(stage.world).observe_task(request)
        former = stage.simulation.site.server("SEPM-3").credential.fingerprint
        made = stage.certificates[TWO]
        assert made.key_pem is not None
        pem = (made.certificate_pem + made.key_pem.get_secret_value()).encode()
        stage.simulation.console.replace_certificate("SEPM-3", pem, CertificateFormat.PEM)
        restarting = await TaskActivities(stage.world).observe_task(request)
        stage.clock.leap_to(stage.clock.now() + timedelta(hours=1))
        seen = await TaskActivities(stage.world).observe_task(request)
    assert before.wrong is None
    assert restarting.wrong is None
    assert "no answer comes from SEPM-3: if the file was installed there, the page says so" in restarting.seen
    assert seen.wrong is not None
    assert (seen.wrong.code, seen.wrong.subject) == ("unexpected-certificate", "SEPM-3")
    assert f"first put {former[:16]}... back into SEPM-3" in seen.wrong.remedy
