"""/v1/rotations/{id}/clients: who is covered in the newest gate, who is waited for, and why."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from api.http.allowed import allowed
from api.http.problems import described
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.proof.verdict import Reason, Verdict
from rotation.values import RotationId, Value
from store.rotation.coverage import ClientVerdict

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


class ClientPage(Value):
    """A page of the clients of a gate, and how many there are by reason."""

    gate: str | None
    by_reason: dict[Reason, int] = Field(description="Of the newest gate's newest reading")
    items: tuple[ClientVerdict, ...]
    cursor: str | None


@router.get("/{rotation_id}/clients", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def list_clients(
    rotation_id: RotationId,
    parts: WithParts,
    *,
    verdict: Verdict | None = None,
    reason: Reason | None = None,
    gate: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> ClientPage:
    """The clients of a gate, the newest one where none is named. `verdict=waiting` shows the stragglers."""
    rotation = await parts.store.rotations.get(rotation_id)
    newest = await parts.store.coverage.latest_gate(rotation_id)
    gate = gate or newest
    if gate is None:
        return ClientPage(gate=None, by_reason={}, items=(), cursor=None)
    page = await parts.store.coverage.verdicts(
        rotation_id, gate, verdict=verdict, reason=reason, limit=limit, cursor=cursor
    )
    counts = rotation.coverage.by_reason if rotation.coverage is not None and gate == newest else {}
    return ClientPage(gate=gate, by_reason=counts, items=page.items, cursor=page.cursor)
