"""One ceiling and one vocabulary for every call to Temporal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from temporalio.service import RPCError, RPCStatusCode

from engine.fault import NoAnswer, TemporalDown

CEILING = timedelta(seconds=3)
"""No request of a person waits longer for Temporal to say whether it is there."""

_DOWN = frozenset(
    {
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        # its own database does not take what it writes: the disk is full, say
        RPCStatusCode.UNKNOWN,
        RPCStatusCode.INTERNAL,
    }
)
_LONGEST = 200
_LATE = frozenset(
    {
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.CANCELLED,
        # no worker has polled for minutes, or a new history has just begun and no worker has taken it up yet
        RPCStatusCode.FAILED_PRECONDITION,
    }
)


@asynccontextmanager
async def within(ceiling: timedelta, *, silence: str) -> AsyncIterator[None]:
    """Run calls to Temporal for `ceiling` at most.

    Raises:
        TemporalDown: when it cannot be reached, or cannot do anything now.
        NoAnswer: when time is up; `silence` says what that means here.
        RPCError: every other answer of Temporal, for the caller to tell apart.
    """
    try:
        async with asyncio.timeout(ceiling.total_seconds()):
            yield
    except TimeoutError as error:
        raise NoAnswer(silence) from error
    except RPCError as error:
        if error.status in _DOWN:
            raise TemporalDown(f"{error.status.name}: {error.message}"[:_LONGEST]) from error
        if error.status in _LATE:
            raise NoAnswer(silence) from error
        raise
    except RuntimeError as error:
        # how a lazy client says that it could not connect at its first call
        if "connect" in str(error).lower():
            raise TemporalDown("no connection") from error
        raise
