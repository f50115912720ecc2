"""Lengths of time and moments as texts for people have them, in English; `texts/` has them in other languages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from rotation.text.sentence import Sentence, counted

_UNITS: tuple[tuple[int, Callable[[int], Sentence]], ...] = (
    (86400, lambda count: counted("%(count)s day", "%(count)s days", count)),
    (3600, lambda count: counted("%(count)s hour", "%(count)s hours", count)),
    (60, lambda count: counted("%(count)s minute", "%(count)s minutes", count)),
    (1, lambda count: counted("%(count)s second", "%(count)s seconds", count)),
)


def span_parts(of: timedelta) -> tuple[Sentence, ...]:
    """A length of time in its two largest units; what is shorter than a second is none."""
    left, parts = int(of.total_seconds()), []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(unit(count))
    return tuple(parts[:2]) or (_UNITS[-1][1](0),)


def span_text(of: timedelta) -> str:
    """A length of time: `2 days 4 hours`."""
    return " ".join(_english(span_parts(of)))


def instant_text(at: datetime) -> str:
    """A moment to the minute: `2026-01-31 17:05 UTC`."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _english(parts: tuple[Sentence, ...]) -> Iterator[str]:
    for each in parts:
        yield (each.text if each.count == 1 else each.many) % {"count": f"{each.count:,}"}
