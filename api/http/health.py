"""/healthz: whether the process lives, and whether all is well. Needs no key, and tells nothing of any site."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api.http.problems import ProblemError, described, later
from api.parts import Parts, WithParts
from engine.client.presence import answers
from rotation.finding import blocking
from rotation.standing.reconciliation import FoundTrouble
from rotation.standing.trouble import TroubleCode
from rotation.values import Value
from service.notices.calling import Calling, calling

router = APIRouter(prefix="/healthz", tags=["health"])
_AGAIN = 15
_MOST = 20
_LOOKED_AT = frozenset({TroubleCode.TEMPORAL_AWAY, TroubleCode.STORE_AWAY})
"""What is looked at here, and may be over since the reconciler looked."""


class Health(Value):
    """It is well."""

    status: str


class Readiness(Health):
    """It is ready, and whether people are called."""

    notifications: Calling = Field(
        description="`off`: a setting of ROTATOR_NOTIFY_... is wrong, or no worker sends. Rotations run on"
    )


@router.get("/live")
async def show_liveness() -> Health:
    """The process answers."""
    return Health(status="live")


@router.get("/ready", responses=described(HTTPStatus.SERVICE_UNAVAILABLE))
async def show_readiness(parts: WithParts) -> Readiness:
    """Store and Temporal answer, a worker works, and no rotation is stalled or adrift.

    For alarms. A supervisor that restarts a dead process asks /healthz/live: a restart of the API does not help a
    stalled rotation.
    """
    well = {"the store": await _store_answers(parts), "Temporal": await answers(parts.temporal)}
    silent = [name for name, answers in well.items() if not answers]
    if silent:
        raise later(
            "not-ready",
            f"no answer from {' and '.join(silent)}",
            seconds=2,
            remedy="wait; running rotations go on when it is back",
        )
    latest = parts.standings.now(parts.clock())
    troubles = [each for each in latest.all if each.trouble.code not in _LOOKED_AT] if latest else []
    if troubles:
        raise _troubled(troubles)
    return Readiness(status="ready", notifications=await calling(parts.store, parts.sinks, parts.clock))


def _troubled(troubles: Sequence[FoundTrouble]) -> ProblemError:
    """What is wrong, of which rotation; its messages and commands name sites, which takes the key to read."""
    remedy = "GET /v1/standing (rotator status) says what is wrong and what helps"
    findings = [
        blocking(
            each.trouble.code.value,
            # the id of a workflow names its site
            "a workflow" if "/" in each.trouble.subject else each.trouble.subject,
            f"{each.trouble.standing.words} (since {each.since:%Y-%m-%d %H:%M:%S} UTC)",
            remedy,
        )
        for each in troubles[:_MOST]
    ]
    texts = [f"{each.subject}: {each.message} ({each.code})" for each in findings]
    if (count := len(troubles) - _MOST) > 0:
        texts.append(f"and {count} others")
    headers = {"Retry-After": str(_AGAIN)}
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return ProblemError(status, "not-well", "; ".join(texts), remedy=remedy, findings=findings, headers=headers)


async def _store_answers(parts: Parts) -> bool:
    try:
        async with parts.store.database.read() as session:
            await session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):
        return False
    return True
