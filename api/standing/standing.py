"""/v1/standing: what the service knows of itself, the store held against Temporal."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from api.http.allowed import allowed
from api.http.caller import Caller
from api.parts import Parts, WithParts
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.standing.reconciliation import FoundTrouble
from rotation.standing.trouble import Trouble
from rotation.values import RotationId, Value
from store.rotation.rotations import UnknownRotation

router = APIRouter(prefix="/v1/standing", tags=["standing"])


class TroubleShown(Trouble):
    """Something that is wrong, about what, and what helps."""

    since: datetime

    @classmethod
    def of(cls, found: FoundTrouble) -> "TroubleShown":
        """The document of what was found."""
        return cls(**dict(found.trouble), since=found.since)


class StandingShown(Value):
    """Everything that is wrong."""

    checked_at: datetime | None = Field(description="When this was last looked at; null: not yet")
    service: tuple[TroubleShown, ...] = Field(description="What concerns every rotation")
    rotations: tuple[TroubleShown, ...]
    workflows: tuple[TroubleShown, ...] = Field(
        description="Workflows under ids of ours that the store does not have so; they can change nothing"
    )


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show_standing(parts: WithParts, caller: Caller) -> StandingShown:
    """Rotations that do not get on, and whatever the store and Temporal do not know alike."""
    latest = parts.standings.now(parts.clock())
    if latest is None:
        return StandingShown(checked_at=None, service=(), rotations=(), workflows=())
    rotations = [each for each in latest.rotations if await _is_seen(parts, caller, each)]
    return StandingShown(
        checked_at=latest.taken_at,
        service=tuple(map(TroubleShown.of, latest.service)),
        rotations=tuple(map(TroubleShown.of, rotations)),
        # the id of a workflow names its site
        workflows=tuple(map(TroubleShown.of, latest.workflows)) if caller.sites is None else (),
    )


async def _is_seen(parts: Parts, caller: Principal, found: FoundTrouble) -> bool:
    """Whether the rotation is of a site that the caller sees; an unknown one is for those who see all."""
    if caller.sites is None:
        return True
    try:
        return caller.sees((await parts.store.rotations.get(RotationId(found.trouble.subject))).site_id)
    except UnknownRotation:
        return False
