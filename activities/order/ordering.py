"""Orders at a certificate authority: one step at a time, each kept before the next."""

import asyncio
from datetime import timedelta
from functools import partial

from temporalio import activity
from temporalio.exceptions import ApplicationError

from certificates.certificate_file import parse_certificate_file
from certificates.errors import UnusableCertificateFile
from engine.contract import (
    TIDY_TRIES,
    ActivityName,
    AdvanceOrderAnswer,
    AdvanceOrderRequest,
    EndOrderAnswer,
    EndOrderRequest,
)
from issuing.errors import IssuerError, RateLimited
from issuing.issuer import Issuer, WantedCertificate
from rotation.finding import Finding, blocking, warning
from rotation.order import Order, OrderState, OrderStep, ProofRecord, names_left_out
from rotation.text.written_values import instant_text
from rotation.values import CertificateId, OrderId
from service.acceptance import CertificateUnfitError, accept
from service.world import World
from store.certificate.certificate_orders import CertificateOrder
from store.certificate.certificate_requests import CertificateRequest

_AGAIN = timedelta(seconds=5)
"""Before an authority that is away is tried again; the workflow waits longer the longer it lasts."""
_NO_ISSUER = blocking(
    "no-issuer",
    "ROTATOR_ACME_DIRECTORY",
    "the worker has no authority at the address of this order",
    "give worker and API the same ROTATOR_ACME_... settings, restart both, and order once more",
)
_PROGRESS = {
    OrderStep.PLACING: "the order is being placed",
    OrderStep.PROVING: "the names are being proven",
    OrderStep.SIGNING: "the certificate is being signed",
}


class Ordering:
    """Orders at the certificate authority."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.ADVANCE_ORDER)
    async def advance_order(self, request: AdvanceOrderRequest) -> AdvanceOrderAnswer:
        """Do the next step of an order.

        1. one that has ended stays as it is
        2. one that is signed: its certificate is taken in as an answer that is brought by hand
        3. else the authority is asked; how far the order is now is kept before anything else
        4. what time may cure is kept as trouble, and waited out; what it cannot cure ends the order
        5. an order that has ended meanwhile stays as it is, and what this step has put into DNS is taken out again
        """
        orders, issuer = self._world.store.certificate_orders, self._world.issuer
        kept = await orders.get(request.order_id)
        if kept.state is not OrderState.RUNNING:
            return AdvanceOrderAnswer(state=kept.state, progress=kept.state.value)
        if issuer is None or issuer.where != kept.issuer:
            return await self._fail(kept, _NO_ISSUER)
        asked = await self._world.store.certificate_requests.get(kept.request_id)
        progress = kept.progress
        if not progress.chain_pem:
            try:
                progress = await self._advanced(issuer, kept, asked)
            except IssuerError as error:
                return await self._met(kept, error)
            kept = await orders.keep(kept.id, progress)
            if kept.state is not OrderState.RUNNING:
                return await self._too_late(kept, progress)
        if progress.chain_pem:
            return await self._take(kept, asked, progress)
        return AdvanceOrderAnswer(state=OrderState.RUNNING, progress=_PROGRESS[progress.step], wait=progress.wait)

    @activity.defn(name=ActivityName.END_ORDER)
    async def end_order(self, request: EndOrderRequest) -> EndOrderAnswer:
        """Note how an order has ended; the first end stays. Then take out of DNS what was put there for it alone.

        Raises:
            ApplicationError: when DNS did not let us; after some tries it is noted what is left there.
        """
        orders = self._world.store.certificate_orders
        kept = await orders.get(request.order_id)
        if kept.state is OrderState.RUNNING:
            await orders.end(kept.id, request.state, self._world.clock(), trouble=_late(kept, request))
            kept = await orders.get(request.order_id)
        if kept.progress.records:
            try:
                await self._tidy(kept.id, kept.progress)
            except IssuerError as error:
                if activity.info().attempt < TIDY_TRIES:
                    raise ApplicationError(str(error), type=error.code) from error
                await orders.note(kept.id, await self._left(kept.id, kept.progress, error))
            else:
                await orders.tidied(kept.id)
        return EndOrderAnswer(state=kept.state)

    async def _advanced(self, issuer: Issuer, kept: CertificateOrder, asked: CertificateRequest) -> Order:
        now = self._world.clock()
        key = await self._world.store.issuer_accounts.key(issuer.where, issuer.new_account_key, now)
        wanted = WantedCertificate(names=asked.names, request_pem=asked.request_pem, account_key=key)
        return await issuer.advance(wanted, kept.progress, now)

    async def _met(self, kept: CertificateOrder, error: IssuerError) -> AdvanceOrderAnswer:
        if not error.passes:
            return await self._fail(kept, error.finding)
        now = await self._world.store.certificate_orders.keep(kept.id, kept.progress, error.finding)
        if now.state is not OrderState.RUNNING:  # the step may have put into DNS what its end has taken out before
            return await self._too_late(now, kept.progress)
        asked = error.retry_after if isinstance(error, RateLimited) else None
        return AdvanceOrderAnswer(state=OrderState.RUNNING, progress=f"waits: {error.code}", wait=asked or _AGAIN)

    async def _take(self, kept: CertificateOrder, asked: CertificateRequest, progress: Order) -> AdvanceOrderAnswer:
        orders, now = self._world.store.certificate_orders, self._world.clock()
        try:
            parsed = await asyncio.to_thread(
                parse_certificate_file,
                progress.chain_pem.encode(),
                identity=CertificateId(""),
                name="the signed answer",
            )
            if parsed.facts.public_key != asked.public_key:
                return await self._fail(kept, _OTHER_KEY)
            accepted = await accept(self._world.store, parsed, now)
        except UnusableCertificateFile as error:
            return await self._fail(kept, blocking("certificate-unusable", kept.issuer, error.what, error.remedy))
        except CertificateUnfitError as unfit:
            await orders.note(kept.id, unfit.findings)
            return await self._fail(kept, _unfit(kept, unfit.findings))
        await orders.note(kept.id, (*accepted.findings, *names_left_out(asked.names, accepted.facts)))
        await orders.end(kept.id, OrderState.ISSUED, now, certificate_id=accepted.facts.id)
        return AdvanceOrderAnswer(state=OrderState.ISSUED, progress=OrderState.ISSUED.value)

    async def _fail(self, kept: CertificateOrder, finding: Finding) -> AdvanceOrderAnswer:
        await self._world.store.certificate_orders.end(kept.id, OrderState.FAILED, self._world.clock(), trouble=finding)
        return AdvanceOrderAnswer(state=OrderState.FAILED, progress=f"{OrderState.FAILED.value}: {finding.code}")

    async def _too_late(self, ended: CertificateOrder, progress: Order) -> AdvanceOrderAnswer:
        try:
            if progress.records:
                await self._tidy(ended.id, progress)
        except IssuerError as error:
            await self._world.store.certificate_orders.note(ended.id, await self._left(ended.id, progress, error))
        return AdvanceOrderAnswer(state=ended.state, progress=ended.state.value)

    async def _tidy(self, order_id: OrderId, progress: Order) -> None:
        if self._world.issuer is not None:
            await self._world.issuer.tidy(progress, partial(self._needed_beside, order_id))

    async def _needed_beside(self, order_id: OrderId) -> frozenset[ProofRecord]:
        running = await self._world.store.certificate_orders.running()
        return frozenset(record for each in running if each.id != order_id for record in each.progress.records)

    async def _left(self, order_id: OrderId, progress: Order, error: IssuerError) -> tuple[Finding, ...]:
        """What is to be taken out by hand: nothing that another order proves by."""
        others = await self._needed_beside(order_id)
        names = ", ".join(dict.fromkeys(record.name for record in progress.records if record not in others))
        return (_left(names, error.what),) if names else ()


_OTHER_KEY = blocking(
    "certificate-of-another-key",
    "the signed answer",
    "the authority has signed another key than that of the request",
    "ask the authority's operator, then order once more",
)


def _unfit(kept: CertificateOrder, findings: tuple[Finding, ...]) -> Finding:
    reasons = "; ".join(finding.message for finding in findings)
    return blocking(
        "certificate-unfit",
        kept.issuer,
        f"the authority has signed a certificate that must not go into a server: {reasons}",
        "have the authority's operator change what it signs (its findings say what), then order once more",
    )


def _late(kept: CertificateOrder, request: EndOrderRequest) -> Finding | None:
    """Why an order ends that has not ended by itself."""
    if request.state is not OrderState.FAILED:
        return None
    asked_at = instant_text(kept.asked_at)
    if kept.trouble is not None:
        last = kept.trouble
        return blocking(
            last.code,
            last.subject,
            f"not issued since {asked_at}; last: {last.message}",
            f"{last.remedy}; then order once more",
        )
    what = request.reason or f"the authority has not signed it in time; at last {_PROGRESS[kept.progress.step]}"
    return blocking(
        "ca-too-slow",
        kept.issuer,
        f"not issued since {asked_at}: {what}",
        "order once more: the same order at the authority is taken up; ROTATOR_ACME_PATIENCE is how long it may take",
    )


def _left(names: str, why: str) -> Finding:
    return warning(
        "dns-record-left",
        names,
        f"the TXT records of the proof are still in DNS ({why})",
        "delete them by hand: they prove nothing any more, and do no harm",
    )
