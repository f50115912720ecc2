"""A certificate is ordered from the authority on the page: followed to its end, chosen for the plan, stopped."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.parts import Authority
from rotation.finding import warning
from rotation.identity.permission import Role
from rotation.order import Order, OrderState, OrderStep, ProofRecord
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
