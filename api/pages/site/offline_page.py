"""A new site without REST, from the document that describes it."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.invalid import checked
from api.manners.refusals import REFUSALS
from api.pages.frame.addresses import REGISTRATION
from api.pages.frame.own_forms import texts_of
from api.pages.frame.refused_form import RefusedForm, refused_form
from api.pages.frame.rendering import render_page
from api.parts import WithParts
from api.site.console_document import ConsoleSiteDocument
from api.site.sites import register_site
from rotation.identity.permission import Permission

router = APIRouter(prefix=f"{REGISTRATION}/offline", include_in_schema=False)
_FILE = "document"
EXAMPLE = """{
  "access": "console",
  "name": "Brno",
  "version": "12.1.7004.6500",
  "groups": [
    {"path": "My Company", "policy_serial": "F99A-11/20/2025 08:00:00 000", "locations": [
      {"name": "Default", "server_list": "Brno HTTP", "secure_communications": true,
       "heartbeat": "PT5M", "jitter": "PT1M"}]},
    {"path": "My Company\\\\Sales", "inherits": true, "policy_serial": "A4D1-11/20/2025 08:00:00 000"}
  ],
  "servers": [
    {"name": "SEPM-1", "address": "sepm1.example", "https_port": 8443, "http_port": 8014}
  ],
  "lists": [
    {"name": "Brno HTTP", "protocol": "HTTP",
     "priorities": [[{"server": "SEPM-1", "address": "sepm1.example"}]]}
  ]
}"""
"""A file to begin with, as docs/admin/offline-sites.md explains it."""
_ELSEWHERE = {"json-invalid": _FILE, "invalid-json": _FILE}


@router.get("", dependencies=[allowed(Permission.REGISTER_SITES)])
async def show(request: Request) -> HTMLResponse:
    """The form."""
    return _form(request)


@router.post("", dependencies=[allowed(Permission.REGISTER_SITES)])
async def register(request: Request, parts: WithParts, caller: Caller, author: WithAuthor) -> Response:
    """Register the site that the file describes, as the API does; no server is asked."""
    sent = await texts_of(request)
    try:
        with checked():
            document = ConsoleSiteDocument.model_validate_json(sent.get(_FILE, ""))
        site = await register_site(document, caller, author, parts, Response())
    except REFUSALS as error:
        return _form(request, refused_form(error, {_FILE}, _ELSEWHERE))
    return RedirectResponse(f"/sites/{site.id}", HTTPStatus.SEE_OTHER)


def _form(request: Request, refused: RefusedForm | None = None) -> HTMLResponse:
    status = HTTPStatus.OK if refused is None else refused.status
    return render_page(request, "offline.html", status, refused=refused, values={}, example=EXAMPLE)
