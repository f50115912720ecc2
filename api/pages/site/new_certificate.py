"""A certificate for the servers of a site: made here as SEPM does at installation, or brought as a file."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.certificate.certificate_document import CertificateDocument, SelfSignedDocument
from api.certificate.certificates import add_certificate, make_self_signed_certificate
from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.invalid import checked
from api.http.problems import ProblemError
from api.manners.refusals import REFUSALS
from api.pages.frame.once import redirect_once
from api.pages.frame.own_forms import content_of, texts_of
from api.pages.frame.refused_form import refused_form
from api.pages.site.new_plan_page import form_of_plan
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import SiteId
from store.site.sites import require_in_use

router = APIRouter(prefix="/sites/{site_id}/certificates", include_in_schema=False)
_FILE, _KEY, _CHAIN, _PASSWORD = "file_base64", "key_base64", "chain_base64", "password"
_FILES = (_FILE, _KEY, _CHAIN)
_NAMES = "names"
_ELSEWHERE = {
    "certificate-unusable": _FILE,
    "certificate-unfit": _FILE,
    "invalid-request": _FILE,
}
"""Where a refusal is shown whose subject is no field."""


@router.post("", dependencies=[allowed(Permission.KEEP_CERTIFICATES)])
async def make(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Make and keep it; the form of a plan then offers it. The same form again makes no second one."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))

    async def made() -> str:
        with checked():
            document = SelfSignedDocument(names=tuple(sent.get(_NAMES, "").replace(",", " ").split()), site=site_id)
        shown = await make_self_signed_certificate(document, caller, parts, Response())
        return f"/sites/{site_id}/plans?made={shown.certificate.id}"

    try:
        return await redirect_once(request, parts, caller, sent, made)
    except REFUSALS as error:
        refused = refused_form(error, {_NAMES}, {"invalid-request": _NAMES})
        return await form_of_plan(request, parts, caller, site, sent, refused=refused)


@router.post("/file", dependencies=[allowed(Permission.KEEP_CERTIFICATES)])
async def bring(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Keep what a file holds, as the API does; the same file again is the certificate that is kept already."""
    sent, files = await content_of(request, as_typed=(_PASSWORD,), as_bytes=_FILES)
    site = require_in_use(await parts.store.sites.get(site_id))

    async def kept() -> str:
        with checked():
            document = CertificateDocument.model_validate(_document(sent, files))
        shown = await add_certificate(document, parts, Response())
        return f"/sites/{site_id}/plans?made={shown.certificate.id}"

    try:
        return await redirect_once(request, parts, caller, sent | _digests(files), kept)
    except REFUSALS as error:
        refused = refused_form(error, {*_FILES, _PASSWORD}, _ELSEWHERE)
        return await form_of_plan(request, parts, caller, site, {}, refused=refused)


def _document(sent: Mapping[str, str], files: Mapping[str, bytes]) -> dict[str, str]:
    if _FILE not in files:
        reason, remedy = "the form has no certificate file", "choose the file; it must not be empty"
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-request", reason, remedy=remedy)
    password = {_PASSWORD: sent[_PASSWORD]} if _PASSWORD in sent else {}
    return password | {name: b64encode(content).decode() for name, content in files.items()}


def _digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {name: sha256(content).hexdigest() for name, content in files.items()}
