"""The key that signs in tests: recorded histories are signed with it."""

import base64

from temporalio.client import Client
from temporalio.converter import DataConverter, WorkflowSerializationContext

from engine.codec.signing import SigningKeys

KEY = b"a key of tests, and no secret!!!"
TEXT = base64.b64encode(KEY).decode()
SIGNING = SigningKeys(KEY)


def of_workflow(client: Client, workflow_id: str) -> DataConverter:
    """The converter of a client, for what belongs to a workflow."""
    context = WorkflowSerializationContext(namespace=client.namespace, workflow_id=workflow_id)
    return client.data_converter.with_context(context)
