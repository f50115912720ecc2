"""Until when the proof of a claim counts, and until when its holder may begin (rule 19)."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.running.open_task import OpenTask
from rotation.values import TaskId

NOON = datetime(2030, 1, 2, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def claimed(**fields):
    """A task that was claimed at noon, and read again as `fields` say."""
    task = OpenTask(id=TaskId("t"), step="s", opened_at=NOON, claimed_by="ann", claimed_at=NOON, proven_at=NOON)
    return task.model_copy(update={"begun_at": NOON} | fields)


@pytest.mark.parametrize(
    ("held", "lasts"),
    [(0 * HOUR, 30 * MINUTE), (4 * HOUR, 30 * MINUTE), (8 * HOUR, HOUR), (48 * HOUR, 2 * HOUR)],
)
def test_proof_counts_for_half_an_hour_and_longer_where_a_claim_lasts(held, lasts):
    """An eighth of the time since the claim, two hours at most."""
    assert claimed(proven_at=NOON + held).proof_until == NOON + held + lasts


def test_a_holder_begins_within_ten_minutes_of_the_last_look():
    """Of the claim, or of a later look, and while the proof counts."""
    assert claimed().begin_until == NOON + 10 * MINUTE
    assert claimed(begun_at=NOON + 15 * MINUTE).begin_until == NOON + 25 * MINUTE
    assert claimed(begun_at=NOON + 25 * MINUTE).begin_until == NOON + 30 * MINUTE


@pytest.mark.parametrize("fields", [{"lapsed_at": NOON}, {"claimed_by": ""}, {"proven_at": None}])
def test_nothing_counts_where_proof_has_lapsed_or_the_task_is_unclaimed(fields):
    """Then nothing may begin."""
    assert (claimed(**fields).proof_until, claimed(**fields).begin_until) == (None, None)
