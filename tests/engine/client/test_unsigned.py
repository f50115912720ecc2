"""Rotations of a version without signatures are found when a worker starts, and it does not serve."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs
from temporalio import workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from engine.client.rotations import start_rotation
from engine.client.unsigned import begun_unsigned
from engine.codec.codec import EncryptingCodec
from engine.codec.converter import data_converter
from engine.contract import ROTATE_WORKFLOW
from engine.fault import RotationsUnsigned
from engine.ids import rotation_workflow
from tests.engine.rotating import rotating
from tests.signing import SIGNING
from worker import require_signed


@workflow.defn(name=ROTATE_WORKFLOW, sandboxed=False)
class Former:
    """A rotation of a former version."""

    @workflow.run
    async def run(self, _begin: dict[str, Any]) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: False)


def of_converter(client: Client, converter: Any) -> Client:
    """A client of the same server that writes in another way."""
    config: Any = {**client.config(), "data_converter": converter, "plugins": []}
    return Client(**config)


async def taken_up(client: Client, workflow_id: str) -> None:
    """Wait until a worker has taken it up."""
    async with asyncio.timeout(30):
        while len((await client.get_workflow_handle(workflow_id).fetch_history()).events) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_a_rotation_of_a_former_version_is_found(client, worker_client, task_queue, begin) -> None:
    """Not before a worker has taken it up, which refuses it where it is ours; not when it has ended."""
    name = rotation_workflow(begin.site_id)
    former = of_converter(worker_client, pydantic_data_converter)
    handle = await former.start_workflow(ROTATE_WORKFLOW, begin, id=name, task_queue=task_queue)
    assert await begun_unsigned(client, [name]) == ()
    async with Worker(former, task_queue=task_queue, workflows=[Former], workflow_runner=UnsandboxedWorkflowRunner()):
        await taken_up(client, name)
    assert await begun_unsigned(client, [name, "rotate/nothing"]) == (name,)
    with pytest.raises(RotationsUnsigned, match=f"{name}: a version without signed payloads has begun this"):
        await require_signed(client, [begin.site_id], serves=False)
    with capture_logs() as logged:
        await require_signed(client, [begin.site_id], serves=True)
    assert [each["workflows"] for each in logged] == [(name,)]
    await handle.terminate()
    assert await begun_unsigned(client, [name]) == ()


@pytest.mark.parametrize("encrypts", [False, True])
async def test_a_rotation_of_ours_is_none_of_them(client, worker_client, task_queue, begin, *, encrypts) -> None:
    """Signed, or signed and encrypted, whether the key is here or not."""
    codec = EncryptingCodec(b"k" * 32) if encrypts else None
    ours = of_converter(client, data_converter(SIGNING, codec))
    await start_rotation(ours, begin, task_queue=task_queue)
    name = rotation_workflow(begin.site_id)
    serving = of_converter(worker_client, data_converter(SIGNING, codec))
    async with rotating(serving, task_queue):
        await taken_up(client, name)
        for reader in (client, ours):
            assert await begun_unsigned(reader, [name]) == ()
