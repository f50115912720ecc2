"""How long a Temporal that others run remembers rotations that have ended."""

import asyncio
import json
import os
import shlex
import sys
from datetime import timedelta
from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.service import RPCError, RPCStatusCode

from engine.client.client import lazy_client
from engine.process import namespace
from engine.process.embedded import find_binary
from engine.settings import TemporalSettings
from tests.signing import TEXT

THREE_DAYS = timedelta(hours=72)


@pytest.fixture
async def bare(temporal, client):
    """A client of a namespace as an operator makes it: it forgets after 72 hours."""
    name = f"bare-{uuid4().hex}"
    length = Duration(seconds=int(THREE_DAYS.total_seconds()))
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=length)
    )
    made = await lazy_client(TemporalSettings(address=temporal.server.address, namespace=name))
    while True:  # the server learns of a new namespace a little later
        try:
            assert await namespace.retention(made) == THREE_DAYS
        except RPCError:
            await asyncio.sleep(0.1)
        else:
            return made


async def kept(client, wanted):
    """Wait until the server says that it keeps as long as is wanted."""
    async with asyncio.timeout(30):
        while await namespace.retention(client) != wanted:  # noqa: ASYNC110 - the condition lies in another process
            await asyncio.sleep(0.1)


async def test_the_worker_lengthens_the_retention(bare, temporal, tmp_path) -> None:
    """A worker of a Temporal that others run makes it keep rotations for 90 days, before it serves."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
    settings = {"ROTATOR_FOLDER": str(tmp_path), "ROTATOR_TEMPORAL_ADDRESS": temporal.server.address}
    settings["ROTATOR_TEMPORAL_NAMESPACE"] = bare.namespace
    settings["ROTATOR_TEMPORAL_SIGNING_KEYS"] = TEXT
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "worker", env={**clean, **settings}, stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while json.loads(await process.stderr.readline())["event"] != "serving":
                pass
        await kept(bare, namespace.RETENTION)
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.parametrize("status", [RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED])
async def test_where_it_may_not_an_operator_is_shown_how(bare, temporal, monkeypatch, status) -> None:
    """A refusal ends nothing: it is logged with one command, which works as it is printed."""

    async def refused(*_, **__):
        raise RPCError("not for you", status, b"")

    with monkeypatch.context() as strict:
        strict.setattr(bare.workflow_service, "update_namespace", refused)
        warning = await namespace.too_short(bare)
    assert "not for you" in warning
    command = warning[warning.index("temporal operator") :]
    binary = str(find_binary(TemporalSettings()))
    words = [binary, *shlex.split(command)[1:], "--address", temporal.server.address]
    process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.DEVNULL)
    assert await asyncio.wait_for(process.wait(), 60) == 0
    await kept(bare, namespace.RETENTION)
    assert await namespace.too_short(bare) == ""


async def test_an_outage_is_no_refusal(bare, monkeypatch) -> None:
    """A server that does not answer is tried again by the worker; the operator need do nothing."""

    async def down(*_, **__):
        raise RPCError("down", RPCStatusCode.UNAVAILABLE, b"")

    monkeypatch.setattr(bare.workflow_service, "describe_namespace", down)
    with pytest.raises(RPCError):
        await namespace.too_short(bare)
