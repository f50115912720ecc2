"""Activities do nothing for a rotation that the store does not know as the one that runs at its site."""

import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.admission import NOT_RECORDED
from activities.registry import all_activities
from emulator.scenarios import one_server
from engine.contract import (
    ActivityName,
    ErrorType,
    EventKind,
    MoveTaskRequest,
    ProgressReport,
    StepRef,
    SurveyRequest,
    WriteRequest,
)
from rotation.plan.step import SettingField, Write
from rotation.plan.work.task import TaskState
from rotation.running.state import Outcome
from rotation.site import Limits
from rotation.values import RotationId, SiteId, TaskId
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from store.progress import Progress, RotationStatus
from store.schema.tables import ReferenceRow, SiteRow, WriteRow
from tests.proof.begun_step import begin_step

NAMES_A_ROTATION = frozenset({"ref", "rotation_id", "task_id"})
STRANGER = RotationId("rot-stranger")


@pytest.fixture
async def stage():
    """A site of one server with a rotation that has begun."""
    async with Stage(Scenario(seed=1, spec=one_server(clients=4), limits=Limits(purge_after=None))) as made:
        plan = await made.plan()
        yield made, plan, await made.begin(plan)


def named(stage):
    """The activities by name, as a worker registers them."""
    every = all_activities(stage.store, stage.world)
    return {activity._Definition.must_from_callable(each).name: each for each in every}


def written(plan, state, **other):
    """A request to write what the first write of the plan wants."""
    step = next(each for each in plan.body.steps if isinstance(each, Write))
    ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=step.id)
    return WriteRequest(ref=ref.model_copy(update=other), field=step.field, restores=False)


async def refused(call) -> str:
    """Why an activity did nothing; it is tried again, so that it goes on when the store knows its rotation again."""
    with pytest.raises(ApplicationError) as refusal:
        await call
    assert (refusal.value.type, refusal.value.non_retryable) == (NOT_RECORDED, False)
    assert refusal.value.next_retry_delay == timedelta(seconds=15)
    return refusal.value.message


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"rotation_id": STRANGER}, "the store has no rotation rot-stranger"),
        ({"site_id": SiteId("elsewhere")}, "not of elsewhere"),
    ],
)
async def test_nothing_is_written_for_a_rotation_that_the_store_does_not_know(stage, other, why):
    """A write to SEPM for an unknown rotation, or for the wrong site, is refused before SEPM is asked."""
    made, plan, state = stage
    message = await refused(named(made)[ActivityName.WRITE_SETTINGS](written(plan, state, **other)))
    assert why in message
    async with made.store.database.read() as session:
        assert list(await session.scalars(select(WriteRow))) == []


async def test_nothing_is_written_for_a_rotation_that_has_ended(stage):
    """After a restore took a rotation for dead, a worker that still acts for it is refused."""
    made, plan, state = stage
    ended = Progress(status=RotationStatus.TERMINATED)
    await made.store.rotations.project(state.rotation_id, ended, made.clock.now())
    assert "it was ended from outside" in await refused(named(made)[ActivityName.WRITE_SETTINGS](written(plan, state)))


@pytest.mark.parametrize("step", [None, "A1", "another"])
async def test_a_write_that_the_rotation_has_not_begun_is_refused(stage, step):
    """The rotation runs there, and its step was not begun, or another one was: an alarm, no note and no change."""
    made, plan, state = stage
    request = written(plan, state)
    if step is not None:
        other = request.ref.model_copy(update={"step": step})
        await begin_step(made.store, other, made.clock.now())
    before = made.simulation.effects.report()
    with pytest.raises(ApplicationError, match="has not begun step") as refusal:
        await named(made)[ActivityName.WRITE_SETTINGS](request)
    assert (refusal.value.type, refusal.value.non_retryable) == (ErrorType.WRITE_NOT_ADMITTED, True)
    assert made.simulation.effects.report() == before
    assert await made.store.writes.written(state.rotation_id) == ()
    assert (await made.store.trail.list(state.site_id))[-1].kind == "write-refused"
    async with made.store.database.read() as session:
        assert list(await session.scalars(select(ReferenceRow))) == []


async def test_a_write_of_another_kind_than_its_step_is_refused(stage):
    """The step assigns a list, and what comes asks for secure communications: the approved plan has no such write."""
    made, plan, state = stage
    request = written(plan, state)
    await begin_step(made.store, request.ref, made.clock.now())
    other = request.model_copy(update={"field": SettingField.SECURE_COMMUNICATIONS})
    before = made.simulation.effects.report()
    with pytest.raises(ApplicationError, match="does not write that"):
        await named(made)[ActivityName.WRITE_SETTINGS](other)
    assert made.simulation.effects.report() == before


async def test_nothing_connects_to_an_address_that_was_changed(stage):
    """A stranger has SEPM's address lead to a server of theirs: it gets no connection, and a person is asked."""
    made, _, state = stage
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        address = f"https://127.0.0.1:{server.getsockname()[1]}"
        async with made.store.database.write() as session:
            await session.execute(update(SiteRow).values(rest_url=address))
        survey = {activity._Definition.must_from_callable(each).name: each for each in all_activities(made.store)}
        with pytest.raises(ApplicationError, match="PUT /v1/sites") as refusal:
            await survey[ActivityName.SURVEY_SITE](SurveyRequest(site_id=state.site_id))
        assert (refusal.value.type, refusal.value.non_retryable) == (ErrorType.ACCESS_ALTERED, True)
        with pytest.raises(BlockingIOError):
            server.accept()


async def test_nothing_is_recorded_for_a_rotation_that_the_store_does_not_know(stage):
    """A stranger's report adds no event; a task that was not recorded is not moved."""
    made, plan, state = stage
    stray = report(made, plan, state).model_copy(update={"rotation_id": STRANGER})
    await refused(named(made)[ActivityName.RECORD_PROGRESS](stray))
    assert await made.store.events.list(STRANGER) == ()
    move = MoveTaskRequest(task_id=TaskId("t"), to=TaskState.DONE, who="eve", at=made.clock.now())
    await refused(named(made)[ActivityName.MOVE_TASK](move))


async def test_the_last_report_may_be_stored_twice(stage):
    """A worker that died between storing the end and saying so stores it again; another end is refused."""
    made, plan, state = stage
    record = named(made)[ActivityName.RECORD_PROGRESS]
    last = report(made, plan, state, Outcome.COMPLETED)
    await record(last)
    await record(last)
    assert (await made.store.rotations.get(state.rotation_id)).status is RotationStatus.COMPLETED
    assert "it was completed" in await refused(record(report(made, plan, state, Outcome.CANCELLED)))


@pytest.mark.parametrize(
    ("admitted", "made_for", "why"),
    [
        ("run-1", "run-2", "run run-2 of the workflow asks, and run run-1 was admitted"),
        ("run-2", "run-1", "it was made for run run-1 of the workflow, and run run-2 has sent it"),
        ("run-2", "", "it was made for run (none) of the workflow"),
        ("", "run-2", "and run (none) was admitted"),
    ],
)
async def test_nothing_is_done_for_another_run_of_the_workflow(stage, admitted, made_for, why):
    """A request of the history before, of a stranger's run, or of one that was reset: refused, with one alarm."""
    made, plan, state = stage
    await made.store.rotations.admit(state.rotation_id, admitted)
    here, every = ActivityEnvironment(), named(made)
    here.info = replace(here.info, workflow_run_id="run-2")
    for name, asked in (
        (ActivityName.RECORD_PROGRESS, report(made, plan, state)),
        (ActivityName.WRITE_SETTINGS, written(plan, state)),
    ):
        request = asked.model_copy(update={"run_id": made_for})
        assert why in await refused(here.run(every[name], request))
    alarms = [each for each in await made.store.trail.list(state.site_id) if each.kind == "activity-refused"]
    assert len(alarms) == 1
    assert await made.store.events.list(state.rotation_id) == ()


async def test_every_activity_for_a_rotation_is_held_against_the_store(stage):
    """Each request that names a rotation or a task of one is refused for a stranger: no activity was forgotten."""
    made, _plan, state = stage
    for name, run in named(made).items():
        asked: Any = next(iter(activity._Definition.must_from_callable(run).arg_types or ()))
        if not NAMES_A_ROTATION & set(asked.model_fields):
            continue
        ref = StepRef(rotation_id=STRANGER, site_id=state.site_id, plan_id=state.plan_id, step="s")
        stranger = asked.model_construct(
            ref=ref, rotation_id=STRANGER, site_id=state.site_id, task_id=TaskId("t"), outcome=None
        )
        assert await refused(run(stranger)), name


def report(stage, plan, state, outcome=None):
    """A report of the rotation."""
    return ProgressReport(
        rotation_id=state.rotation_id, site_id=state.site_id, number=1, message="",
        kind=EventKind.ENDED if outcome else EventKind.STARTED, at=stage.clock.now(), phase="closing",
        plan_id=plan.id, plan_hash=plan.hash, outcome=outcome,
    )  # fmt: skip
