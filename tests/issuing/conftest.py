"""An authority for each file of tests, and orders that are played without the service around them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from pydantic import SecretBytes

from issuing.acme_issuer import AcmeIssuer
from issuing.configured import configured_issuer
from issuing.issuer import Asked
from issuing.settings import AcmeSettings
from rotation.order import Order
from sepm.new_request import make_request
from tests.issuing.authority import NameServer, Pebble


@pytest.fixture(scope="module")
async def names(tmp_path_factory) -> AsyncIterator[NameServer]:
    """A DNS server."""
    async with NameServer.running(tmp_path_factory.mktemp("knot")) as server:
        yield server


@pytest.fixture(scope="module")
async def pebble(tmp_path_factory, names) -> AsyncIterator[Pebble]:
    """An ACME server that asks it."""
    async with Pebble.running(tmp_path_factory.mktemp("pebble"), names) as server:
        yield server


@dataclass
class Customer:
    """Somebody with an account and a request."""

    issuer: AcmeIssuer
    asked: Asked

    async def step(self, order: Order) -> Order:
        """One step."""
        return await self.issuer.advance(self.asked, order, datetime.now(UTC))

    async def until(self, reached, order: Order | None = None) -> Order:
        """Advance an order until a condition holds, without the waits that are asked for."""
        order = order or Order()
        for _ in range(400):
            if reached(order):
                return order
            order = await self.step(order)
        raise AssertionError(f"the order came no further: {order}")

    async def issued(self, order: Order | None = None) -> Order:
        """Advance an order until it has its certificate."""
        return await self.until(lambda found: found.chain_pem, order)


@pytest.fixture
def customer():
    """Makes somebody with a new account, or with the one given."""

    def make(settings: AcmeSettings, *wanted: str, subject: str = "", key: SecretBytes | None = None) -> Customer:
        issuer = configured_issuer(settings)
        assert isinstance(issuer, AcmeIssuer)
        made = make_request(wanted, subject)
        asked = Asked(names=wanted, request_pem=made.request_pem, account_key=key or issuer.new_account_key())
        return Customer(issuer, asked)

    return make
