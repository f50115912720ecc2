"""What is stored at the end of a restore, also when the worker dies in between."""

from datetime import timedelta

import pytest

from activities.progress import ProgressKeeper
from activities.setting.originals import OriginalsRecorder
from emulator.scenarios import one_server
from engine.contract import EventKind, ProgressReport, StepRef, StepRequest
from rotation.running.state import Outcome, Phase
from rotation.site import Limits
from rotation.values import RotationId
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from store.progress import NewRotation, Progress, RotationStatus

RESTORE = RotationId("restore-1")


class Death(Exception):  # noqa: N818 - not an error: it is what a kill looks like from within
    """The worker dies here."""


@pytest.fixture
async def torn():
    """A stage whose rotation recorded what it will change, and was torn off; a restore of it is about to end."""
    stage = Stage(Scenario(seed=1, spec=one_server(clients=8), limits=Limits(purge_after=None)))
    async with stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        ref = StepRef(rotation_id=state.rotation_id, site_id=state.site_id, plan_id=plan.id, step=plan.body.steps[0].id)
        await OriginalsRecorder(stage.world).record_originals(StepRequest(ref=ref))
        ended = Progress(status=RotationStatus.TERMINATED)
        await stage.store.rotations.project(state.rotation_id, ended, stage.clock.now())
        new = NewRotation(
            id=RESTORE,
            site_id=state.site_id,
            plan_id=plan.id,
            plan_hash=plan.hash,
            purpose="restore",
            started_by="ann",
        )
        await stage.store.rotations.create(new, stage.clock.now() + timedelta(minutes=1))
        yield stage, state


def ended(stage, state, outcome):
    """The last report of the restore."""
    return ProgressReport(
        rotation_id=RESTORE,
        site_id=state.site_id,
        number=1,
        kind=EventKind.ENDED,
        message=outcome.value,
        at=stage.clock.now() + timedelta(minutes=2),
        phase=Phase.ENDED.value,
        plan_id=state.plan_id,
        plan_hash=state.plan_hash,
        outcome=outcome,
    )


@pytest.mark.parametrize("dies", ["project", "mark_restored"])
async def test_a_restore_that_dies_at_its_end_leaves_none_terminated(torn, monkeypatch, dies):
    """Tried again after a death at any commit about the earlier rotation, that one is restored and nothing is left."""
    stage, state = torn
    store = stage.store
    owner = store.rotations if dies == "project" else store.originals
    original = getattr(owner, dies)
    deaths: list[RotationId] = []

    async def dying(rotation_id, *rest, **named):
        if rotation_id == state.rotation_id and not deaths:
            deaths.append(rotation_id)
            raise Death
        return await original(rotation_id, *rest, **named)

    monkeypatch.setattr(owner, dies, dying)
    report = ended(stage, state, Outcome.COMPLETED)
    with pytest.raises(Death):
        await ProgressKeeper(stage.world).record_progress(report)
    await ProgressKeeper(stage.world).record_progress(report)

    assert (await store.rotations.get(state.rotation_id)).status is RotationStatus.RESTORED
    assert (await store.rotations.get(RESTORE)).status is RotationStatus.COMPLETED
    assert await store.originals.unrestored(state.site_id) == ()


async def test_a_cancelled_restore_has_restored_nothing(torn):
    """The site stays changed: the rotation before it stays terminated, and another restore has what to put back."""
    stage, state = torn
    await ProgressKeeper(stage.world).record_progress(ended(stage, state, Outcome.CANCELLED))
    assert (await stage.store.rotations.get(state.rotation_id)).status is RotationStatus.TERMINATED
    assert (await stage.store.rotations.get(RESTORE)).status is RotationStatus.CANCELLED
    assert await stage.store.originals.unrestored(state.site_id)
    assert await stage.store.originals.left_changed() == ((state.rotation_id, state.site_id),)


async def test_a_report_of_other_content_raises_attention(torn):
    """A stranger's report under the number of another one is kept beside it, and the rotation shows it from then on."""
    stage, state = torn
    keeper = ProgressKeeper(stage.world)
    first = ended(stage, state, Outcome.COMPLETED).model_copy(
        update={"kind": EventKind.STEP_BEGAN, "outcome": None, "message": "relax"}
    )
    for report in (first, first, first.model_copy(update={"message": "replace"})):
        await keeper.record_progress(report)
    assert [event.kind for event in await stage.store.events.list(RESTORE)] == ["step-began", "conflict"]
    later = first.model_copy(update={"number": 2, "kind": EventKind.STEP_ENDED})
    await keeper.record_progress(later)
    shown = await stage.store.rotations.get(RESTORE)
    assert [finding.code for finding in shown.attention] == ["trail-conflict"]
