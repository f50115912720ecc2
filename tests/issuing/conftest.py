"""An authority for each file of tests, and orders that are played without the service around them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest
from pydantic import SecretBytes

from certificates.new_request import make_request
from issuing.acme_issuer import AcmeIssuer
from issuing.configured import configured_issuer
from issuing.issuer import WantedCertificate
from issuing.settings import AcmeSettings
from rotation.order import Order
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
    """An applicant with an account and a request."""

    issuer: AcmeIssuer
    asked: WantedCertificate

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


@cache
def asked_for(names: tuple[str, ...], subject: str) -> str:
    """A request for these names: making a key takes a while."""
    return make_request(names, subject).request_pem


@pytest.fixture(scope="session")
def account_key() -> SecretBytes:
    """The key of an account that tests share, where they do not need one of their own."""
    return AcmeIssuer(AcmeSettings()).new_account_key()


@pytest.fixture(scope="session")
def customer(account_key):
    """Makes an applicant with the shared account, or with a new one."""

    def make(settings: AcmeSettings, *wanted: str, subject: str = "", new: bool = False) -> Customer:
        issuer = configured_issuer(settings)
        assert isinstance(issuer, AcmeIssuer)
        key = issuer.new_account_key() if new else account_key
        return Customer(
            issuer, WantedCertificate(names=wanted, request_pem=asked_for(wanted, subject), account_key=key)
        )

    return make
