"""/v1/certificates/requests/{id}/orders: requests that the company's certificate authority signs by itself."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.certificate.order_document import OrderDocument, OrderList, OrderShown
from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.problems import ProblemError, described
from api.manners.paging import AskedPage
from api.parts import Authority, Parts, WithParts
from api.repeats.request_key import WithRequestKey
from rotation.identity.permission import Permission
from rotation.order import OrderState
from rotation.values import OrderId
from service.identity import id_of
from service.startable import accept, cancel_ordered
from store.certificate.certificate_orders import CertificateOrder, NewOrder, UnknownOrder

router = APIRouter(prefix="/v1/certificates/requests/{request_id}/orders", tags=["certificates"])

_AGAIN = "2"
"""Seconds until it is worth asking again."""


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.KEEP_CERTIFICATES)],
)
async def order_certificate(
    request_id: str,
    document: OrderDocument,
    caller: Caller,
    parts: WithParts,
    response: Response,
    *,
    key: WithRequestKey,
) -> OrderShown:
    """Have the authority sign a request. While an order for it is running, it is that order."""
    await parts.store.certificate_requests.get(request_id)
    authority, now = require_authority(parts), parts.clock()
    new = NewOrder(
        id=OrderId(id_of("order", key.sent)),
        request_id=request_id,
        issuer=authority.where,
        asked_by=caller.name,
        asked_at=now,
        gives_up_at=now + authority.patience,
    )
    order = await parts.store.certificate_orders.create(
        new,
        again=document.again,
        idempotency_key=key.sent,
        fingerprint=document.fingerprint(request_id, caller.name),
    )
    await accept(parts, order)
    response.headers.update({"Location": _url(order), "Retry-After": _AGAIN})
    return OrderShown.of(order)


@router.get("", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def list_orders(request_id: str, parts: WithParts, asked: AskedPage) -> OrderList:
    """The orders for a request, the newest first."""
    await parts.store.certificate_requests.get(request_id)
    return OrderList.of(await parts.store.certificate_orders.page(request_id, asked), OrderShown.of)


@router.get("/{order_id}", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_order(request_id: str, order_id: OrderId, parts: WithParts, response: Response) -> OrderShown:
    """An order: how far it is, what it waits for, and the certificate when it has brought one."""
    order = await _of_request(parts, request_id, order_id)
    if order.state is OrderState.RUNNING:
        response.headers["Retry-After"] = _AGAIN
    return OrderShown.of(order)


@router.delete(
    "/{order_id}",
    name="delete_order",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.KEEP_CERTIFICATES)],
)
@router.post(
    "/{order_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.KEEP_CERTIFICATES)],
)
async def stop_order(request_id: str, order_id: OrderId, parts: WithParts, response: Response) -> OrderShown:
    """Go on with an order no more. It stays on record; one that has ended stays as it is."""
    order = await _of_request(parts, request_id, order_id)
    order = await cancel_ordered(parts, order, parts.clock())
    response.headers["Location"] = _url(order)
    return OrderShown.of(order)


def require_authority(parts: Parts) -> Authority:
    """The certificate authority that is set.

    Raises:
        ProblemError: 409 `no-issuer`, where none is.
    """
    if parts.authority is None:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "no-issuer",
            "no certificate authority is set",
            remedy="set ROTATOR_ACME_DIRECTORY and restart the service (docs/admin/certificates.md), or have the "
            "request signed by hand and bring the answer: POST /v1/certificates",
        )
    return parts.authority


async def _of_request(parts: Parts, request_id: str, order_id: OrderId) -> CertificateOrder:
    order = await parts.store.certificate_orders.get(order_id)
    if order.request_id != request_id:
        raise UnknownOrder(f"request {request_id} has no order {order_id}")
    return order


def _url(order: CertificateOrder) -> str:
    return f"/v1/certificates/requests/{order.request_id}/orders/{order.id}"
