"""Steps of an order: what is kept before what, what passes, what ends it, and what may not be taken in."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pydantic import SecretBytes
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.order.ordering import Ordering
from certificates.new_request import make_request
from engine.contract import TIDY_TRIES, AdvanceOrderRequest, EndOrderRequest
from issuing.errors import DnsRefused, IssuerRefused, IssuerUnreachable, RateLimited
from rotation.order import Order, OrderState, OrderStep, ProofRecord
from rotation.values import OrderId
from service.world import World
from store.certificate.certificate_orders import NewOrder
from store.certificate.certificate_requests import CertificateRequest
from store.settings import StoreSettings
from store.store import Store

CA = "https://ca.example.test/directory"
NAMES = ("sepm1.example.test", "sepm2.example.test")
NOW = datetime.now(UTC)
PLACED = Order(url=f"{CA}/order/1", step=OrderStep.PROVING, records=(ProofRecord(name="_acme-challenge.a", text="x"),))


def another_key():
    """A public key of no request."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()


class Authority:
    """An issuer that does what the test says: an order that it shows, or an error."""

    where = CA

    def __init__(self) -> None:
        self.next: Order | Exception = Order()
        self.asked: list[Order] = []
        self.untidy: Exception | None = None
        self.keys: set[bytes] = set()
        self.meanwhile: Callable[[], Awaitable[object]] | None = None
        self.tidied: list[Order] = []

    def new_account_key(self) -> SecretBytes:
        """Another one each time."""
        return SecretBytes(f"account {len(self.asked)}".encode())

    async def advance(self, asked, order, now):
        """Show the next, or fail."""
        assert asked.names == NAMES
        assert now == NOW
        self.keys.add(asked.account_key.get_secret_value())
        self.asked.append(order)
        if self.meanwhile is not None:
            await self.meanwhile()
        if isinstance(self.next, Exception):
            raise self.next
        return self.next

    async def tidy(self, order, needed):
        """Nothing, or fail."""
        assert order.records
        assert not await needed()
        self.tidied.append(order)
        if self.untidy is not None:
            raise self.untidy


class Shop:
    """An order, and what becomes of it."""

    def __init__(self, store: Store, authority: Authority, request_pem: str) -> None:
        self.store, self.authority = store, authority
        self.request = x509.load_pem_x509_csr(request_pem.encode())
        self.steps = Ordering(World(store=store, clock=lambda: NOW, issuer=authority))

    async def advance(self, shown):
        """One step."""
        self.authority.next = shown
        return await ActivityEnvironment().run(
            self.steps.advance_order, AdvanceOrderRequest(order_id=OrderId("order-1"))
        )

    async def end(self, state=OrderState.FAILED, attempt=1):
        """The end, at some attempt."""
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await environment.run(self.steps.end_order, EndOrderRequest(order_id=OrderId("order-1"), state=state))

    async def kept(self):
        """The order as it is kept."""
        return await self.store.certificate_orders.get(OrderId("order-1"))

    def signed(self, *names, public_key=None, days=90):
        """An order with a certificate for these names."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example CA")])
        builder = (
            x509.CertificateBuilder(issuer, self.request.subject, public_key or self.request.public_key(), 7)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=days))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        )
        chain = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
        return PLACED.model_copy(update={"step": OrderStep.SIGNING, "chain_pem": chain})


@pytest.fixture
async def shop(tmp_path) -> AsyncIterator[Shop]:
    """An order that was just asked for."""
    store, made = await Store.open(StoreSettings(folder=tmp_path)), make_request(NAMES)
    request = CertificateRequest(
        id="request-1", public_key=made.public_key, subject=made.subject, names=NAMES,
        request_pem=made.request_pem, asked_by="ann", asked_at=NOW,
    )  # fmt: skip
    await store.certificate_requests.add(request, made.key_pem.get_secret_value().encode())
    new = NewOrder(
        id=OrderId("order-1"), request_id="request-1", issuer=CA, asked_by="ann", asked_at=NOW,
        gives_up_at=NOW + timedelta(days=1),
    )  # fmt: skip
    await store.certificate_orders.create(new)
    yield Shop(store, Authority(), made.request_pem)
    await store.close()


async def test_each_step_is_kept_and_the_certificate_is_taken_in_as_any_answer(shop):
    """The next step begins with what the last one left; then the certificate has the key of its request."""
    answer = await shop.advance(PLACED.model_copy(update={"wait": timedelta(seconds=9)}))
    assert (answer.state, answer.wait) == (OrderState.RUNNING, timedelta(seconds=9))
    answer = await shop.advance(shop.signed(*NAMES))
    assert shop.authority.asked[1].url == PLACED.url
    assert len(shop.authority.keys) == 1
    kept = await shop.kept()
    assert (answer.state, kept.state) == (OrderState.ISSUED, OrderState.ISSUED)
    facts = await shop.store.certificates.facts(kept.certificate_id)
    assert facts.has_key
    assert (await shop.store.certificate_requests.get("request-1")).certificate_id == facts.id
    assert {finding.code for finding in kept.findings} == {"certificate-chain-missing"}
    assert (await shop.advance(PLACED)).state is OrderState.ISSUED
    assert len(shop.authority.asked) == 2


async def test_a_certificate_that_was_kept_and_not_taken_in_is_taken_in(shop):
    """Killed in between, the authority is not asked again."""
    signed = shop.signed(*NAMES)
    await shop.store.certificate_orders.keep(OrderId("order-1"), signed)
    assert (await shop.advance(PLACED)).state is OrderState.ISSUED
    assert shop.authority.asked == []


@pytest.mark.parametrize(
    ("signed", "code"),
    [
        (lambda shop: shop.signed(*NAMES, days=-0.5), "certificate-unfit"),
        (lambda shop: shop.signed(*NAMES, public_key=another_key()), "certificate-of-another-key"),
        (lambda _: PLACED.model_copy(update={"chain_pem": "no certificate"}), "certificate-unusable"),
    ],
    ids=["expired", "another key", "no certificate"],
)
async def test_what_may_not_go_into_a_server_is_not_taken_in(shop, signed, code):
    """It fails the order with the reason and what to do; nothing is kept, and the request still waits."""
    assert (await shop.advance(signed(shop))).state is OrderState.FAILED
    kept = await shop.kept()
    assert kept.trouble.code == code
    assert kept.trouble.remedy
    assert await shop.store.certificates.list() == ()
    assert (await shop.store.certificate_requests.get("request-1")).certificate_id is None


async def test_a_name_that_is_left_out_is_shown(shop):
    """The certificate is taken in: it may do for another server."""
    assert (await shop.advance(shop.signed(NAMES[0]))).state is OrderState.ISSUED
    left = [finding for finding in (await shop.kept()).findings if finding.code == "certificate-name-left-out"]
    assert [finding.subject for finding in left] == [NAMES[1]]


async def test_what_passes_is_waited_for_and_kept(shop):
    """The wait is as long as the authority says; its reason is kept with the order, until the order goes on."""
    answer = await shop.advance(IssuerUnreachable(CA, "no answer", "see whether it runs"))
    assert (answer.state, answer.wait) == (OrderState.RUNNING, timedelta(seconds=5))
    answer = await shop.advance(RateLimited(CA, "slowly", "nothing", timedelta(hours=3)))
    assert answer.wait == timedelta(hours=3)
    assert (await shop.kept()).trouble.code == "ca-rate-limited"
    await shop.end()
    late = await shop.kept()
    assert (late.state, late.trouble.code) == (OrderState.FAILED, "ca-rate-limited")
    assert "slowly" in late.trouble.message
    assert "order once more" in late.trouble.remedy


async def test_what_does_not_pass_ends_the_order(shop):
    """In the authority's own words; another end changes nothing."""
    answer = await shop.advance(IssuerRefused(CA, "urn:x", "not today", "ask its operator"))
    assert answer.state is OrderState.FAILED
    await shop.end(OrderState.CANCELLED)
    kept = await shop.kept()
    assert (kept.state, kept.trouble.message) == (OrderState.FAILED, "urn:x: not today")


async def test_one_that_takes_too_long_says_where_it_stood(shop):
    """And that the same order is taken up by the next try."""
    await shop.advance(PLACED)
    await shop.end()
    late = (await shop.kept()).trouble
    assert (late.code, "being proven" in late.message) == ("ca-too-slow", True)
    assert "taken up" in late.remedy


async def test_records_are_taken_out_whatever_the_end(shop):
    """Tried some times; then the order names the records that are left, and none where they are out."""
    await shop.advance(PLACED)
    shop.authority.untidy = DnsRefused("_acme-challenge.a", "REFUSED", "ask")
    with pytest.raises(ApplicationError, match="REFUSED"):
        await shop.end(OrderState.CANCELLED)
    assert (await shop.kept()).state is OrderState.CANCELLED
    await shop.end(OrderState.CANCELLED, attempt=TIDY_TRIES)
    kept = await shop.kept()
    assert [(each.code, each.subject) for each in kept.findings] == [("dns-record-left", "_acme-challenge.a")]
    shop.authority.untidy = None
    await shop.end(OrderState.CANCELLED)
    assert (await shop.kept()).progress.records == ()


@pytest.mark.parametrize("untidy", [None, DnsRefused("_acme-challenge.a", "REFUSED", "ask")], ids=["out", "left"])
@pytest.mark.parametrize(
    "shown", [PLACED, IssuerUnreachable(CA, "no answer", "see whether it runs")], ids=["placed", "away"]
)
async def test_an_order_that_ends_during_a_step_stays_as_it_is(shop, shown, untidy):
    """What the step has put into DNS is taken out again; records that are left are named."""
    shop.authority.meanwhile, shop.authority.untidy = partial(shop.end, OrderState.CANCELLED), untidy
    answer = await shop.advance(shown)
    kept = await shop.kept()
    assert (answer.state, kept.state) == (OrderState.CANCELLED, OrderState.CANCELLED)
    assert (kept.progress, kept.trouble) == (Order(), None)
    put = isinstance(shown, Order)
    assert len(shop.authority.tidied) == put
    assert [each.code for each in kept.findings] == ["dns-record-left"] * (put and untidy is not None)


async def test_an_authority_that_is_not_set_any_more_ends_the_order(shop):
    """The worker has none, or another one."""
    shop.authority.where = "https://another.example.test/directory"
    assert (await shop.advance(PLACED)).state is OrderState.FAILED
    kept = await shop.kept()
    assert (kept.trouble.code, shop.authority.asked) == ("no-issuer", [])
