"""The custom search attributes in Temporal: registered once, checked before a worker starts.

A workflow that sets an unregistered attribute does not fail: its task is retried for ever. So a worker makes sure of
them before it takes work.
"""

import asyncio
from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from engine.contract import SearchAttribute
from engine.fault import EngineNotReady

_KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
_DATETIME = IndexedValueType.INDEXED_VALUE_TYPE_DATETIME

TYPES: dict[SearchAttribute, "IndexedValueType.ValueType"] = {
    SearchAttribute.SITE: _KEYWORD,
    SearchAttribute.ROTATION: _KEYWORD,
    SearchAttribute.PHASE: _KEYWORD,
    SearchAttribute.STEP: _KEYWORD,
    SearchAttribute.TREATMENT: _KEYWORD,
    SearchAttribute.COVERAGE: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
    SearchAttribute.ATTENTION: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    SearchAttribute.NEXT_ACTION: _DATETIME,
    SearchAttribute.EARLIEST_END: _DATETIME,
}

_SEEN_WITHIN = timedelta(seconds=15)
_LOOK_AGAIN = timedelta(milliseconds=100)
_NOT_OURS_TO_MAKE = frozenset({RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED})


async def register(client: Client) -> None:
    """Register what is missing, and return when all of it is there. Doing it again changes nothing.

    Raises:
        EngineNotReady: when an attribute has another type, or may not be registered by us.
    """
    absent = await missing(client)
    if not absent:
        return
    request = AddSearchAttributesRequest(
        namespace=client.namespace, search_attributes={attribute.value: TYPES[attribute] for attribute in absent}
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status in _NOT_OURS_TO_MAKE:
            raise EngineNotReady(_by_hand(client.namespace, absent)) from error
        if error.status is not RPCStatusCode.ALREADY_EXISTS:
            raise
        # another process was first
    await _until_seen(client)


async def check(client: Client) -> None:
    """Make sure that all of them are there.

    Raises:
        EngineNotReady: when one is missing or has another type; the message holds the command that makes it.
    """
    if absent := await missing(client):
        raise EngineNotReady(_by_hand(client.namespace, absent))


async def missing(client: Client) -> tuple[SearchAttribute, ...]:
    """Those that are not registered yet.

    Raises:
        EngineNotReady: when one is registered with another type, which Temporal cannot change.
    """
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    there = answer.custom_attributes
    wrong = [name for name in TYPES if there.get(name.value, TYPES[name]) != TYPES[name]]
    if wrong:
        names = ", ".join(f"{name.value} (it must be {_type_name(name)})" for name in wrong)
        raise EngineNotReady(
            f"namespace {client.namespace} has search attributes of another type: {names}. Temporal cannot change a "
            "type: use a namespace of its own, by ROTATOR_TEMPORAL_NAMESPACE"
        )
    return tuple(name for name in TYPES if name.value not in there)


async def _until_seen(client: Client) -> None:
    try:
        async with asyncio.timeout(_SEEN_WITHIN.total_seconds()):
            while await missing(client):  # noqa: ASYNC110 - the condition lies in another process
                await asyncio.sleep(_LOOK_AGAIN.total_seconds())
    except TimeoutError:
        await check(client)


def _by_hand(namespace: str, absent: tuple[SearchAttribute, ...]) -> str:
    flags = " ".join(f"--name {name.value} --type {_type_name(name)}" for name in absent)
    return (
        f"namespace {namespace} lacks search attributes, and its operator must make them: "
        f"temporal operator search-attribute create --namespace {namespace} {flags}"
    )


def _type_name(attribute: SearchAttribute) -> str:
    return IndexedValueType.Name(TYPES[attribute]).removeprefix("INDEXED_VALUE_TYPE_").capitalize()
