"""The file of original settings, to be kept on another machine while a rotation runs."""

from fastapi import APIRouter
from fastapi.responses import Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.parts import WithParts
from api.rotation.originals import take_originals
from rotation.identity.permission import Permission
from rotation.values import RotationId

router = APIRouter(prefix="/rotations/{rotation_id}/originals", include_in_schema=False)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def download(rotation_id: RotationId, author: WithAuthor, parts: WithParts) -> Response:
    """The same file as that of the API; the trail of the site says who took it."""
    return await take_originals(rotation_id, author, parts)
