"""The port: what the product asks of a certificate authority."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import SecretBytes

from rotation.order import Order, ProofRecord

Needed = Callable[[], Awaitable[Collection[ProofRecord]]]
"""What tells which records other orders need now: one that takes over an earlier try proves by the same record."""


@dataclass(frozen=True)
class WantedCertificate:
    """What is to be certified, and for which account. No repr shows the account's key."""

    names: tuple[str, ...]
    request_pem: str
    account_key: SecretBytes


class Issuer(Protocol):
    """A certificate authority. Its orders live longer than a process: whatever it needs to go on is in the `Order`."""

    @property
    def where(self) -> str:
        """Its address. Accounts and orders belong to it."""

    def new_account_key(self) -> SecretBytes:
        """A key by which the authority will know us. Keep it before it is used: a second one is a second account."""

    async def advance(self, asked: WantedCertificate, order: Order, now: datetime) -> Order:
        """Look at an order and do the next step. Called again with the same order it does nothing twice.

        Returns:
            the order as it is now. Keep it, wait as long as it says, call again; until it has its certificate.

        Raises:
            IssuerError: its `passes` tells whether the same call may succeed later.
        """

    async def tidy(self, order: Order, needed: Needed) -> None:
        """Take away what was put anywhere for this order and no other needs. Called again it changes nothing.

        Raises:
            IssuerError: when it could not; call again.
        """
