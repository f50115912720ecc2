"""Policy serials are read as times, never as text."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.serial import MalformedSerialError, PolicySerial, parse_or_none, to_millisecond
from rotation.values import GroupId

TIMES = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds


def spelt(at):
    """`at` as SEPM spells it in a serial."""
    return f"1A2B-{at:%m/%d}/{at.year:04d} {at:%H:%M:%S} {at.microsecond // 1000:03d}"


@given(at=TIMES)
def test_serial_that_is_spelt_is_read_back(at):
    """A serial gives back its prefix and its time, to the millisecond."""
    read = PolicySerial.parse(spelt(at))
    assert (read.prefix, read.at) == ("1A2B", to_millisecond(at))


@given(one=TIMES, other=TIMES)
def test_serials_compare_as_times(one, other):
    """The times of two serials show which one is newer."""
    first, second = PolicySerial.parse(spelt(one)).at, PolicySerial.parse(spelt(other)).at
    assert (first < second) == (to_millisecond(one) < to_millisecond(other))


def test_serials_are_not_compared_as_text():
    """January 2027 is later than December 2026, although its text is smaller."""
    december, january = "1A2B-12/31/2026 23:59:59 999", "1A2B-01/01/2027 00:00:00 000"
    assert december > january
    assert PolicySerial.parse(december).at < PolicySerial.parse(january).at


@given(text=st.text())
def test_nonsense_is_no_serial(text):
    """Whatever a client reports, it is a serial or nothing: it never breaks a reading."""
    read = parse_or_none(text)
    assert read is None or read.at.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1A2B",
        "1A2-03/01/2026 08:00:00 000",
        "1A2B-13/01/2026 08:00:00 000",
        "1A2B-02/30/2026 08:00:00 000",
        "1A2B-03/01/2026 08:00:00",
        "1A2B-03/01/0000 08:00:00 000",
    ],
)
def test_malformed_serial_is_refused(text):
    """Another form, or a date that does not exist, is refused with a typed error."""
    with pytest.raises(MalformedSerialError):
        PolicySerial.parse(text)
    assert parse_or_none(text) is None


def test_serial_belongs_to_the_group_with_its_prefix():
    """The prefix is the first four digits of the group's own id, in either case."""
    serial = PolicySerial.parse(" 1a2b-03/01/2026 08:00:00 123 ")
    ids = ("1A2B0000FFFF", "1a2b0000ffff", "1A2C0000FFFF", "")
    assert [serial.belongs_to(GroupId(each)) for each in ids] == [True, True, False, False]


def test_no_serial_is_none():
    """A client that reports no serial has none."""
    assert parse_or_none(None) is None


def test_time_is_cut_to_the_millisecond():
    """SEPM keeps milliseconds: what is finer is cut, not rounded."""
    at = datetime(2026, 3, 1, 8, 0, 0, 123999, tzinfo=UTC)
    assert to_millisecond(at) == at.replace(microsecond=123000)
