"""Orders that prove by the same record of DNS: the end of one leaves there what another still needs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from temporalio.testing import ActivityEnvironment

from activities.order.ordering import Ordering
from certificates.new_request import make_request
from engine.contract import TIDY_TRIES, AdvanceOrderRequest, EndOrderRequest
from issuing.configured import configured_issuer
from rotation.order import OrderState
from rotation.values import OrderId
from service.world import World
from store.certificate.certificate_orders import NewOrder
from store.certificate.certificate_requests import CertificateRequest
from store.settings import StoreSettings
from store.store import Store
from tests.issuing.authority import NameServer, Pebble, a_name


class Shop:
    """A request, the orders for it, and the world in which their steps are made."""

    def __init__(self, store: Store, pebble: Pebble, names: NameServer, name: str) -> None:
        self.store, self.names, self.proof = store, names, f"_acme-challenge.{name}"
        issuer = configured_issuer(pebble.settings())
        assert issuer is not None
        self.issuer = issuer
        self.steps = Ordering(World(store=store, clock=lambda: datetime.now(UTC), issuer=self.issuer))

    async def order(self, number):
        """Another order for the request; it takes over what the one before has placed."""
        now = datetime.now(UTC)
        new = NewOrder(
            id=OrderId(f"order-{number}"), request_id="request-1", issuer=self.issuer.where, asked_by="ann",
            asked_at=now, gives_up_at=now + timedelta(days=1),
        )  # fmt: skip
        return (await self.store.certificate_orders.create(new)).id

    async def until(self, order_id, reached):
        """Advance an order until a condition holds."""
        for _ in range(400):
            answer = await ActivityEnvironment().run(self.steps.advance_order, AdvanceOrderRequest(order_id=order_id))
            kept = await self.store.certificate_orders.get(order_id)
            if reached(kept):
                return kept
            assert answer.state is OrderState.RUNNING, kept.trouble
        raise AssertionError("the order came no further")

    async def end(self, order_id, state=OrderState.CANCELLED, attempt=1):
        """Note how an order has ended, and tidy up behind it."""
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await environment.run(self.steps.end_order, EndOrderRequest(order_id=order_id, state=state))

    async def shown(self):
        """What is in DNS."""
        return await self.names.texts(self.proof)


@pytest.fixture
async def shop(tmp_path, pebble, names) -> AsyncIterator[Shop]:
    """A request for one name."""
    store, name = await Store.open(StoreSettings(folder=tmp_path)), a_name()
    made = make_request((name,))
    request = CertificateRequest(
        id="request-1", public_key=made.public_key, subject=made.subject, names=(name,),
        request_pem=made.request_pem, asked_by="ann", asked_at=datetime.now(UTC),
    )  # fmt: skip
    await store.certificate_requests.add(request, made.key_pem.get_secret_value().encode())
    yield Shop(store, pebble, names, name)
    await store.close()


async def test_what_an_order_has_taken_over_stays_in_dns_when_the_earlier_one_is_tidied(shop):
    """Its end is noted at once, and its tidying may come late: the same challenge is proven by the same record."""
    first = await shop.until(await shop.order(1), lambda order: order.progress.shown_at)
    await shop.store.certificate_orders.end(first.id, OrderState.CANCELLED, datetime.now(UTC))
    second = await shop.until(await shop.order(2), lambda order: order.progress.shown_at)
    assert second.progress.records == first.progress.records
    await shop.end(first.id)
    assert await shop.shown() == {record.text for record in second.progress.records}
    assert (await shop.store.certificate_orders.get(first.id)).progress.records == ()
    issued = await shop.until(second.id, lambda order: order.state is not OrderState.RUNNING)
    assert issued.state is OrderState.ISSUED
    await shop.end(second.id, OrderState.ISSUED)
    assert await shop.shown() == set()


async def test_only_what_no_other_order_proves_by_is_to_be_taken_out_by_hand(shop, pebble, names):
    """DNS let no record be taken out: of two orders that share one, the last to end names it."""
    first = await shop.until(await shop.order(1), lambda order: order.progress.shown_at)
    await shop.store.certificate_orders.end(first.id, OrderState.CANCELLED, datetime.now(UTC))
    second = await shop.until(await shop.order(2), lambda order: order.progress.shown_at)
    other_key = names.settings(tsig_key=SecretStr("YW5vdGhlciBrZXkgdGhhdCBETlMgZG9lcyBub3QgdGFrZQ=="))
    refused = configured_issuer(pebble.settings(dns=other_key))
    shop.steps = Ordering(World(store=shop.store, clock=lambda: datetime.now(UTC), issuer=refused))
    for order_id, named in ((first.id, []), (second.id, [shop.proof])):
        await shop.end(order_id, attempt=TIDY_TRIES)
        assert [each.subject for each in (await shop.store.certificate_orders.get(order_id)).findings] == named


async def test_a_record_that_another_order_comes_to_need_while_it_is_taken_out_is_put_back(shop):
    """The other one has kept it and put it there between the first look and the end of the tidying."""
    first = await shop.until(await shop.order(1), lambda order: order.progress.shown_at)
    looks = []

    async def needed():
        looks.append(await shop.shown())
        return () if len(looks) == 1 else first.progress.records

    await shop.issuer.tidy(first.progress, needed)
    texts = {record.text for record in first.progress.records}
    assert looks == [texts, set()]
    assert await shop.shown() == texts
    await shop.end(first.id)
    assert await shop.shown() == set()
