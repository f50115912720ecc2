"""Connections to Temporal: a patient one for the worker, a quick one for the API."""

import asyncio
import os
import socket
from datetime import timedelta
from itertools import count

import structlog
from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import RetryConfig, RPCError

from engine.codec.payload_keys import payload_codec, signing_keys
from engine.plugin import RotatorPlugin
from engine.settings import TemporalSettings

_log = structlog.get_logger(__name__)
_FIRST_PAUSE = timedelta(milliseconds=100)
_LONGEST_PAUSE = timedelta(seconds=5)
# a call of the API fails in some 0.1 s instead of the 10 s of the defaults; the next one tries again
_QUICK = RetryConfig(max_retries=3, initial_interval_millis=50, max_interval_millis=300, max_elapsed_time_millis=1500)


def identity(role: str) -> str:
    """What Temporal records of who called: the role, the host and the process."""
    return f"rotator-{role}@{socket.gethostname()}:{os.getpid()}"


async def connect(
    settings: TemporalSettings, plugin: RotatorPlugin, *, role: str = "worker", runtime: Runtime | None = None
) -> Client:
    """Connect, trying for ever with growing pauses: a worker has nothing better to do than to wait for Temporal."""
    for attempt in count():
        try:
            return await _connect(settings, plugin, role=role, runtime=runtime)
        except (RuntimeError, RPCError) as error:
            pause = min(_FIRST_PAUSE * 2 ** min(attempt, 10), _LONGEST_PAUSE)
            if not attempt:
                _log.warning("Temporal does not answer, and is waited for", address=settings.address, error=str(error))
            await asyncio.sleep(pause.total_seconds())
    raise AssertionError  # count() has no end


async def lazy_client(settings: TemporalSettings, plugin: RotatorPlugin | None = None, *, role: str = "api") -> Client:
    """A client that connects at its first call, fails quickly, and works again as soon as Temporal is back.

    It cannot serve a worker.

    Raises:
        SigningKeysMissing, PayloadKeysMalformed: when the settings name no signing keys, or keys that are none.
    """
    plugin = plugin or RotatorPlugin(signing=signing_keys(settings), codec=payload_codec(settings))
    return await _connect(settings, plugin, role=role, lazy=True, retry=_QUICK)


async def _connect(
    settings: TemporalSettings,
    plugin: RotatorPlugin,
    *,
    role: str,
    lazy: bool = False,
    retry: RetryConfig | None = None,
    runtime: Runtime | None = None,
) -> Client:
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        plugins=[plugin],
        tls=settings.tls_config(),
        api_key=settings.secret(),
        identity=identity(role),
        lazy=lazy,
        retry_config=retry,
        runtime=runtime,
    )
