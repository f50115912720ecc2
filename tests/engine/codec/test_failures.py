"""A query that came early is asked again where payloads are encrypted too: a real worker, a real Temporal."""

from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import WorkflowQueryFailedError
from temporalio.worker import Worker

from engine.client.client import connect
from engine.client.queries import ask_running
from engine.codec.codec import EncryptingCodec
from engine.contract import EARLY_QUERY
from engine.plugin import RotatorPlugin
from rotation.running.message import Reply
from tests.signing import SIGNING
from workflows.hosts.early_query import AskedEarlyError

SECRET = "the group of Ann"


@workflow.defn(sandboxed=False)
class Answers:
    """Finds the first query early."""

    def __init__(self) -> None:
        self.asked = 0

    @workflow.run
    async def run(self) -> None:
        """Wait."""
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def second(self) -> Reply:
        """Early at first."""
        self.asked += 1
        if self.asked == 1:
            raise AskedEarlyError(EARLY_QUERY)
        return Reply(accepted=True)

    @workflow.query
    def never(self) -> Reply:
        """No answer."""
        raise ValueError(SECRET)


@pytest.mark.parametrize("codec", [None, EncryptingCodec(b"k" * 32)], ids=["in clear", "encrypted"])
async def test_an_early_query_is_asked_again_where_payloads_are_encrypted(temporal, task_queue, codec) -> None:
    """Its caller gets the message of the failure and nothing else: that one is in clear, and every other is hidden."""
    client = await connect(temporal.server.settings(), RotatorPlugin(signing=SIGNING, codec=codec))
    async with Worker(client, task_queue=task_queue, workflows=[Answers]):
        handle = await client.start_workflow(Answers.run, id=f"answers-{uuid4().hex}", task_queue=task_queue)
        assert await ask_running(handle, "second", Reply) == Reply(accepted=True)
        with pytest.raises(WorkflowQueryFailedError) as failed:
            await ask_running(handle, "never", Reply)
        assert (SECRET in str(failed.value)) is (codec is None)
        await handle.terminate()
