"""Whether policy dates show that settings were changed: by what the site itself has shown of each setting."""

from datetime import UTC, datetime, timedelta

from rotation.drift.policy_dates import Written, dated
from rotation.plan.step import SettingField

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
LIST, SECURE = SettingField.SERVER_LIST, SettingField.SECURE_COMMUNICATIONS
DELAY = timedelta(minutes=2)


def after(seconds):
    """A moment."""
    return START + timedelta(seconds=seconds)


def shown(*writes, fixed=None):
    """Writes, each with the second in which it was made and the one of the policy before; what a gate has fixed."""
    known = [Written(field, after(at), after(date)) for field, at, date in writes]
    return dated(known, None if fixed is None else after(fixed), DELAY)


def test_a_date_that_is_another_before_the_next_write_is_by_the_write_before_it():
    """The last write is shown by the date that a gate has fixed."""
    writes = ((LIST, 1, 0), (LIST, 5, 2), (SECURE, 9, 6))
    assert shown(*writes) == {LIST}
    assert shown(*writes, fixed=6) == {LIST}
    assert shown(*writes, fixed=10) == {LIST, SECURE}


def test_a_date_that_stays_or_goes_back_shows_nothing():
    """A policy that was not made again, or a database that was restored."""
    assert shown((LIST, 1, 1), (SECURE, 2, 1), (SECURE, 3, 0), fixed=0) == frozenset()
    assert shown(fixed=0) == frozenset()


def test_a_date_from_long_after_a_write_is_of_something_else():
    """An administrator edits a policy at the console, or a server makes all of them again."""
    assert shown((LIST, 1, 0), (SECURE, 900, 600), fixed=1800) == frozenset()
    assert shown((LIST, 1, 0), (SECURE, 900, 123), fixed=1800) == {LIST}, "within two minutes, and two seconds"
    assert shown((LIST, 1, 0), (SECURE, 900, 124), fixed=1800) == frozenset()
