"""/v1/rotations/{id}/originals: what a rotation has to put back, as a file to be kept off the box."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.problems import ProblemError, described
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.originals.file import UnusableOriginalsError, write_originals
from rotation.originals.saving import file_name
from rotation.values import RotationId
from service.plans.kept_originals import NoOriginalsError, kept_originals
from store.trail.site_trail import NewTrailEvent, TrailKind

router = APIRouter(prefix="/v1/rotations", tags=["rotations"])
_FILE = {HTTPStatus.OK: {"content": {"application/json": {}}, "description": "The file"}}


@router.get(
    "/{rotation_id}/originals",
    response_class=Response,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT) | _FILE,
    dependencies=[allowed(Permission.SEE)],
)
async def take_originals(rotation_id: RotationId, author: WithAuthor, parts: WithParts) -> Response:
    """The original settings of every (group, location), recorded before the first change. Nothing in it is secret.

    A rotation records them in its preflight, so the file is there when the first console task is open.
    """
    rotation = await parts.store.rotations.get(rotation_id)
    try:
        text = write_originals(await kept_originals(parts.store, rotation.id))
    except UnusableOriginalsError as error:
        raise ProblemError(HTTPStatus.CONFLICT, error.code, str(error), remedy=error.remedy) from None
    except NoOriginalsError as none:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "no-originals",
            str(none),
            remedy="a rotation records them in its preflight: ask again when its first console task is open; "
            "a recovery changes no setting and records none",
        ) from None
    given = NewTrailEvent(
        at=parts.clock(),
        kind=TrailKind.ORIGINALS_GIVEN,
        message=f"the file of originals of rotation {rotation.id}",
        author=author,
        rotation_id=rotation.id,
    )
    await parts.store.trail.append(rotation.site_id, given)
    disposition = f'attachment; filename="{file_name(rotation.id)}"'
    return Response(text, media_type="application/json", headers={"Content-Disposition": disposition})
