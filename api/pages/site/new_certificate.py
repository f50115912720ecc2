"""A new self-signed certificate for the servers of a site, as SEPM makes one at installation."""

from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.certificate.certificate_document import SelfSignedDocument
from api.certificate.certificates import make_self_signed_certificate
from api.http.allowed import allowed
from api.http.invalid import checked
from api.pages.frame.own_forms import texts_of
from api.parts import WithParts
from rotation.identity.permission import Permission
from rotation.values import SiteId

router = APIRouter(prefix="/sites/{site_id}/certificates", include_in_schema=False)


@router.post("", dependencies=[allowed(Permission.KEEP_CERTIFICATES)])
async def make(request: Request, site_id: SiteId, parts: WithParts) -> Response:
    """Make and keep it; the form of a plan then offers it."""
    sent = await texts_of(request)
    with checked():
        document = SelfSignedDocument(names=tuple(sent.get("names", "").replace(",", " ").split()))
    await make_self_signed_certificate(document, parts, Response())
    return RedirectResponse(f"/sites/{site_id}/plans", HTTPStatus.SEE_OTHER)
