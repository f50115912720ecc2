"""A certificate is ordered from the authority on the page: followed to its end, chosen for the plan, stopped."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from api.parts import Authority
from rotation.finding import blocking, warning
from rotation.identity.permission import Role
from rotation.order import Order, OrderState, OrderStep, ProofRecord
from rotation.values import Fingerprint, OrderId
from store.certificate.certificate_orders import NewOrder
from store.certificate.certificate_requests import CertificateRequest
from tests.api.identified import key_of
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields

ADDRESS, WHERE = "/sites/site-1/orders", "https://ca.example/directory"
FORM = {"ordered_names": "sepm.example.org, sepm1.example.org", "request_id": "once"}


@pytest.fixture
def parts(unconnected):
    """A service with an authority, whose Temporal is away."""
    return replace(unconnected, authority=Authority(WHERE, timedelta(hours=1)))


@pytest.mark.usefixtures("rotating")
async def test_an_order_is_followed_to_its_certificate(parts, store, make):
    """The same form is the same order; its page has the step, what is in the way, DNS, and at last the certificate."""
    async with reading(parts) as reader:
        plan = "/sites/site-1/plans"
        assert f'action="{ADDRESS}"' in (await reader.get(plan)).text
        (there,) = {(await reader.post(ADDRESS, data=FORM)).headers["location"] for _ in range(2)}
        begun = await reader.get(there)
        assert begun.headers["refresh"] == f"5;url={there}"
        assert "The order is being placed at the authority." in begun.text
        assert "sepm1.example.org" in begun.text
        (order,) = await store.certificate_orders.running()
        assert f'href="{there}"' in (await reader.get(plan)).text
        record = ProofRecord(name="_acme-challenge.sepm.example.org", text="abc")
        proving = Order(url="https://ca.example/1", step=OrderStep.PROVING, records=(record,))
        await store.certificate_orders.keep(order.id, proving, warning("ca-slow", "order", "<b>waits"))
        page = (await reader.get(there)).text
        assert "_acme-challenge.sepm.example.org" in page
        assert "&lt;b&gt;waits" in page
        assert "Služba autoritě dokazuje" in (await reader.get(there, headers=CZECH)).text
        await store.certificates.add(make.facts(), "pem", "", None, make.t0)
        await store.certificate_orders.end(order.id, OrderState.ISSUED, make.t0, certificate_id="cert-1")
        issued = await reader.get(there)
        assert "refresh" not in issued.headers
        assert f'href="{plan}?made=cert-1"' in issued.text
        stopped = await reader.post(f"{there}/cancel")
        assert (stopped.status_code, (await store.certificate_orders.get(order.id)).state) == (303, OrderState.ISSUED)


@pytest.mark.usefixtures("rotating")
async def test_an_order_is_stopped(unstaffed, store):
    """Temporal is asked to; once it has ended, the page says that no certificate came of it."""
    async with reading(replace(unstaffed, authority=Authority(WHERE, timedelta(hours=1)))) as reader:
        there = (await reader.post(ADDRESS, data=FORM)).headers["location"]
        assert (await reader.post(f"{there}/cancel")).headers["location"] == there
        (order,) = await store.certificate_orders.running()
        await store.certificate_orders.end(order.id, OrderState.CANCELLED, order.asked_at)
        assert "The order was stopped" in (await reader.get(there)).text


@pytest.mark.usefixtures("rotating")
async def test_what_cannot_be_ordered_leaves_no_request(parts, store, unconnected):
    """Without names or an authority nothing is kept; who may not keep certificates is refused; an unknown is 404."""
    viewer_key = await key_of(store, "vera", Role.VIEWER)
    async with reading(parts) as reader, reading(unconnected) as without, reading(parts, viewer_key) as viewer:
        assert wrong_fields((await reader.post(ADDRESS, data={})).text) == {"ordered_names"}
        assert wrong_fields((await reader.post(ADDRESS, data={"ordered_names": "a b!"})).text) == {"ordered_names"}
        assert f'action="{ADDRESS}"' not in (await without.get("/sites/site-1/plans")).text
        assert (await without.post(ADDRESS, data=FORM)).status_code == 409
        assert (await viewer.post(ADDRESS, data=FORM)).status_code == 403
        assert (await reader.get(f"{ADDRESS}/request-1/order-1")).status_code == 404
    assert (await store.certificate_requests.page()).items == ()


async def ordered(store, make, number, *names):
    """An order with these names, made without the page."""
    at = make.at(minutes=number)
    asked = CertificateRequest(
        id=f"request-{number}", public_key=Fingerprint(f"{number:064x}"), subject="CN=x", names=names, request_pem="R",
        asked_by="bob", asked_at=at,
    )  # fmt: skip
    await store.certificate_requests.add(asked, b"KEY")
    new = NewOrder(
        id=OrderId(f"order-{number}"), request_id=asked.id, issuer=WHERE, asked_by="bob", asked_at=at,
        gives_up_at=make.at(days=1),
    )  # fmt: skip
    return await store.certificate_orders.create(new)


@pytest.mark.usefixtures("rotating")
async def test_orders_are_listed(parts, store, make):
    """Those of the site's servers, the newest first: state, names, next try, what a person does, a link to each."""
    await ordered(store, make, 1, "other.example.org")
    failed = await ordered(store, make, 2, "SEPM1")
    trouble = blocking("ca-too-slow", "order", "the authority is slow", "order once more")
    await store.certificate_orders.end(failed.id, OrderState.FAILED, make.at(days=1), trouble=trouble)
    waits = await ordered(store, make, 3, "sepm1")
    proving = Order(url="https://ca.example/1", step=OrderStep.PROVING, wait=timedelta(minutes=5))
    await store.certificate_orders.keep(waits.id, proving, warning("ca-unreachable", "order", "<b>away", "wait for it"))
    viewer_key = await key_of(store, "vera", Role.VIEWER)
    async with reading(parts) as reader, reading(parts, viewer_key) as viewer:
        assert f'href="{ADDRESS}"' in (await reader.get("/sites/site-1")).text
        page = (await reader.get(ADDRESS)).text
        assert re.findall(r"/orders/request-(\d)/", page) == ["3", "2"]
        for shown in ("after 5 minutes", "the authority is slow", "order once more", "&lt;b&gt;away", "wait for it"):
            assert shown in page, shown
        everything = (await viewer.get(f"{ADDRESS}?everything=1")).text
        assert re.findall(r"/orders/request-(\d)/", everything) == ["3", "2", "1"]
        czech = (await reader.get(ADDRESS, headers=CZECH)).text
        assert "Další pohled služby přijde za tuto dobu: 5 minut." in czech
        assert (await reader.get("/sites/none/orders")).status_code == 404
        assert (await reader.get(f"{ADDRESS}?cursor=x")).status_code == 422


@pytest.mark.usefixtures("rotating")
async def test_a_long_list_is_read_in_pages(parts, store, make):
    """Each order is on one page; the page after the last has no link further."""
    for number in range(1, 54):
        await ordered(store, make, number, "sepm1" if number % 2 else "other.example.org")
    async with reading(parts) as reader:
        for address, count in ((ADDRESS, 27), (f"{ADDRESS}?everything=1", 53)):
            found, pages = [], 0
            following = address
            while following:
                page = (await reader.get(following)).text
                found += re.findall(r"/orders/request-(\d+)/", page)
                more = re.search(r'class="button" href="([^"]+)"', page)
                following, pages = unescape(more[1]) if more else "", pages + 1
            assert (len(found), len(set(found))) == (count, count)
            assert pages <= 2
