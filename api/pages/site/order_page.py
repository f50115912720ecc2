"""A certificate that the company's authority signs: ordered for a site's servers, followed, and stopped."""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.certificate.certificate_orders import order_certificate, require_authority, show_order, stop_order
from api.certificate.certificate_requests import request_certificate
from api.certificate.order_document import OrderDocument
from api.certificate.request_document import RequestDocument
from api.http.allowed import allowed
from api.http.caller import Caller
from api.http.invalid import checked
from api.manners.refusals import REFUSALS
from api.pages.frame.once import redirect_once
from api.pages.frame.own_forms import key_of, texts_of
from api.pages.frame.refused_form import refused_form
from api.pages.frame.rendering import render_page
from api.pages.site.new_plan_page import certificate_names, form_of_plan
from api.parts import Parts, WithParts
from rotation.identity.permission import Permission
from rotation.order import OrderState, OrderStep
from rotation.site import Site
from rotation.text.sentence import sentence
from rotation.values import OrderId, SiteId, Value
from store.certificate.certificate_orders import CertificateOrder
from store.database.page import PageRequest
from store.site.sites import require_in_use

router = APIRouter(prefix="/sites/{site_id}/orders", include_in_schema=False)
_NAMES = "ordered_names"
_MOST = 50
"""So many orders are read at once."""
_AGAIN = 5
"""Seconds until the page of an order that goes on loads itself again."""
_STEPS = {
    OrderStep.PLACING: sentence("The order is being placed at the authority."),
    OrderStep.PROVING: sentence("The service shows the authority that the names are yours."),
    OrderStep.SIGNING: sentence("The authority signs the certificate."),
}
_Cursor = Annotated[str | None, Query(max_length=500)]


class ListedOrder(Value):
    """An order in the list of a site."""

    order: CertificateOrder
    names: tuple[str, ...]
    """What the certificate is to name."""


@router.post("", dependencies=[allowed(Permission.KEEP_CERTIFICATES)])
async def order(request: Request, site_id: SiteId, parts: WithParts, caller: Caller) -> Response:
    """Make a key and its request, and order the certificate. The same form again is the same order."""
    sent = await texts_of(request)
    site = require_in_use(await parts.store.sites.get(site_id))

    async def ordered() -> str:
        require_authority(parts)
        with checked():
            document = RequestDocument(names=tuple(sent.get(_NAMES, "").replace(",", " ").split()))
        asked = (await request_certificate(document, caller, parts, Response())).request
        key = key_of(request, caller, sent)
        made = await order_certificate(asked.id, OrderDocument(), caller, parts, Response(), key=key)
        return _url(site_id, asked.id, made.id)

    try:
        return await redirect_once(request, parts, caller, sent, ordered)
    except REFUSALS as error:
        refused = refused_form(error, {_NAMES}, {"names": _NAMES, "invalid-request": _NAMES})
        return await form_of_plan(request, parts, caller, site, sent, refused=refused)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def show(
    request: Request,
    site_id: SiteId,
    parts: WithParts,
    caller: Caller,
    *,
    everything: bool = False,
    cursor: _Cursor = None,
) -> HTMLResponse:
    """The orders that name a server of the site, or all of the service: an order itself is of no site."""
    site = await parts.store.sites.get(site_id)
    orders, further = await _page(parts, None if everything else site, cursor)
    chosen = {"everything": "1"} if everything else {}
    return render_page(
        request,
        "orders.html",
        site=site,
        orders=orders,
        steps=_STEPS,
        everything=everything,
        more=urlencode({**chosen, "cursor": further}) if further else "",
        plans=caller.may(Permission.PLAN) and site.archived_at is None,
    )


async def _page(parts: Parts, site: Site | None, cursor: str | None) -> tuple[list[ListedOrder], str | None]:
    """So many orders at least, while there are, and where the next ones begin; without a site those of all names."""
    wanted = {name.casefold() for name in certificate_names(site)} if site is not None else None
    found: list[ListedOrder] = []
    while True:
        page = await parts.store.certificate_orders.every(PageRequest(_MOST, cursor))
        named = await parts.store.certificate_requests.names_of({each.request_id for each in page.items})
        for each in page.items:
            names = named.get(each.request_id, ())
            if wanted is None or not wanted.isdisjoint(name.casefold() for name in names):
                found.append(ListedOrder(order=each, names=names))
        cursor = page.cursor
        if cursor is None or len(found) >= _MOST:
            return found, cursor


@router.get("/{request_id}/{order_id}", dependencies=[allowed(Permission.SEE)])
async def follow(
    request: Request, site_id: SiteId, request_id: str, order_id: OrderId, *, parts: WithParts, caller: Caller
) -> HTMLResponse:
    """How far it is, what it waits for, and what came of it. While it goes on, the page loads itself again."""
    shown = await show_order(request_id, order_id, parts, Response())
    asked, runs = await parts.store.certificate_requests.get(request_id), shown.state is OrderState.RUNNING
    page = render_page(
        request,
        "order.html",
        site=await parts.store.sites.get(site_id),
        order=shown,
        names=asked.names,
        step=_STEPS[shown.step],
        stops=runs and caller.may(Permission.KEEP_CERTIFICATES),
        plans=caller.may(Permission.PLAN),
    )
    if runs:
        page.headers["Refresh"] = f"{_AGAIN};url={_url(site_id, request_id, order_id)}"
    return page


@router.post("/{request_id}/{order_id}/cancel", dependencies=[allowed(Permission.KEEP_CERTIFICATES)])
async def stop(site_id: SiteId, request_id: str, order_id: OrderId, parts: WithParts) -> Response:
    """Go on with it no more."""
    await stop_order(request_id, order_id, parts, Response())
    return RedirectResponse(_url(site_id, request_id, order_id), HTTPStatus.SEE_OTHER)


def _url(site_id: SiteId, request_id: str, order_id: OrderId) -> str:
    return f"/sites/{site_id}/orders/{request_id}/{order_id}"
