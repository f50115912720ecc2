"""A damaged or lost certificate goes back in: a plan of that, by what a person knows of the recovery files."""

from collections.abc import Mapping
from http import HTTPStatus
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.invalid import checked
from api.manners.refusals import REFUSALS
from api.pages.frame.own_forms import kept_key_of, texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.parts import WithParts
from api.plan.recoveries import plan_recovery
from api.plan.recovery_document import RecoveryRequest
from rotation.identity.permission import Permission
from rotation.site import Site
from rotation.values import ServerName, SiteId
from store.site.sites import require_in_use

router = APIRouter(prefix="/sites/{site_id}/recovery", include_in_schema=False)
_TEXTS = ("name", "sha256", "certificate_sha256", "keystore")
_DATES = ("not_before", "not_after")
_MATCHES = "key_matches"


@router.get("", dependencies=[allowed(Permission.PLAN)])
async def show(request: Request, site_id: SiteId, parts: WithParts) -> HTMLResponse:
    """The form."""
    return _form(request, require_in_use(await parts.store.sites.get(site_id)), {})


@router.post("", dependencies=[allowed(Permission.PLAN)])
async def plan(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Look at each server, make the plan, and show it. The same form again gives the same plan."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))
    try:
        with checked():
            order = RecoveryRequest.model_validate(_document(site, sent))
        made = await plan_recovery(site_id, order, parts, Response(), kept_key_of(request, caller, sent))
    except REFUSALS as error:
        return _form(request, site, sent, refused=refused_form(error, _fields(site), _by_file(site, sent)))
    return RedirectResponse(f"/plans/{made.id}", HTTPStatus.SEE_OTHER)


def _document(site: Site, sent: Mapping[str, str]) -> dict[str, object]:
    """The form as the API's document has it. A server of which nothing was typed has no file."""
    files: dict[str, dict[str, object]] = {}
    for server in site.servers:
        before = f"files.{server.name}."
        given: dict[str, object] = {name: sent[before + name] for name in _TEXTS if before + name in sent}
        given |= {name: f"{sent[before + name]}T00:00:00Z" for name in _DATES if before + name in sent}
        given |= {_MATCHES: True} if before + _MATCHES in sent else {}
        files |= {server.name: given} if given else {}
    held = {server.name: sent[_held(server.name)] for server in site.servers if _held(server.name) in sent}
    return {"files": files, "held": held}


def _fields(site: Site) -> frozenset[str]:
    """Names of fields; and of servers, beside whose heading stands what is about all of their fields."""
    every = (f"files.{each.name}.{name}" for each in site.servers for name in (*_TEXTS, *_DATES, _MATCHES))
    return frozenset((*every, *(_held(each.name) for each in site.servers), *(each.name for each in site.servers)))


def _by_file(site: Site, sent: Mapping[str, str]) -> dict[str, str]:
    """A finding about a file names the file."""
    named = {sent.get(f"files.{each.name}.name", ""): str(each.name) for each in site.servers}
    return {file: server for file, server in named.items() if file}


def _held(server: ServerName) -> str:
    return f"held.{server}"


def _form(
    request: Request, site: Site, values: Mapping[str, str], *, refused: RefusedForm | None = None
) -> HTMLResponse:
    status = HTTPStatus.OK if refused is None else refused.status
    return render_page(
        request, "recovery.html", status, site=site, values=values, refused=refused, request_id=uuid4().hex
    )
