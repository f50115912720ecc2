"""Orders in the store: one at a time for a request, each step kept, and what an earlier try has placed taken over."""

from datetime import timedelta

import pytest
from pydantic import SecretBytes

from rotation.finding import blocking, warning
from rotation.order import Order, OrderState, OrderStep, ProofRecord
from rotation.values import OrderId
from store.certificate.certificate_orders import AlreadyIssued, NewOrder, UnknownOrder
from store.certificate.certificate_requests import CertificateRequest, UnknownRequest
from store.keys.sealed import ACCOUNT_KEY
from store.rotation.rotations import IdempotencyConflict
from store.store import Store

CA = "https://ca.example.test/directory"
PLACED = Order(url=f"{CA}/order/1", step=OrderStep.PROVING, records=(ProofRecord(name="_acme-challenge.a", text="x"),))
TROUBLE = blocking("ca-unreachable", CA, "no answer", "wait")


@pytest.fixture
async def asked(store, make):
    """A store with a request, and certificate cert-1."""
    await store.certificate_requests.add(
        CertificateRequest(
            id="request-1", public_key=make.facts().public_key, subject="CN=sepm1", names=("sepm1",),
            request_pem="REQUEST", asked_by="ann", asked_at=make.t0,
        ),
        b"KEY",
    )  # fmt: skip
    await store.certificates.add(make.facts(), "CERT", "", b"KEY", make.t0)
    return store.certificate_orders


@pytest.fixture
def new(make):
    """An order that is asked for."""

    def order(number=1, request_id="request-1", issuer=CA):
        at = make.at(minutes=number)
        return NewOrder(
            id=OrderId(f"order-{number}"), request_id=request_id, issuer=issuer, asked_by="ann", asked_at=at,
            gives_up_at=at + timedelta(days=1),
        )  # fmt: skip

    return order


async def test_an_order_is_kept_step_by_step(asked, new, make):
    """What it waits for goes when it goes on; its first end stays; a finding is not added twice."""
    made = await asked.create(new())
    assert (made.state, made.progress, made.trouble) == (OrderState.RUNNING, Order(), None)
    await asked.keep(made.id, PLACED, TROUBLE)
    assert (await asked.get(made.id)).trouble == TROUBLE
    await asked.keep(made.id, PLACED)
    assert ((await asked.get(made.id)).trouble, await asked.running()) == (None, (await asked.get(made.id),))
    await asked.end(made.id, OrderState.ISSUED, make.at(hours=1), certificate_id="cert-1")
    await asked.end(made.id, OrderState.FAILED, make.at(hours=2), trouble=TROUBLE)
    note = warning("certificate-name-left-out", "sepm1", "it is not there")
    await asked.note(made.id, (note,))
    await asked.note(made.id, (note,))
    kept = await asked.get(made.id)
    assert (kept.state, kept.certificate_id, kept.ended_at) == (OrderState.ISSUED, "cert-1", make.at(hours=1))
    assert (kept.trouble, kept.findings, await asked.running()) == (None, (note,), ())


async def test_one_order_at_a_time(asked, new, make):
    """While one runs it is that one; one that was issued is ordered again only when the caller asks for it."""
    first = await asked.create(new(1), idempotency_key="once", fingerprint="f")
    assert await asked.create(new(2)) == first
    assert await asked.create(new(3), idempotency_key="once", fingerprint="f") == first
    with pytest.raises(IdempotencyConflict):
        await asked.create(new(4), idempotency_key="once", fingerprint="another")
    await asked.end(first.id, OrderState.ISSUED, make.at(hours=1), certificate_id="cert-1")
    with pytest.raises(AlreadyIssued, match="cert-1"):
        await asked.create(new(5))
    second = await asked.create(new(6), again=True)
    assert [order.id for order in (await asked.page("request-1")).items] == [second.id, first.id]


@pytest.mark.parametrize(
    ("progress", "issuer", "taken"),
    [
        (PLACED, CA, Order(url=PLACED.url, taken_over=True)),
        (PLACED, "https://other.example.test/directory", Order()),
        (PLACED.model_copy(update={"chain_pem": "UNFIT"}), CA, Order()),
        (Order(), CA, Order()),
    ],
    ids=["as it was placed", "another authority's", "one that brought what is not fit", "none placed"],
)
async def test_what_an_earlier_try_has_placed_is_taken_over(asked, new, progress, issuer, taken):
    """So that a retry does not order twice; never what cannot bring another certificate."""
    first = await asked.create(new(1))
    await asked.keep(first.id, progress)
    await asked.end(first.id, OrderState.FAILED, first.gives_up_at, trouble=TROUBLE)
    assert (await asked.create(new(2, issuer=issuer))).progress == taken


async def test_what_is_not_there_is_named(asked, new):
    """An order, and a request."""
    for lost in (asked.get, lambda order: asked.keep(order, PLACED), lambda order: asked.note(order, ())):
        with pytest.raises(UnknownOrder, match="order-9"):
            await lost(OrderId("order-9"))
    with pytest.raises(UnknownRequest, match="request-9"):
        await asked.create(new(request_id="request-9"))


async def test_an_account_has_one_key(settings, make):
    """It is sealed before it is used, the same after a restart, and another authority has another one."""
    keys = iter((b"ONE", b"TWO", b"THREE"))

    def fresh():
        return SecretBytes(next(keys))

    store = await Store.open(settings)
    assert (await store.issuer_accounts.key(CA, fresh, make.t0)).get_secret_value() == b"ONE"
    await store.close()
    store = await Store.open(settings)
    assert (await store.issuer_accounts.key(CA, fresh, make.t0)).get_secret_value() == b"ONE"
    assert (await store.issuer_accounts.key(f"{CA}2", fresh, make.t0)).get_secret_value() == b"TWO"
    sealed = await store.issuer_accounts._sealed(CA)
    assert sealed is not None
    assert b"ONE" not in sealed
    assert await store.vault.open(ACCOUNT_KEY, CA, sealed) == b"ONE"
    await store.close()
