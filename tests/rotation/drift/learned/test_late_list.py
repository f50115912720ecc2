"""How long clients may lack a list that was put right."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.drift.learned.late_list import late_until, unseen_until

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("lags", "wrong", "waits"),
    [
        ({}, 5 * HOUR, 5 * HOUR),  # no look has shown a lag: as long as the list was wrong
        ({}, 9 * DAY, 4 * DAY),
        ({"new": HOUR, "old": 10 * HOUR}, 5 * HOUR, 10 * HOUR),  # a client that had not taken the former list yet
        ({"new": HOUR}, 9 * DAY, HOUR),
    ],
)
def test_behind_a_wrong_list_the_longest_lag_is_waited_for(lags, wrong, waits):
    """Two check-ins come on top, and the time that servers take to publish."""
    until = late_until(NOON, since=NOON - wrong, lags=lags, check_in=HOUR / 2, published_within=timedelta(minutes=2))
    assert until == NOON + waits + HOUR + timedelta(minutes=2)


@pytest.mark.parametrize(
    ("lags", "apart", "waits"),
    [
        ({}, 9 * DAY, None),  # no look has shown a lag
        ({"old": 10 * HOUR}, 7 * HOUR, 7 * HOUR),  # a list that was wrong for less than the lag was never taken
        ({"new": HOUR, "old": 10 * HOUR}, 3 * DAY, 10 * HOUR),
    ],
)
def test_what_was_changed_unseen_may_have_been_a_list(lags, apart, waits):
    """Policies have changed between two looks that have found every list right."""
    until = unseen_until(NOON, since=NOON - apart, lags=lags, check_in=HOUR / 2)
    assert until == (None if waits is None else NOON + waits + HOUR)
