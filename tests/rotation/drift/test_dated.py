"""Whether policy dates show that settings were changed: by what the site itself has shown of each setting."""

from datetime import UTC, datetime, timedelta

from rotation.drift.dated import Written, dated
from rotation.plan.step import SettingField

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
LIST, SECURE = SettingField.SERVER_LIST, SettingField.SECURE_COMMUNICATIONS


def written(*writes):
    """Writes, each with the seconds that the policy was old before."""
    return [Written(field, START + timedelta(seconds=date)) for field, date in writes]


def test_a_date_that_is_another_before_the_next_write_is_by_the_write_before_it():
    """The last write is shown by the date that a gate has fixed."""
    writes = written((LIST, 0), (LIST, 1), (SECURE, 2))
    assert dated(writes, None) == {LIST}
    assert dated(writes, START + timedelta(seconds=2)) == {LIST}
    assert dated(writes, START + timedelta(seconds=3)) == {LIST, SECURE}


def test_a_date_that_stays_or_goes_back_shows_nothing():
    """A policy that was not made again, or a database that was restored."""
    assert dated(written((LIST, 1), (SECURE, 1), (SECURE, 0)), START) == frozenset()
    assert dated([], START) == frozenset()
