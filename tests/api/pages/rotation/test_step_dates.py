"""The dates of a rotation's steps on the page."""

from datetime import UTC, datetime, timedelta

from api.pages.rotation.step_dates import dated, given_up
from api.rotation.rotation_document import StepNow
from api.task.task_document import TaskShown
from rotation.plan.step import Holdout
from rotation.plan.work.task import TaskState

T0, DAY = datetime(2026, 3, 1, tzinfo=UTC), timedelta(days=1)
STATES = ("done", "current", "ahead", "ahead")


def steps(*, planned=True):
    """Four steps, a day each."""
    return [
        StepNow(
            id=f"s{day}", number="A", kind="gate", title="t", earliest=None, minimum=None, wave=0, least=None,
            state=state, expected=T0 + day * DAY if planned else None,
        )
        for day, state in enumerate(STATES)
    ]  # fmt: skip


def expected(began_after, now_after):
    """When the two steps that are ahead are expected, in days after the plan's beginning."""
    found = dated(steps(), {"s0": T0, "s1": T0 + began_after * DAY}, T0 + now_after * DAY)
    assert [each.expected for each in found[:2]] == [None, None]
    return [(each.expected - T0) / DAY for each in found[2:] if each.expected is not None]


def test_what_is_ahead_is_as_late_as_the_rotation():
    """Late or early by the step of now; nothing that is ahead is expected in the past."""
    assert expected(1, 1) == [2, 3]
    assert expected(4, 4.5) == [5, 6]
    assert expected(0.5, 0.6) == [1.5, 2.5]
    assert expected(1, 9) == [9, 10]


def test_a_gate_that_a_roll_back_broke_off_is_not_done(make):
    """It began, and never ended. One that passed right before the roll-back is done."""
    gates = tuple(
        Holdout(
            id=name,
            number="B5",
            wave=0,
            title=name,
            servers=(),
            minimum=timedelta(0),
            maximum=timedelta(0),
        )
        for name in ("s0", "s1", "s2")
    )
    plan = make.plan().body.model_copy(update={"steps": gates})
    back = plan.model_copy(update={"purpose": "roll-back", "back_from": "s2"})
    assert given_up(back, {"s0", "s1", "s2"}, {"s0"}) == {"s1"}
    assert given_up(back, {"s0", "s1", "s2"}, {"s0", "s1"}) == frozenset()
    assert given_up(plan, {"s0", "s1"}, {"s0"}) == frozenset()
    assert [each.given_up for each in dated(steps(), {}, T0, given_up={"s0"})] == [True, False, False, False]


def test_without_times_there_is_no_date():
    """A plan that cannot be read has none, and a rotation whose step never began keeps the plan's."""
    assert {each.expected for each in dated(steps(planned=False), {}, T0)} == {None}
    assert [each.expected for each in dated(steps(), {}, T0)][2:] == [T0 + 2 * DAY, T0 + 3 * DAY]


def test_a_step_whose_task_was_withdrawn_is_not_done(make):
    """Only where the rotation has passed it, and no second task of it was done: a roll-back withdraws one so."""
    done, *_ = (each.model_copy(update={"kind": "console"}) for each in steps())
    task = TaskShown.of(make.task())
    withdrawn, second = (
        task.model_copy(update={"step": done.id, "state": state}) for state in (TaskState.WITHDRAWN, TaskState.DONE)
    )
    for state, tasks, expected_now in (
        ("done", [withdrawn], True),
        ("done", [withdrawn, second], False),
        ("done", [second], False),
        ("done", [], False),
        ("current", [withdrawn], False),
    ):
        (found,) = dated([done.model_copy(update={"state": state})], {}, T0, tasks)
        assert found.withdrawn is expected_now, (state, tasks)
        assert found.needless is (state == "done" and not tasks), "no task was opened for it"


def test_a_step_ahead_whose_task_is_done_is_done(make):
    """A cancel starts again what was stopped, and several recovery files are saved at once: the steps say so."""
    *_, ahead = steps()
    task = TaskShown.of(make.task())
    for state, early in ((TaskState.DONE, True), (TaskState.WITHDRAWN, False), (TaskState.OPEN, False)):
        (found,) = dated([ahead], {}, T0, [task.model_copy(update={"step": ahead.id, "state": state})])
        assert found.early is early
