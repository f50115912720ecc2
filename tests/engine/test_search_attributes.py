"""Search attributes are registered once and checked with a clear word."""

from uuid import uuid4

import pytest
from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.service import RPCError

from engine import search_attributes
from engine.client.client import lazy_client
from engine.contract import SearchAttribute
from engine.fault import EngineNotReady
from engine.settings import TemporalSettings


@pytest.fixture
async def bare(temporal, client):
    """A client of a namespace that another operator made, without our attributes."""
    name = f"bare-{uuid4().hex}"
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86400))
    )
    made = await lazy_client(TemporalSettings(address=temporal.server.address, namespace=name))
    while True:  # the server learns of a new namespace a little later
        try:
            await search_attributes.missing(made)
        except RPCError:
            continue
        return made


async def test_a_namespace_without_them_is_refused_with_the_command_that_helps(bare) -> None:
    """The check names the namespace, every attribute and its type, as the operator's command wants them."""
    with pytest.raises(EngineNotReady) as refused:
        await search_attributes.check(bare)
    text = str(refused.value)
    assert f"search-attribute create --namespace {bare.namespace}" in text
    for attribute in SearchAttribute:
        assert attribute.value in text
    assert "--name RotatorCoverage --type Double" in text
    assert "--name RotatorNextAction --type Datetime" in text


async def test_they_are_registered_once(bare) -> None:
    """After the first call the check passes; the second call changes nothing."""
    await search_attributes.register(bare)
    await search_attributes.check(bare)
    await search_attributes.register(bare)
    assert await search_attributes.missing(bare) == ()


async def test_one_of_another_type_is_refused(bare) -> None:
    """Temporal cannot change a type, so the message sends to a namespace of its own."""
    await bare.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=bare.namespace,
            search_attributes={SearchAttribute.COVERAGE: IndexedValueType.INDEXED_VALUE_TYPE_INT},
        )
    )
    with pytest.raises(EngineNotReady, match=r"RotatorCoverage.*Double.*ROTATOR_TEMPORAL_NAMESPACE"):
        await search_attributes.register(bare)
