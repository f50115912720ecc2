"""Policy serials: which version of its group's policy a client holds.

`AAAA-MM/dd/yyyy HH:mm:ss SSS` in UTC; the prefix is the first four hex digits of the group's own id
(Broadcom KB 156507). Serials are compared as times, never as text: the text starts with the month.
"""

import re
from datetime import UTC, datetime, timedelta

from rotation.values import GroupId, Value

_FORM = re.compile(r"^([0-9A-Fa-f]{4})-(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d) (\d{3})$")


class MalformedSerialError(ValueError):
    """A text that is no policy serial."""


class PolicySerial(Value):
    """The version of a group's policy: whose it is and when it was made (UTC, to the millisecond)."""

    prefix: str
    at: datetime

    @classmethod
    def parse(cls, text: str) -> "PolicySerial":
        """The serial that `text` spells.

        Raises:
            MalformedSerialError: when it has another form or has no real date.
        """
        match = _FORM.match(text.strip())
        if match is None:
            raise MalformedSerialError(f"{text!r} is no policy serial (AAAA-MM/dd/yyyy HH:mm:ss SSS)")
        month, day, year, hour, minute, second, milli = (int(part) for part in match.groups()[1:])
        try:
            at = datetime(year, month, day, hour, minute, second, milli * 1000, tzinfo=UTC)
        except ValueError as error:
            raise MalformedSerialError(f"{text!r} has no real date") from error
        return cls(prefix=match.group(1).upper(), at=at)

    def belongs_to(self, group: GroupId) -> bool:
        """Whether this is a serial of `group`'s own policy."""
        return self.prefix == group[:4].upper()


def parse_or_none(text: str | None) -> PolicySerial | None:
    """The serial that `text` spells, or None where a client reports none or nonsense."""
    if not text:
        return None
    try:
        return PolicySerial.parse(text)
    except MalformedSerialError:
        return None


def to_millisecond(at: datetime) -> datetime:
    """`at` cut to the precision that SEPM keeps."""
    return at - timedelta(microseconds=at.microsecond % 1000)
