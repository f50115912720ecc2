"""What comes of an answer of Temporal that is none."""

from datetime import timedelta

import pytest
from temporalio.service import RPCError, RPCStatusCode

from engine.client.calls import within
from engine.fault import NoAnswer, TemporalDown


@pytest.mark.parametrize(
    ("status", "raised"),
    [
        (RPCStatusCode.UNAVAILABLE, TemporalDown),
        (RPCStatusCode.RESOURCE_EXHAUSTED, TemporalDown),
        (RPCStatusCode.UNKNOWN, TemporalDown),
        (RPCStatusCode.INTERNAL, TemporalDown),
        (RPCStatusCode.DEADLINE_EXCEEDED, NoAnswer),
        (RPCStatusCode.NOT_FOUND, RPCError),
        (RPCStatusCode.INVALID_ARGUMENT, RPCError),
    ],
)
async def test_each_failed_call_has_its_error(status, raised):
    """Temporal that cannot do it now, a worker that is away, and an answer that the caller has to read."""
    with pytest.raises(raised, match="the disk is full" if raised is not NoAnswer else "nobody works"):
        async with within(timedelta(seconds=3), silence="nobody works"):
            raise RPCError("the disk is full", status, b"")
