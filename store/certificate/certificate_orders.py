"""Orders at a certificate authority: one at a time for each request, each step kept before the next."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rotation.finding import Finding
from rotation.order import Order, OrderState
from rotation.values import CertificateId, Fingerprint, OrderId, Value
from store.certificate.certificate_requests import UnknownRequest
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.fault import StoreFault
from store.keys.destroyed import lock_keys, require_key_lives
from store.rotation.rotations import IdempotencyConflict
from store.schema.tables import CertificateOrderRow, CertificateRequestRow

_NEWEST = ListOrder("orders", (CertificateOrderRow.asked_at, CertificateOrderRow.id), falls=True)


class UnknownOrder(StoreFault):
    """No order of that id is kept."""


class AlreadyIssued(StoreFault):
    """The request was ordered, and has its certificate."""


class NewOrder(Value):
    """An order that a caller asks for."""

    id: OrderId
    request_id: str
    issuer: str
    """The authority's address."""
    asked_by: str
    asked_at: datetime
    gives_up_at: datetime


class CertificateOrder(NewOrder):
    """An order, and how far it is."""

    state: OrderState
    progress: Order
    trouble: Finding | None
    findings: tuple[Finding, ...]
    ended_at: datetime | None
    certificate_id: CertificateId | None


class CertificateOrders:
    """The orders for all requests."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, new: NewOrder, *, again: bool = False, idempotency_key: str | None = None, fingerprint: str = ""
    ) -> CertificateOrder:
        """Keep an order. Where one is running for the same request, it is that one, and no other is made.

        What an earlier try has placed at the same authority is taken over: it may still be good.

        Args:
            new: the order.
            again: whether another certificate is wanted where an order has brought one.
            idempotency_key: the same one with the same request gives the first order.
            fingerprint: what the same request has in common.

        Raises:
            UnknownRequest: when no such request is kept.
            AlreadyIssued: when the last order has brought a certificate, and no other is wanted.
            IdempotencyConflict: when the key belongs to another request.
            KeyDestroyed: when the private key of the request was destroyed.
        """
        try:
            return await self._create(new, again, idempotency_key, fingerprint)
        except IntegrityError:
            # the same request came at the same time: its row is there now, and decides
            return await self._create(new, again, idempotency_key, fingerprint)

    async def _create(self, new: NewOrder, again: bool, key: str | None, fingerprint: str) -> CertificateOrder:
        async with self._database.write() as session:
            # the request's row is held, so that two that ask at once do not both find none running
            await lock_keys(session)
            held = select(CertificateRequestRow).where(CertificateRequestRow.id == new.request_id).with_for_update()
            request = await session.scalar(held)
            if request is None:
                raise UnknownRequest(f"no request for a certificate of id {new.request_id} is kept")
            by_key = select(CertificateOrderRow).where(CertificateOrderRow.idempotency_key == key)
            if key is not None and (first := await session.scalar(by_key)) is not None:
                if first.request_fingerprint != fingerprint:
                    raise IdempotencyConflict(f"order {first.id} was asked for by another request with this key")
                return _order(first)
            last = await session.scalar(_of(new.request_id).limit(1))
            if last is not None and last.state == OrderState.RUNNING:
                return _order(last)
            if last is not None and last.state == OrderState.ISSUED and not again:
                raise AlreadyIssued(f"order {last.id} has brought certificate {last.certificate_id} for this request")
            await require_key_lives(session, Fingerprint(request.public_key))
            row = CertificateOrderRow(
                **dict(new),
                idempotency_key=key,
                request_fingerprint=fingerprint,
                state=OrderState.RUNNING,
                progress=_taken_over(last, new.issuer),
                trouble=None,
                findings=(),
                ended_at=None,
                certificate_id=None,
            )
            session.add(row)
            await session.flush()
            return _order(row)

    async def get(self, order_id: OrderId) -> CertificateOrder:
        """The order of that id.

        Raises:
            UnknownOrder: when none is kept.
        """
        async with self._database.read() as session:
            return _order(await _known(session, order_id))

    async def page(self, request_id: str, asked: PageRequest = FIRST_PAGE) -> Page[CertificateOrder]:
        """The orders for a request, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(CertificateOrderRow).where(CertificateOrderRow.request_id == request_id)
        return await read_page(self._database, wanted, _NEWEST.of(request_id), asked, _order)

    async def every(self, asked: PageRequest = FIRST_PAGE) -> Page[CertificateOrder]:
        """The orders for all requests, the newest first.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        return await read_page(self._database, select(CertificateOrderRow), _NEWEST, asked, _order)

    async def running(self) -> tuple[CertificateOrder, ...]:
        """Those that have not ended, the oldest first."""
        begun = select(CertificateOrderRow).where(CertificateOrderRow.state == OrderState.RUNNING)
        async with self._database.read() as session:
            rows = await session.scalars(begun.order_by(CertificateOrderRow.asked_at, CertificateOrderRow.id))
            return tuple(map(_order, rows))

    async def keep(self, order_id: OrderId, progress: Order, trouble: Finding | None = None) -> CertificateOrder:
        """Keep how far a running order is, and what it waits for, if anything is in its way; then the order.

        One that has ended stays as it is: a step may end after its order.

        Raises:
            UnknownOrder: when none of that id is kept.
        """
        async with self._database.write() as session:
            row = await _known(session, order_id, held=True)
            if row.state == OrderState.RUNNING:
                row.progress, row.trouble = progress, trouble
            return _order(row)

    async def tidied(self, order_id: OrderId) -> None:
        """Note that no proof of the order is in DNS any more.

        Raises:
            UnknownOrder: when none of that id is kept.
        """
        async with self._database.write() as session:
            row = await _known(session, order_id, held=True)
            row.progress = row.progress.model_copy(update={"records": (), "shown_at": None})

    async def end(
        self,
        order_id: OrderId,
        state: OrderState,
        at: datetime,
        *,
        trouble: Finding | None = None,
        certificate_id: CertificateId | None = None,
    ) -> None:
        """Note how an order ended. The first end stays.

        Raises:
            UnknownOrder: when none of that id is kept.
        """
        async with self._database.write() as session:
            row = await _known(session, order_id, held=True)
            if row.state == OrderState.RUNNING:
                row.state, row.ended_at, row.trouble, row.certificate_id = state, at, trouble, certificate_id

    async def note(self, order_id: OrderId, findings: tuple[Finding, ...]) -> None:
        """Add what is to be thought over. What is there already is not added twice.

        Raises:
            UnknownOrder: when none of that id is kept.
        """
        async with self._database.write() as session:
            row = await _known(session, order_id, held=True)
            row.findings = tuple(dict.fromkeys((*row.findings, *findings)))


def _of(request_id: str) -> Select[CertificateOrderRow]:
    newest = CertificateOrderRow.asked_at.desc(), CertificateOrderRow.id
    return select(CertificateOrderRow).where(CertificateOrderRow.request_id == request_id).order_by(*newest)


def _taken_over(last: CertificateOrderRow | None, issuer: str) -> Order:
    if last is None or last.issuer != issuer or last.progress.chain_pem or not last.progress.url:
        return Order()
    return Order(url=last.progress.url, taken_over=True)


async def _known(session: AsyncSession, order_id: str, *, held: bool = False) -> CertificateOrderRow:
    row = await session.get(CertificateOrderRow, order_id, with_for_update=held)
    if row is None:
        raise UnknownOrder(f"no order of id {order_id} is kept")
    return row


def _order(row: CertificateOrderRow) -> CertificateOrder:
    return CertificateOrder.model_validate({name: getattr(row, name) for name in CertificateOrder.model_fields})
