"""/v1/certificates/requests: certificates that a CA signs, for keys that the service makes and never gives out."""

import asyncio
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.certificate.request_document import RequestDocument, RequestList, RequestShown
from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.problems import ProblemError, described
from api.manners.paging import AskedPage
from api.parts import WithParts
from certificates.new_request import make_request
from rotation.identity.permission import Permission
from store.certificate.certificate_requests import CertificateRequest

router = APIRouter(prefix="/v1/certificates/requests", tags=["certificates"])
_ID_DIGITS = 16


@router.post("", status_code=HTTPStatus.CREATED, dependencies=[allowed(Permission.KEEP_CERTIFICATES)])
async def request_certificate(
    document: RequestDocument, caller: Caller, parts: WithParts, response: Response
) -> RequestShown:
    """Make a key and the request for its certificate. POST /v1/certificates knows the answer by its public key."""
    try:
        made = await asyncio.to_thread(make_request, document.names, document.subject)
    except ValueError as error:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid-request",
            f"no request can be made of that: {str(error) or f'{document.subject!r} is no distinguished name'}",
            remedy="write the subject as RFC 4514 does, e.g. CN=sepm.example.org,O=Example,C=AT",
        ) from error
    request = CertificateRequest(
        id=f"request-{made.public_key[:_ID_DIGITS]}",
        public_key=made.public_key,
        subject=made.subject,
        names=document.names,
        request_pem=made.request_pem,
        asked_by=caller.name,
        asked_at=parts.clock(),
    )
    await parts.store.certificate_requests.add(request, made.key_pem.get_secret_value().encode())
    response.headers["Location"] = f"/v1/certificates/requests/{request.id}"
    return RequestShown(request=request)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def list_requests(parts: WithParts, asked: AskedPage) -> RequestList:
    """Every request, the newest first."""
    page = await parts.store.certificate_requests.page(asked)
    return RequestList(items=page.items, next=page.cursor)


@router.get("/{request_id}", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_request(request_id: str, parts: WithParts) -> RequestShown:
    """A request, and the certificate that answered it."""
    return RequestShown(request=await parts.store.certificate_requests.get(request_id))
