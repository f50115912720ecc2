"""What time brings: tasks near their time, proof that lapses, weeks of holdout, gates, ends."""

import pytest

from rotation.notice.dated import of_rotation
from rotation.notice.notice import Figures, NoticeKind
from rotation.notice.of_event import of_end, of_event
from rotation.notice.watched import EndedRotation, ReportedEvent
from rotation.plan.work.task import TaskState
from rotation.running.state import Outcome, Phase


def test_a_task_near_its_time_is_named_once(seen):
    """Two days before its time; each later look derives the same notice."""
    open_now = seen.rotation(seen.task())
    assert of_rotation(open_now, seen.at(days=5, hours=23), step_since=None) == ()
    first, later = (of_rotation(open_now, seen.at(days=days), step_since=None) for days in (6, 7))
    assert [each.kind for each in first] == [NoticeKind.TASK_NEAR]
    assert (first[0].id, first[0].by_when) == (later[0].id, seen.at(days=8))


@pytest.mark.parametrize(("minutes", "called"), [(-1, False), (0, False), (1, True), (10, True), (11, False)])
def test_a_holder_is_called_before_the_claim_lapses(seen, minutes, called):
    """Within ten minutes before the proof lapses, and not after it."""
    now = seen.at(hours=1)
    task = seen.task(state=TaskState.CLAIMED, claimed_by="ann", proof_until=seen.at(hours=1, minutes=minutes))
    found = of_rotation(seen.rotation(task), now, step_since=None)
    assert [(each.kind, each.holder, each.by_when) for each in found] == (
        [(NoticeKind.CLAIM_LAPSING, "ann", task.proof_until)] if called else []
    )


def test_a_claim_that_is_held_for_long_calls_once_a_day(seen):
    """Proof that is read again moves its end: the same claim has one notice for each day."""

    def key(**since):
        task = seen.task(state=TaskState.CLAIMED, claimed_by="ann", proof_until=seen.at(**since))
        (found,) = of_rotation(seen.rotation(task), task.proof_until - (seen.at(minutes=5) - seen.t0), step_since=None)
        return found.id

    assert key(hours=1) == key(hours=3)
    assert key(hours=1) != key(hours=25)


def test_each_week_of_the_holdout_has_a_report(seen):
    """With the figures of the newest reading; outside of the holdout there is none."""
    figures = Figures(covered=8, total=9, waiting=1, names=("pc-1",))
    held = seen.rotation(phase=Phase.HOLDOUT, figures=figures)
    assert of_rotation(held, seen.at(days=6), step_since=seen.t0) == ()
    (first,), (second,) = (of_rotation(held, seen.at(days=days), step_since=seen.t0) for days in (7, 14))
    assert (first.kind, first.figures) == (NoticeKind.HOLDOUT_REPORT, figures)
    assert first.id == of_rotation(held, seen.at(days=13), step_since=seen.t0)[0].id
    assert first.id != second.id
    assert of_rotation(seen.rotation(phase=Phase.REPLACING), seen.at(days=7), step_since=seen.t0) == ()


def test_a_gate_that_passed_is_reported_and_other_events_are_not(seen):
    """The event's number makes the notice; what stands as attention or as a task is seen there."""
    passed = ReportedEvent(number=7, at=seen.t0, kind="gate-passed", message="Gate A8: 9 of 9 are covered")
    notice = of_event(seen.rotation().id, seen.site, passed)
    assert notice is not None
    assert (notice.kind, notice.step, notice.text) == (NoticeKind.GATE_PASSED, "Gate A8", "9 of 9 are covered")
    for kind in ("attention", "task-opened", "ended", "message"):
        assert of_event(seen.rotation().id, seen.site, passed.model_copy(update={"kind": kind})) is None


@pytest.mark.parametrize("outcome", [*Outcome, None])
def test_each_end_is_reported_as_what_it_is(seen, outcome):
    """A rotation that was rolled back, or ended from outside, is not reported as completed."""
    ended = EndedRotation(id=seen.rotation().id, site=seen.site, at=seen.t0, outcome=outcome)
    assert of_end(ended).subject == (outcome.value if outcome else "")
