"""/v1/keys and /v1/whoami: the identities of persons and programs, and the keys that they are known by."""

from http import HTTPStatus

import structlog
from fastapi import APIRouter, Response

from api.access.key_document import KeyList, KeyMade, KeyRequest
from api.http.allowed import allowed
from api.http.authors import WithAuthor
from api.http.caller import Caller
from api.http.problems import described
from api.manners.paging import AskedPage
from api.parts import WithParts
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from store.access.api_key import ApiKey
from store.access.key_text import KeyId, KeyText

router = APIRouter(tags=["access"])
_log = structlog.get_logger(__name__)


@router.get("/v1/whoami", dependencies=[allowed(Permission.KNOW_ITSELF)])
async def show_caller(caller: Caller) -> Principal:
    """The identity that the key or token of this request belongs to."""
    return caller


@router.get("/v1/keys", dependencies=[allowed(Permission.SEE_IDENTITIES)])
async def list_keys(parts: WithParts, asked: AskedPage) -> KeyList:
    """Every key, whose it is, when it was used last and when it ends. Its text is kept nowhere."""
    page = await parts.store.identities.keys(asked)
    return KeyList(items=page.items, next=page.cursor)


@router.post(
    "/v1/keys",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.MANAGE_IDENTITIES)],
)
async def add_key(order: KeyRequest, author: WithAuthor, parts: WithParts, response: Response) -> KeyMade:
    """A key for a new identity, or another key for one that is there. One person has one identity."""
    text, identities = KeyText.new(), parts.store.identities
    at = parts.clock()
    expires_at = at + order.expires_in
    if order.grant is None:
        identity = await identities.named(order.name)
        key = await identities.add_key(identity.id, text, by=author, at=at, expires_at=expires_at)
    else:
        key = await identities.add(
            order.name, order.grant, text, by=author, at=at, expires_at=expires_at, another=order.another
        )
    _log.info("key added", key=key.id, of=key.principal.name, identity=key.principal.id, who=author.who)
    response.headers.update({"Cache-Control": "no-store", "Location": f"/v1/keys/{key.id}"})
    return KeyMade(key=key, text=text.write())


@router.delete(
    "/v1/keys/{key_id}",
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.MANAGE_IDENTITIES)],
)
async def revoke_key(key_id: KeyId, author: WithAuthor, parts: WithParts) -> ApiKey:
    """Revoke a key: from the next request on it opens nothing."""
    key = await parts.store.identities.revoke(key_id, author, parts.clock())
    _log.info("key revoked", key=key.id, of=key.principal.name, who=author.who)
    return key
