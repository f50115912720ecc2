"""What the rotation of a big site has cost, in lines, and what of it follows the size of the site."""

from collections.abc import Iterable, Iterator
from statistics import median

from engine.contract import ActivityName
from tests.big.playing import Asked, Measured
from tests.big.size import Bounds, Size

_PAGE = 500
"""Clients of one request."""


def problems(cost: Measured, end: str, size: Size, bounds: Bounds = Bounds()) -> list[str]:  # noqa: B008 - frozen
    """A message for each result that is not as it should be."""
    readings = _of(cost.activities, ActivityName.READ_GATE)
    polls = _of(cost.activities, ActivityName.FIX_REFERENCES)
    # the one look of a rotation that is cancelled in a gate is before one that passed, and reads all
    looks = _of(cost.activities, ActivityName.LOOK) if end != "cancelled" else []
    writes = _of(cost.activities, ActivityName.WRITE_SETTINGS)
    beside = [each.requests - size.clients // _PAGE for each in readings]
    checks = (
        (cost.outcome == end, f"it ended as {cost.outcome}"),
        (cost.lost == 0, f"{cost.lost} clients were cut off"),
        (cost.left_out == size.away, f"{cost.left_out} clients are left out by name"),
        (cost.histories > 1, "it had one history only"),
        (cost.begun_in_a_gate > 0, "no history began within a gate"),
        (cost.queries > 0, "no query was answered"),
        *_below("bytes of its start", cost.start_bytes, bounds.start_bytes),
        *_below(f"bytes of the largest payload ({cost.payload_kind})", cost.payload_bytes, bounds.payload_bytes),
        *_below("bytes of the largest state", cost.state_bytes, bounds.state_bytes),
        *_below("seconds of a write step", max((each.seconds for each in writes), default=0), bounds.write_seconds),
        *_below("requests of a poll", min((each.requests for each in polls), default=0), bounds.poll_requests),
        *_below("requests of a reading beside its clients", min(beside, default=0), bounds.poll_requests),
        *_below("requests of a look", min((each.requests for each in looks), default=0), bounds.poll_requests),
        *_below(
            "seconds without a turn for others", max(each.blocked for each in cost.activities), bounds.blocked_seconds
        ),
        *_below("events of a reading", median(cost.reading_events or (0,)), bounds.reading_events),
    )
    return [what for right, what in checks if not right]


def lines(cost: Measured) -> Iterator[str]:
    """The cost in lines, for people."""
    yield f"  {cost.outcome} in {cost.seconds:.0f} s, {cost.lost} cut off, {cost.left_out} left out by name"
    yield f"  {cost.histories} histories, {cost.begun_in_a_gate} of them begun within a gate"
    yield f"  {cost.queries} queries answered, {cost.unanswered} not; largest state {cost.state_bytes:,} bytes"
    yield f"  start {cost.start_bytes:,} bytes, largest payload {cost.payload_bytes:,} ({cost.payload_kind})"
    if cost.reading_events:
        yield f"  events of a reading: {median(cost.reading_events):g}, {max(cost.reading_events)} at most"
    for name in dict.fromkeys(each.name for each in cost.activities):
        every = _of(cost.activities, name)
        seconds = max(each.seconds for each in every)
        blocked = max(each.blocked for each in every)
        requests = (min(each.requests for each in every), max(each.requests for each in every))
        took = f"{seconds:.1f} s at most, {blocked:.1f} of them at once"
        yield f"  {name}: {len(every)} times, {took}, {requests[0]:,} to {requests[1]:,} requests"


def _of(activities: Iterable[Asked], name: str) -> list[Asked]:
    return [each for each in activities if each.name == name]


def _below(what: str, found: float, bound: float) -> list[tuple[bool, str]]:
    return [(found <= bound, f"{found:,.0f} {what}, and {bound:,.0f} at most")]
