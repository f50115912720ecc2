"""The management server lists of a site, described by exported Sylink.xml files."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.invalid import checked
from api.http.problems import ProblemError
from api.pages.frame.own_forms import texts_of
from api.pages.site.registration_form import LISTS
from api.parts import WithParts
from api.site.site_document import ListsRequest
from api.site.sites import describe_lists
from rotation.identity.permission import Permission
from rotation.values import SiteId

router = APIRouter(prefix="/sites/{site_id}", include_in_schema=False)


@router.post("/lists", dependencies=[allowed(Permission.RECORD)])
async def describe(request: Request, site_id: SiteId, author: WithAuthor, parts: WithParts) -> Response:
    """Describe the lists of the files; lists of other names stay. A form without a file changes nothing.

    Raises:
        ProblemError: 422, when no file was sent.
        UnreadableSylink: when one cannot be used.
    """
    sent = await texts_of(request)
    files = tuple(sent[name] for name in LISTS if name in sent)
    if not files:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-request",
            "the form has no file",
            remedy="choose one exported Sylink.xml at least; what is known of the lists stays",
        )
    version, site = await parts.store.site_changes.version(site_id), await parts.store.sites.get(site_id)
    with checked():
        order = ListsRequest.model_validate({"sylinks": files, "why": sent.get("why", "")})
        named = {each.name for each in order.read_lists(site.servers)}
        order = order.model_copy(update={"lists": tuple(each for each in site.lists if each.name not in named)})
    await describe_lists(site_id, order, author, parts, expected=version)
    return RedirectResponse(f"/sites/{site_id}", HTTPStatus.SEE_OTHER)
