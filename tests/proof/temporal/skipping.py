"""A real Temporal server that skips the time in which nothing runs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from engine import search_attributes
from engine.plugin import RotatorPlugin
from engine.process.embedded import find_binary
from engine.settings import TemporalSettings
from tests.signing import SIGNING


@asynccontextmanager
async def skipping_server(*flags: str) -> AsyncIterator[WorkflowEnvironment]:
    """A real server that skips time, with our search attributes."""
    tuning = [
        "frontend.WorkflowTimeSkippingEnabled=true",
        "history.transferProcessorMaxPollRPS=2000",
        "history.timerProcessorMaxPollRPS=2000",
        "history.visibilityProcessorMaxPollRPS=2000",
        'history.timerProcessorMaxTimeShift="10ms"',
        # one worker polls each queue: parts of it would only pass tasks on to each other
        "matching.numTaskqueueReadPartitions=1",
        "matching.numTaskqueueWritePartitions=1",
        *flags,
    ]
    env = await WorkflowEnvironment.start_time_skipping_v2(
        ts_config=TimeSkippingConfig(max_session_skip_count=100_000),
        dev_server_existing_path=str(find_binary(TemporalSettings())),
        dev_server_log_level="error",
        dev_server_extra_args=[part for flag in tuning for part in ("--dynamic-config-value", flag)],
        plugins=[RotatorPlugin(signing=SIGNING)],
    )
    try:
        await search_attributes.register(env.client)
        yield env
    finally:
        await env.shutdown()
