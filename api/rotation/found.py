"""/v1/rotations/{id}/found: all of what the newest look at the site has found, where a rotation names some of it."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import Field

from api.http.allowed import allowed
from api.http.problems import described
from api.manners.paging import AskedPage, PageShown
from api.parts import WithParts
from rotation.drift.judged_drift import NamedDrift
from rotation.identity.permission import Permission
from rotation.values import FoundId, RotationId, Value
from store.database.page import page_of

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])


class FoundShown(Value):
    """One thing that was not as the rotation left it."""

    code: str
    subject: str
    message: str
    remedy: str
    blocks: bool = Field(description="Whether nothing irreversible happens before it is over")

    @classmethod
    def of(cls, drift: NamedDrift) -> "FoundShown":
        """The document of a difference that was found."""
        return cls(
            code=drift.code, subject=drift.subject, message=drift.message, remedy=drift.remedy, blocks=drift.blocks
        )


class FoundPage(PageShown[FoundShown]):
    """What one look has found, in its order."""

    id: FoundId | None = Field(description="Its first digits stand where people are asked; null: nothing was found")
    at: datetime | None
    total: int
    accepted_by: str = Field(description="Who goes on with it as it is")


@router.get("/{rotation_id}/found", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def list_found(rotation_id: RotationId, parts: WithParts, asked: AskedPage) -> FoundPage:
    """All of what the newest look that found something has found, also what is only counted where people are asked.

    A cursor is refused once a newer look has found something else.
    """
    await parts.store.rotations.get(rotation_id)
    newest = await parts.store.found.newest(rotation_id)
    if newest is None:
        return FoundPage(id=None, at=None, total=0, accepted_by="", items=(), next=None)
    page = page_of(newest.found, f"found/{newest.id}", asked)
    return FoundPage(
        id=newest.id,
        at=newest.at,
        total=len(newest.found),
        accepted_by=newest.accepted_by,
        items=tuple(FoundShown.of(each.named) for each in page.items),
        next=page.cursor,
    )
