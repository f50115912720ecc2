"""A bounded part of the terminate sweep: points of every procedure drawn by the date, and those that failed once."""

from datetime import UTC, datetime
from random import Random

import pytest

from tests.proof.temporal.skipping import skipping_server
from tests.terminating.ending import in_process, on_temporal
from tests.terminating.passages import Passage, Watch, chosen
from tests.terminating.procedures import PROCEDURES
from tests.terminating.report import Life, Summary, lines
from tests.terminating.sweeping import behind_a_swap, lived_one, points_behind, points_of, undisturbed

TODAY = str(datetime.now(UTC).date())
DRAWN = Random(TODAY).sample(sorted(PROCEDURES), 3)


@pytest.fixture(scope="module")
def passed_by():
    """What a procedure passes when it is not terminated, played once."""
    known = {}

    async def passed(name):
        if name not in known:
            known[name] = await undisturbed(name)
        return known[name]

    return passed


@pytest.mark.parametrize("place", range(len(DRAWN)))
async def test_a_drawn_point_has_a_way_out(place, passed_by):
    """Terminated there, the documented way ends, the site is as recorded, and another rotation runs to its end."""
    name = DRAWN[place]
    passed = await passed_by(name)
    for found in (points_of(name, passed), await points_behind(name, behind_a_swap(passed))):
        for job in Random(f"{TODAY} {name}").sample(found, min(len(found), 1)):
            assert (await lived_one(job, in_process)).problems == (), job


@pytest.mark.parametrize(
    ("name", "step", "what"),
    [
        ("list-a", "A9", "move_task claimed"),
        ("list-a", "A10b", "read_gate"),
        ("https-drill", "drill", "somebody works"),
        ("https-drill", "drill", "read_gate"),
        ("stop-drill", "drill", "somebody works"),
        ("stop-drill", "drill", "read_gate"),
        ("offline", "A7", "somebody works"),
        ("offline", "A10c", "somebody says task_done"),
        ("recovery", "recover", "observe_task"),
        ("offline-recovery", "recover", "somebody works"),
    ],
)
async def test_a_point_that_once_had_no_way_out_has_one(name, step, what, passed_by):
    """A task that an operator holds, a setting changed by hand and not reported, a gate behind a swap, shut ports."""
    found = [job for job in points_of(name, await passed_by(name)) if step in job.label and job.label.endswith(what)]
    assert (await lived_one(found[0], in_process)).problems == (), found[0]


async def test_a_restore_that_was_terminated_too_leaves_nothing_behind(passed_by):
    """The second restore knows what the rotation made, though the first one did not come to it: the copy is deleted."""
    behind = behind_a_swap(await passed_by("cancel"))
    found = [job for job in await points_behind("cancel", behind) if job.label.endswith("record_originals")]
    life = await lived_one(found[0], in_process)
    assert (life.problems, life.answers["restore"]) == ((), 2)


async def test_a_terminate_of_the_real_temporal_has_the_same_way_out(passed_by):
    """Terminated there while an operator holds the last server's replacement: the way out runs on the same Temporal."""
    found = points_of("list-b", await passed_by("list-b"))
    claimed = [job for job in found if job.label.endswith("move_task claimed") and "B2" in job.label]
    async with skipping_server() as env:
        life = await lived_one(claimed[-1], on_temporal(env.client))
    assert (life.problems, life.temporal) == ((), True)
    assert {"task-held", "restore"} <= life.answers.keys()


def test_of_passages_of_one_kind_the_first_the_middle_and_the_last_are_points():
    """What lies between them differs in nothing that a terminate could leave behind."""
    watch = Watch()
    for _ in range(9):
        watch.passes("A8", "read_gate")
    watch.passes("A8", "look")
    assert [each.number for each in chosen(watch.passed)] == [0, 4, 8, 9]


def test_a_rotation_is_terminated_at_one_passage():
    """At the one that was asked for, once."""
    watch = Watch(2)
    assert [watch.passes("A8", "read_gate") for _ in range(4)] == [False, False, True, False]


def test_behind_a_swap_is_the_first_reading_after_it():
    """Of a procedure that replaces nothing it is what lies in its middle."""
    passed = [
        Passage(0, "08-A8", "read_gate"),
        Passage(1, "10-A9", "move_task claimed"),
        Passage(2, "10-A9", "move_task done"),
        Passage(3, "11-A10b", "read_gate"),
        Passage(4, "11-A10b", "read_gate"),
    ]
    assert behind_a_swap(passed) == passed[3]
    assert behind_a_swap(passed[:2]) == passed[1]


def test_the_report_names_what_failed_and_what_it_leaves_out():
    """The report counts each refusal and attention, and names a failure with its place."""
    summary = Summary()
    summary.add(Life(procedure="list-a", at=(3,), label="3 A8: read_gate", answers={"restore": 1}))
    summary.add(Life(procedure="list-a", at=(3, 4), label="4", problems=("lost",), asked={"drift": 2}, temporal=True))
    text = "\n".join(lines(summary))
    assert "2 lives" in text
    assert "1 failures" in text
    assert "said: restore 1" in text
    assert "asked: drift 2" in text
    assert "not covered:" in text
    assert summary.failures[0].at == (3, 4)
