"""The draw of a sweep reaches a share of the steps of each procedure, with no more lives than that takes."""

import pytest

from tests.outside.drawing import ReachedSteps, Way, by_step, drawn
from tests.terminating.passages import Passage
from tests.terminating.report import Life
from tests.terminating.sweeping import undisturbed


@pytest.fixture
def passed():
    """Twenty-one steps of one to three passages, behind two without a step, and before one."""
    whats = [("", "load_plan"), ("", "record_progress started")]
    whats += [(f"{step:02}-A8", "read_gate") for step in range(21) for _ in range(1 + step % 3)]
    return [Passage(number, *each) for number, each in enumerate([*whats, ("", "record_progress completed")])]


@pytest.mark.parametrize(("share", "steps"), [(1, 21), (10, 3), (20, 2), (1000, 1)])
def test_a_share_is_one_passage_in_each_of_as_many_steps(passed, share, steps):
    """Rounded up, no step twice, the same for the same seed, and never where the rotation is in no step."""
    jobs = drawn(Way.RESET, "list-a", passed, share, "seed")
    reached = [passed[job.at[0]].step for job in jobs]
    assert (len(reached), len(set(reached))) == (steps, steps)
    assert all(reached)
    assert jobs == drawn(Way.RESET, "list-a", passed, share, "seed")


def test_another_seed_way_or_procedure_draws_other_steps(passed):
    """So the steps of several sweeps, and of the ways of one sweep, are seldom the same ones."""
    drawings = {
        tuple(job.at for job in drawn(way, name, passed, 5, seed))
        for way in Way
        for name in ("list-a", "list-b")
        for seed in ("1", "2")
    }
    assert len(drawings) == len(Way) * 2 * 2


def test_each_passage_of_a_step_may_be_drawn(passed):
    """The sweep does not always act at the first one."""
    found = {job.at[0] for seed in range(40) for job in drawn(Way.CANCEL, "list-a", passed, 1, str(seed))}
    assert found == {each.number for steps in by_step(passed).values() for each in steps}


def test_what_was_reached_is_counted_by_step_and_what_is_short_is_named():
    """Two lives in one step are one step; a procedure of which too few steps were reached is named."""
    reached = ReachedSteps({"list-a": 11, "list-b": 10}, 10)
    for procedure, step in (("list-a", "08-A8"), ("list-a", "08-A8"), ("list-a", ""), ("list-b", "06-B2")):
        reached.add(Life(procedure=procedure, at=(1,), label="1", step=step))
    assert reached.hit == {"list-a": 1, "list-b": 1}
    assert reached.short == ["list-a"]
    assert "2 of 21" in str(reached)
    reached.add(Life(procedure="list-a", at=(1,), label="1", step="09-look"))
    assert reached.short == []


@pytest.mark.parametrize("name", ["recovery", "cancel"])
async def test_a_tenth_of_a_real_procedure_is_drawn(name):
    """Of four steps one, and of eleven two."""
    passed = await undisturbed(name)
    jobs = drawn(Way.RESET, name, passed, 10, "1")
    assert len({passed[job.at[0]].step for job in jobs}) == len(jobs) == -(-len(by_step(passed)) // 10)
