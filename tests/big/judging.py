"""What the rotation of a big site has cost, in lines, and what of it follows the size of the site."""

from collections.abc import Iterable, Iterator
from statistics import median

from engine.contract import ActivityName
from tests.big.playing import Asked, Measured
from tests.big.size import Bounds, Size

_PAGE = 500
"""Clients of one request."""


def problems(told: Measured, end: str, size: Size, bounds: Bounds = Bounds()) -> list[str]:  # noqa: B008 - frozen
    """What is not as it should be."""
    readings = _of(told.activities, ActivityName.READ_GATE)
    polls = _of(told.activities, ActivityName.FIX_REFERENCES)
    # the one look of a rotation that is cancelled in a gate is before one that passed, and reads all
    looks = _of(told.activities, ActivityName.LOOK) if end != "cancelled" else []
    writes = _of(told.activities, ActivityName.WRITE_SETTINGS)
    beside = [each.requests - size.clients // _PAGE for each in readings]
    checks = (
        (told.outcome == end, f"it ended as {told.outcome}"),
        (told.lost == 0, f"{told.lost} clients were cut off"),
        (told.left_out == size.away, f"{told.left_out} clients are left out by name"),
        (told.histories > 1, "it had one history only"),
        (told.begun_in_a_gate > 0, "no history began within a gate"),
        (told.queries > 0, "no query was answered"),
        *_below("bytes of its start", told.start_bytes, bounds.start_bytes),
        *_below(f"bytes of the largest payload ({told.payload_kind})", told.payload_bytes, bounds.payload_bytes),
        *_below("bytes of the largest state", told.state_bytes, bounds.state_bytes),
        *_below("seconds of a write step", max((each.seconds for each in writes), default=0), bounds.write_seconds),
        *_below("requests of a poll", min((each.requests for each in polls), default=0), bounds.poll_requests),
        *_below("requests of a reading beside its clients", min(beside, default=0), bounds.poll_requests),
        *_below("requests of a look", min((each.requests for each in looks), default=0), bounds.poll_requests),
        *_below(
            "seconds without a turn for others", max(each.blocked for each in told.activities), bounds.blocked_seconds
        ),
        *_below("events of a reading", median(told.reading_events or (0,)), bounds.reading_events),
    )
    return [what for right, what in checks if not right]


def lines(told: Measured) -> Iterator[str]:
    """For people."""
    yield f"  {told.outcome} in {told.seconds:.0f} s, {told.lost} cut off, {told.left_out} left out by name"
    yield f"  {told.histories} histories, {told.begun_in_a_gate} of them begun within a gate"
    yield f"  {told.queries} queries answered, {told.unanswered} not; largest state {told.state_bytes:,} bytes"
    yield f"  start {told.start_bytes:,} bytes, largest payload {told.payload_bytes:,} ({told.payload_kind})"
    if told.reading_events:
        yield f"  events of a reading: {median(told.reading_events):g}, {max(told.reading_events)} at most"
    for name in dict.fromkeys(each.name for each in told.activities):
        every = _of(told.activities, name)
        seconds = max(each.seconds for each in every)
        blocked = max(each.blocked for each in every)
        requests = (min(each.requests for each in every), max(each.requests for each in every))
        took = f"{seconds:.1f} s at most, {blocked:.1f} of them at once"
        yield f"  {name}: {len(every)} times, {took}, {requests[0]:,} to {requests[1]:,} requests"


def _of(activities: Iterable[Asked], name: str) -> list[Asked]:
    return [each for each in activities if each.name == name]


def _below(what: str, found: float, bound: float) -> list[tuple[bool, str]]:
    return [(found <= bound, f"{found:,.0f} {what}, and {bound:,.0f} at most")]
