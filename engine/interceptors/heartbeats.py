"""Activities that tell Temporal that they live, by themselves: a worker that dies is missed within seconds."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

_BEAT = timedelta(seconds=3)
"""Well below the heartbeat timeout that workflows ask for."""


class Beating(Interceptor):
    """Beats beside every activity while it runs."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's own name
        """Put the beat around the activity."""
        return _Beat(next)


class _Beat(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's own name
        if activity.info().is_local:  # it is part of a workflow task, and a worker that died is missed by that
            return await self.next.execute_activity(input)
        beat = asyncio.create_task(_beat())
        try:
            return await self.next.execute_activity(input)
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat


async def _beat() -> None:
    while True:
        activity.heartbeat()
        await asyncio.sleep(_BEAT.total_seconds())
