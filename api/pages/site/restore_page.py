"""Bring a site back that was left changed: by the service's own record, or by the file of originals."""

from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.invalid import checked
from api.manners.refusals import REFUSALS
from api.pages.frame.own_forms import kept_key_of, texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.parts import WithParts
from api.rotation.given_originals import RestoreRequest
from api.rotation.restore import restore_site
from rotation.identity.permission import Permission
from rotation.site import Site
from rotation.values import SiteId
from store.site.sites import require_in_use

router = APIRouter(prefix="/sites/{site_id}/restore", include_in_schema=False)
_WHY, _FILE, _DIFFERS = "why", "originals", "accept_differences"
_ELSEWHERE = {
    f"originals-{what}": _FILE
    for what in ("damaged", "do-not-fit", "malformed", "newer", "of-another-site", "outdated", "unreadable")
}
"""Refusals that are about the file as a whole."""


@router.get("", dependencies=[allowed(Permission.START)])
async def show(request: Request, site_id: SiteId, parts: WithParts) -> HTMLResponse:
    """The form."""
    return _form(request, require_in_use(await parts.store.sites.get(site_id)), {})


@router.post("", dependencies=[allowed(Permission.START)])
async def restore(request: Request, site_id: SiteId, parts: WithParts, caller: Caller, author: WithAuthor) -> Response:
    """Restore it as the API does. The same form again is the same restore."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))
    try:
        with checked():
            order = RestoreRequest(
                why=sent.get(_WHY, ""), originals=sent.get(_FILE), accept_differences=_DIFFERS in sent
            )
        key = kept_key_of(request, caller, sent)
        rotation = await restore_site(site_id, order, author, parts, Response(), key=key)
    except REFUSALS as error:
        return _form(request, site, sent, refused=refused_form(error, {_WHY, _FILE, _DIFFERS}, _ELSEWHERE))
    return RedirectResponse(f"/rotations/{rotation.id}", HTTPStatus.SEE_OTHER)


def _form(request: Request, site: Site, values: dict[str, str], *, refused: RefusedForm | None = None) -> HTMLResponse:
    status = HTTPStatus.OK if refused is None else refused.status
    shown = {name: text for name, text in values.items() if name != _FILE}
    return render_page(
        request, "restore.html", status, site=site, values=shown, refused=refused, request_id=uuid4().hex
    )
