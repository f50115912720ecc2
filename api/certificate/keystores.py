"""/v1/certificates/{id}/keystores: the files that SEPM's wizard takes, each handed out once."""

from http import HTTPStatus
from typing import Annotated
from uuid import uuid4

import structlog
from fastapi import APIRouter, Query, Response

from api.certificate.keystore_document import KeystoreList, KeystoreMade, KeystoreRequest
from api.certificate.keystore_file import make_keystore
from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.problems import ProblemError, described
from api.manners.paging import AskedPage
from api.parts import WithParts
from certificates.keystores import KeystoreFormat
from rotation.identity.permission import Permission
from rotation.values import CertificateId
from store.certificate.keystores import KeystoreRecord, lives_until

router = APIRouter(prefix="/v1/certificates", tags=["certificates"])
_log = structlog.get_logger(__name__)
_FILE = {HTTPStatus.OK: {"content": {"application/octet-stream": {}}, "description": "The file"}}
_NO_STORE = {"Cache-Control": "no-store"}


@router.post(
    "/{certificate_id}/keystores",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.TAKE_KEYSTORES)],
)
async def order_keystore(
    certificate_id: CertificateId, order: KeystoreRequest, author: WithAuthor, parts: WithParts, response: Response
) -> KeystoreMade:
    """Have a keystore made. Its password is shown here and never again; the file can be taken once, for ten minutes."""
    material = await parts.store.certificates.material(certificate_id)
    if material.key_pem is None:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "no-key",
            f"the key of certificate {certificate_id} is not kept here",
            remedy="add the certificate once more, with its key",
        )
    made = await make_keystore(material, order.format)
    at = parts.clock()
    record = KeystoreRecord(
        id=f"keystore-{uuid4().hex}",
        certificate_id=certificate_id,
        format=order.format,
        asked_by=author.who,
        made_at=at,
        expires_at=lives_until(at),
        taken_at=None,
    )
    await parts.store.keystores.add(record, made.content, author)
    _log.info("keystore made", keystore=record.id, certificate=certificate_id, format=order.format, who=author.who)
    path = f"/v1/certificates/{certificate_id}/keystore?format={order.format}&ticket={record.id}"
    response.headers.update(_NO_STORE | {"Location": path})
    return KeystoreMade(
        keystore=record,
        filename=_filename(certificate_id, order.format),
        path=path,
        password=made.password.get_secret_value(),
    )


@router.get(
    "/{certificate_id}/keystores", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)]
)
async def list_keystores(certificate_id: CertificateId, parts: WithParts, asked: AskedPage) -> KeystoreList:
    """Who had keystores of a certificate made, and when they were taken; the newest first."""
    await parts.store.certificates.facts(certificate_id)
    page = await parts.store.keystores.page(certificate_id, asked)
    return KeystoreList(items=page.items, next=page.cursor)


@router.get(
    "/{certificate_id}/keystore",
    response_class=Response,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.GONE) | _FILE,
    dependencies=[allowed(Permission.TAKE_KEYSTORES)],
)
async def take_keystore(
    certificate_id: CertificateId,
    form: Annotated[KeystoreFormat, Query(alias="format")],
    author: WithAuthor,
    parts: WithParts,
    ticket: Annotated[str, Query(max_length=100, description="From the Location of POST .../keystores")] = "",
) -> Response:
    """The file of a keystore, once."""
    await parts.store.certificates.facts(certificate_id)
    if not ticket:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "ticket-missing",
            "a keystore is given for a ticket only",
            remedy=f"POST /v1/certificates/{certificate_id}/keystores, then follow its Location",
        )
    content = await parts.store.keystores.take(ticket, certificate_id, form, parts.clock(), author)
    _log.info("keystore taken", keystore=ticket, certificate=certificate_id, format=form)
    disposition = f'attachment; filename="{_filename(certificate_id, form)}"'
    return Response(
        content, media_type="application/octet-stream", headers=_NO_STORE | {"Content-Disposition": disposition}
    )


def _filename(certificate_id: CertificateId, form: KeystoreFormat) -> str:
    return f"{certificate_id}.{form}"
