"""/v1/rotations/{id}/clients and /readings: who is covered in a gate, who is waited for and why; how many over time."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.allowed import allowed
from api.http.problems import described
from api.manners.paging import AskedPage, PageShown
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.proof.verdict import Reason, Verdict
from rotation.values import RotationId
from store.rotation.coverage import ClientVerdict, CoveragePoint

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


class ClientPage(PageShown[ClientVerdict]):
    """A page of the clients of a gate, by their ids, and how many there are by reason."""

    gate: str | None
    by_reason: dict[Reason, int] = Field(description="Of the newest gate's newest reading")


class ReadingPage(PageShown[CoveragePoint]):
    """A page of the readings of a gate, in numbers; the oldest come first."""

    gate: str | None = Field(description="The step of the gate; null before the first reading")


@router.get("/{rotation_id}/clients", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def list_clients(
    rotation_id: RotationId,
    parts: WithParts,
    asked: AskedPage,
    *,
    verdict: Verdict | None = None,
    reason: Reason | None = None,
    gate: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> ClientPage:
    """The clients of a gate, the newest one where none is named. `verdict=waiting` shows the stragglers."""
    rotation = await parts.store.rotations.get(rotation_id)
    newest = await parts.store.coverage.latest_gate(rotation_id)
    gate = gate or newest
    if gate is None:
        return ClientPage(gate=None, by_reason={}, items=(), next=None)
    page = await parts.store.coverage.verdicts(rotation_id, gate, verdict=verdict, reason=reason, asked=asked)
    counts = rotation.coverage.by_reason if rotation.coverage is not None and gate == newest else {}
    return ClientPage(gate=gate, by_reason=counts, items=page.items, next=page.cursor)


@router.get(
    "/{rotation_id}/readings", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)]
)
async def list_readings(
    rotation_id: RotationId,
    parts: WithParts,
    asked: AskedPage,
    gate: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> ReadingPage:
    """How many clients each reading of a gate has counted; of the gate that was read last where none is named."""
    await parts.store.rotations.get(rotation_id)
    gate = gate or await parts.store.coverage.newest_reading(rotation_id)
    if gate is None:
        return ReadingPage(gate=None, items=(), next=None)
    page = await parts.store.coverage.readings(rotation_id, gate, asked)
    return ReadingPage(gate=gate, items=page.items, next=page.cursor)
