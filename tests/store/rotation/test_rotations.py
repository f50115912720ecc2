import asyncio

import pytest
from sqlalchemy import text

from rotation.finding import warning
from rotation.running.wait import GateReading
from store.database.page import BadCursor, PageRequest
from store.progress import Progress, RotationStatus
from store.rotation.plans import UnknownPlan
from store.rotation.rotations import IdempotencyConflict, SiteBusy, UnknownRotation
from store.site.sites import UnknownSite


async def test_the_same_request_gets_the_first_rotation(site, make):
    """The same key and request, or the same id, create one rotation; also when both come at once."""
    made = await asyncio.gather(
        *(
            site.rotations.create(make.new(f"rot-{number}"), make.t0, idempotency_key="k", fingerprint="f")
            for number in range(5)
        )
    )
    assert sorted(created for _, created in made) == [False, False, False, False, True]
    assert len({rotation.id for rotation, _ in made}) == 1
    again, created = await site.rotations.create(make.new(made[0][0].id), make.at(hours=1), fingerprint="f")
    assert (again, created) == (made[0][0], False)


async def test_a_key_used_for_another_request_is_refused(site, make):
    """The same key with another request is a conflict, and creates nothing."""
    await site.rotations.create(make.new(), make.t0, idempotency_key="k", fingerprint="f")
    with pytest.raises(IdempotencyConflict):
        await site.rotations.create(make.new("rot-2"), make.t0, idempotency_key="k", fingerprint="other")
    assert len((await site.rotations.page()).items) == 1


async def test_one_rotation_runs_on_a_site(site, make):
    """Of many started at once one runs, and the refusals name it; after its end another may begin."""
    made = await asyncio.gather(
        *(site.rotations.create(make.new(f"rot-{number}"), make.t0) for number in range(5)), return_exceptions=True
    )
    winner = await site.rotations.running("site-1")
    assert winner is not None
    refused = [result for result in made if isinstance(result, SiteBusy)]
    assert [refusal.rotation_id for refusal in refused] == [winner.id] * 4
    ended = Progress(status=RotationStatus.COMPLETED, finished_at=make.at(hours=1))
    await site.rotations.project(winner.id, ended, make.at(hours=1))
    assert await site.rotations.running("site-1") is None
    assert (await site.rotations.create(make.new("next"), make.at(hours=2)))[1]


async def test_the_database_itself_refuses_a_second_running_one(running):
    """The index stops a write that goes past the repository."""
    copy = (
        "INSERT INTO rotations SELECT 'rot-2', site_id, plan_id, plan_hash, purpose, started_by, why, created_at, "
        "NULL, request_fingerprint, status, step_id, step_number, step_title, step_index, step_count, phase, "
        "attention, held, coverage, next_action_at, finished_at, report, updated_at, last_event, run_id FROM rotations"
    )
    with pytest.raises(Exception, match=r"(?i)unique"):
        async with running.database.write() as session:
            await session.execute(text(copy))


async def test_only_given_fields_are_projected(running, make):
    """A report changes the fields it gives, None empties one, and the same report again changes nothing."""
    finding = warning("silent", "pc-1", "it is silent")
    reading = GateReading(
        taken_at=make.t0, total=3, covered=3, safe=0, waiting=0, left_out=0, by_reason={}, reached=True
    )
    first = Progress(step_id="09-A9", step_index=9, step_count=19, attention=(finding,), coverage=reading)
    await running.rotations.project("rot-1", first, make.at(hours=1))
    shown = await running.rotations.get("rot-1")
    await running.rotations.project("rot-1", first, make.at(hours=1))
    assert await running.rotations.get("rot-1") == shown
    assert (shown.step_id, shown.attention, shown.coverage) == ("09-A9", (finding,), reading)
    await running.rotations.project("rot-1", Progress(coverage=None, held=True), make.at(hours=2))
    shown = await running.rotations.get("rot-1")
    assert (shown.step_id, shown.coverage, shown.held) == ("09-A9", None, True)
    assert shown == await running.rotations.get("rot-1")


async def test_a_late_report_changes_nothing(running, make):
    """Neither a report of an older event nor one of a running rotation after its end is taken."""
    await running.rotations.project("rot-1", Progress(step_id="new"), make.at(hours=2), number=2)
    await running.rotations.project("rot-1", Progress(step_id="old"), make.at(hours=3), number=1)
    assert (await running.rotations.get("rot-1")).step_id == "new"
    await running.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.at(hours=3))
    late = Progress(status=RotationStatus.RUNNING, step_id="late")
    await running.rotations.project("rot-1", late, make.at(hours=4), number=3)
    assert (await running.rotations.get("rot-1")).step_id == "new"
    await running.rotations.project("rot-1", Progress(status=RotationStatus.RESTORED), make.at(hours=5))
    restored = await running.rotations.get("rot-1")
    assert restored.status is RotationStatus.RESTORED


async def test_a_clock_that_was_ahead_holds_nothing_up(running, make):
    """A report from a clock that was a year ahead hides no later one, and the end is taken: the site may go on."""
    assert [rotation.id for rotation in await running.rotations.unreported()] == ["rot-1"]
    await running.rotations.project("rot-1", Progress(step_id="first"), make.at(days=365), number=1)
    assert await running.rotations.unreported() == ()
    await running.rotations.project("rot-1", Progress(step_id="second"), make.at(hours=1), number=2)
    assert (await running.rotations.get("rot-1")).step_id == "second"
    ended = Progress(status=RotationStatus.COMPLETED, finished_at=make.at(hours=2))
    await running.rotations.project("rot-1", ended, make.at(hours=2), number=3)
    assert (await running.rotations.get("rot-1")).status is RotationStatus.COMPLETED
    assert await running.rotations.running("site-1") is None
    assert (await running.rotations.create(make.new("rot-2"), make.at(hours=3)))[1]


async def test_the_end_of_a_run_that_was_set_back_is_taken(running, make):
    """A run that was reset counts its events again from there: its reports wait for new numbers, its end does not."""
    await running.rotations.project("rot-1", Progress(step_id="ninth"), make.at(hours=1), number=9)
    await running.rotations.project("rot-1", Progress(status=RotationStatus.CANCELLED), make.at(hours=2), number=5)
    assert (await running.rotations.get("rot-1")).status is RotationStatus.CANCELLED


async def test_a_first_report_of_the_same_moment_is_heard(running, make):
    """A report that bears the very time of the beginning is one: it is not taken up again."""
    await running.rotations.project("rot-1", Progress(step_id="first"), make.t0, number=1)
    assert not (await running.rotations.get("rot-1")).unreported
    assert await running.rotations.unreported() == ()


async def test_pages_hold_every_rotation_once(site, make):
    """Pages go from the newest to the oldest, also among rotations of one time, and end."""
    for number in range(7):
        await site.rotations.create(make.new(f"rot-{number}"), make.at(hours=number // 3))
        ended = Progress(status=RotationStatus.CANCELLED)
        await site.rotations.project(f"rot-{number}", ended, make.at(days=1))
    seen, cursor = [], None
    while True:
        page = await site.rotations.page(PageRequest(2, cursor), sites=("site-1",))
        seen += [rotation.id for rotation in page.items]
        cursor = page.cursor
        if cursor is None:
            break
    assert seen == [f"rot-{number}" for number in reversed(range(7))]


@pytest.mark.parametrize("cursor", ["", "nonsense", "W10", "WyJhIiwxXQ", "é"])
async def test_a_made_up_cursor_is_refused(store, cursor):
    """A cursor that the list did not give out is an error, whatever it holds."""
    with pytest.raises(BadCursor):
        await store.rotations.page(PageRequest(cursor=cursor))


async def test_what_is_not_known_is_named(site, make):
    """An unknown rotation, site or plan says so."""
    with pytest.raises(UnknownRotation):
        await site.rotations.get("none")
    with pytest.raises(UnknownRotation):
        await site.rotations.project("none", Progress(), make.t0)
    with pytest.raises(UnknownSite):
        await site.rotations.create(make.new(site_id="nowhere"), make.t0)
    with pytest.raises(UnknownPlan):
        await site.rotations.create(make.new(plan_id="none"), make.t0)
