"""Which channel gets a notice, and when: its sites and kinds, quiet hours, digest, escalation."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from rotation.notice.channel import ChannelSettings, QuietHours
from rotation.notice.notice import Notice, NoticeKind

_SATURDAY = 5
_DAY = timedelta(days=1)
_LONGEST = 8
"""Days after which each quiet time has ended."""


def is_wanted(channel: ChannelSettings, notice: Notice) -> bool:
    """Whether a channel gets a notice.

    A channel that escalates gets what waits for a person. Whether it gets the end of that as well, the outbox decides:
    it knows whether the channel was ever called.
    """
    if channel.sites is not None and notice.site_id not in channel.sites:
        return False
    if channel.kinds is not None and (notice.of or notice.kind) not in channel.kinds:
        return False
    if channel.identity is not None and notice.holder not in {"", channel.identity}:
        return False
    return channel.escalates_after is None or bool(notice.matter)


def due(channel: ChannelSettings, notice: Notice, zone: tzinfo) -> datetime:
    """When the notice is sent over the channel: after the time of an escalation, the digest and the quiet hours."""
    at = notice.at
    if channel.escalates_after is not None and notice.kind is not NoticeKind.OVER:
        at += channel.escalates_after
    if is_gathered(channel, notice) and channel.digest is not None:
        at += channel.digest
    if channel.quiet is not None and notice.kind not in channel.wakes:
        at = end_of_quiet(channel.quiet, at, zone)
    return at


def is_gathered(channel: ChannelSettings, notice: Notice) -> bool:
    """Whether the notice goes into a digest."""
    return channel.digest is not None and (notice.of or notice.kind) not in channel.at_once


def end_of_quiet(quiet: QuietHours, at: datetime, zone: tzinfo) -> datetime:
    """The first moment at or after `at` that is not quiet."""
    for _ in range(2 * _LONGEST):
        local = at.astimezone(zone)
        if quiet.weekends and local.weekday() >= _SATURDAY:
            at = _at(local.date() + _DAY, quiet.begins.min, zone)
            continue
        now, over_midnight = local.time(), quiet.begins > quiet.ends
        evening, morning = now >= quiet.begins, now < quiet.ends
        if over_midnight and evening:
            at = _at(local.date() + _DAY, quiet.ends, zone)
        elif morning and (over_midnight or evening):
            at = _at(local.date(), quiet.ends, zone)
        else:
            return at
    return at


def _at(day: date, clock: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
