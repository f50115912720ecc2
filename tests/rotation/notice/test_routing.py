"""Which channel gets a notice, and when."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rotation.notice.channel import ChannelSettings, MailTarget, QuietHours, WebhookTarget
from rotation.notice.notice import Notice, NoticeKind
from rotation.notice.routing import due, end_of_quiet, is_wanted
from rotation.values import SiteId

PRAGUE = ZoneInfo("Europe/Prague")
FRIDAY = datetime(2026, 3, 6, tzinfo=UTC)


def channel(**changes):
    """A channel to a webhook."""
    return ChannelSettings(name="ops", target=WebhookTarget(url="https://hooks.test/a"), **changes)


def notice(kind=NoticeKind.ATTENTION, at=FRIDAY, **changes):
    """A notice of a site."""
    return Notice(key="k", kind=kind, at=at, site_id=SiteId("site-1"), **changes)


def test_a_channel_gets_what_it_is_for():
    """Its sites, its kinds, and of claims those of its own person; what is over goes where it began."""
    assert is_wanted(channel(), notice())
    assert not is_wanted(channel(sites=("site-2",)), notice())
    assert not is_wanted(channel(kinds=(NoticeKind.GATE_LATE,)), notice())
    assert is_wanted(channel(kinds=(NoticeKind.ATTENTION,)), notice(NoticeKind.OVER, of=NoticeKind.ATTENTION))
    lapsing = notice(NoticeKind.CLAIM_LAPSING, holder="Ann")
    assert [is_wanted(channel(identity=name), lapsing) for name in (None, "Ann", "Bob")] == [True, True, False]
    escalating = channel(escalates_after=timedelta(hours=1))
    assert [is_wanted(escalating, each) for each in (notice(), notice(matter="m"))] == [False, True]


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-03-06T18:59", None),
        ("2026-03-06T19:00", "2026-03-09T06:00"),  # Friday, 20:00 in Prague, with the weekend
        ("2026-03-08T12:00", "2026-03-09T06:00"),
        ("2026-03-09T05:59", "2026-03-09T06:00"),
        ("2026-03-10T23:00", "2026-03-11T06:00"),
        ("2026-03-29T21:00", "2026-03-30T05:00"),  # summer time has begun
    ],
)
def test_quiet_hours_end_in_the_morning_of_the_zone(at, until):
    """Over midnight, over the weekend, over the change to summer time."""
    quiet = QuietHours(zone="Europe/Prague", weekends=True)
    given = datetime.fromisoformat(at).replace(tzinfo=UTC)
    wanted = given if until is None else datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert end_of_quiet(quiet, given, PRAGUE) == wanted


@given(
    st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda since: FRIDAY + since),
    st.times(),
    st.times(),
    st.booleans(),
)
def test_a_message_is_never_late_by_more_than_a_weekend(at, begins, ends, weekends):
    """The end of a quiet time is not quiet, and lies at most four days ahead."""
    if begins == ends:
        return
    quiet = QuietHours(begins=begins, ends=ends, zone="Europe/Prague", weekends=weekends)
    end = end_of_quiet(quiet, at, PRAGUE)
    assert at <= end <= at + timedelta(days=4)
    assert end_of_quiet(quiet, end, PRAGUE) == end


def test_times_add_up():
    """An escalation first, then the digest, then the quiet hours; a kind at once waits for no digest."""
    quiet = QuietHours(zone="UTC")
    late = channel(escalates_after=timedelta(hours=10), digest=timedelta(hours=9), quiet=quiet)
    assert due(late, notice(matter="m", at=FRIDAY + timedelta(hours=4)), UTC) == FRIDAY + timedelta(days=1, hours=7)
    over = notice(NoticeKind.OVER, of=NoticeKind.ATTENTION, matter="m", at=FRIDAY + timedelta(hours=8))
    assert due(late, over, UTC) == FRIDAY + timedelta(hours=17)
    assert due(channel(digest=timedelta(hours=9), at_once=(NoticeKind.ATTENTION,)), notice(), UTC) == FRIDAY


@pytest.mark.parametrize(
    "url",
    [
        "http://a.test",
        "https://",
        "https://u:p@a.test/",
        "https://a.test:0/",
        "https://a.test/\r\nX: y",
        "ftp://a.test",
    ],
)
def test_a_webhook_is_an_https_address_without_a_user(url):
    """Anything else is refused with what an address looks like."""
    with pytest.raises(ValidationError, match="address of a webhook"):
        WebhookTarget(url=url)


def test_mail_goes_to_addresses_and_no_password_in_clear():
    """A line break in an address, which would add a header, is no address."""
    good = {"host": "mail.test", "sender": "r@x.test", "recipients": ("a@x.test",)}
    assert MailTarget.model_validate(good).port == 587
    for wrong in ({"recipients": ("a@x.test\nBcc: b@x.test",)}, {"sender": "none"}, {"host": "a b"}):
        with pytest.raises(ValidationError):
            MailTarget.model_validate({**good, **wrong})
    with pytest.raises(ValidationError, match="in clear"):
        MailTarget.model_validate({**good, "security": "none", "username": "u"})


def test_quiet_hours_name_a_zone_and_two_times():
    """A zone that is none, or no time between, is refused."""
    for wrong in ({"zone": "Atlantis"}, {"zone": "../etc/passwd"}, {"begins": time(7), "ends": time(7)}):
        with pytest.raises(ValidationError):
            QuietHours.model_validate(wrong)
