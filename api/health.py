"""/healthz: whether the process lives, and whether it can serve. Needs no key, and tells nothing of any site."""

from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.service import RPCError

from api.parts import Parts, WithParts
from api.problems import described, later
from engine.calls import CEILING, within
from engine.fault import EngineFault
from rotation.values import Value

router = APIRouter(prefix="/healthz", tags=["health"])


class Health(Value):
    """It is well."""

    status: str


@router.get("/live")
async def live() -> Health:
    """The process answers."""
    return Health(status="live")


@router.get("/ready", responses=described(HTTPStatus.SERVICE_UNAVAILABLE))
async def ready(parts: WithParts) -> Health:
    """Store and Temporal answer."""
    well = {"the store": await _store_answers(parts), "Temporal": await _temporal_answers(parts)}
    silent = [name for name, answers in well.items() if not answers]
    if silent:
        raise later(
            "not-ready",
            f"no answer from {' and '.join(silent)}",
            seconds=2,
            remedy="wait; running rotations go on when it is back",
        )
    return Health(status="ready")


async def _store_answers(parts: Parts) -> bool:
    try:
        async with parts.store.database.read() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True


async def _temporal_answers(parts: Parts) -> bool:
    """Whether our namespace is there: the plain health check of the client fails before its first call."""
    client = parts.temporal
    try:
        async with within(CEILING, silence="no answer"):
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except (EngineFault, RPCError):
        return False
    return True
