"""An authority that speaks ACME (RFC 8555): step-ca, Vault, OpenBao, EJBCA and others."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus

from acme import challenges, messages
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretBytes

from issuing.acme_exchange import AcmeExchange
from issuing.dns_proof import DnsProof
from issuing.errors import IssuerRefused, ProofFailed, ProofImpossible
from issuing.issuer import Needed, WantedCertificate
from issuing.settings import AcmeSettings
from rotation.fitness.names import NameForm, form
from rotation.order import Order, OrderStep, ProofRecord

_POLL = timedelta(seconds=1)
_GONE = frozenset({"malformed", "unauthorized"})
"""How servers answer to an order that is another account's, or that they do not know; some just answer 404."""
_BY_HAND = "bring a signed answer by hand: rotator certificate add"


class AcmeIssuer:
    """One ACME server, and the DNS server that takes proofs, if there is one."""

    def __init__(self, settings: AcmeSettings, dns: DnsProof | None = None) -> None:
        self._settings = settings
        self._dns = dns
        self._where = settings.where() or ""

    @property
    def where(self) -> str:
        """The directory's address."""
        return self._where

    def new_account_key(self) -> SecretBytes:
        """RSA of 2048 bits: what every server takes."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        return SecretBytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    async def advance(self, asked: WantedCertificate, order: Order, now: datetime) -> Order:
        """Do the next step of an order.

        1. none is placed: place it. The names are those of the request, addresses as RFC 8738 has them
        2. names are to be proven (`dns-01`): tell which records, so that they are kept; put them into DNS and read them
           back; let other DNS servers learn of them; only then have the authority look, since most look once
        3. every name is proven, or none needs to be: send the request to be signed
        4. signed: fetch the certificate with its issuers
        """
        if self._dns is not None and order.records:
            if order.shown_at is None:
                await self._dns.put(order.records)
                return order.model_copy(update={"shown_at": now, "wait": self._dns.settle})
            if order.step is OrderStep.PROVING and (left := order.shown_at + self._dns.settle - now) > timedelta(0):
                return order.model_copy(update={"wait": left})
        return await asyncio.to_thread(self._step, asked, order)

    async def tidy(self, order: Order, needed: Needed) -> None:
        """Take the records of an order out of DNS; those that others need stay, or are put back."""
        if self._dns is None or not order.records:
            return
        others = await needed()
        await self._dns.take_out([record for record in order.records if record not in others])
        # another order may have come to need one while it was taken out, now or at a try of this before
        others = await needed()
        await self._dns.put([record for record in order.records if record in others])

    def _step(self, asked: WantedCertificate, order: Order) -> Order:
        with AcmeExchange(self._settings, asked.account_key) as ca:
            if not order.url:
                url = ca.order(messages.NewOrder(identifiers=[_identifier(name) for name in asked.names]))
                return order.model_copy(update={"url": url, "step": OrderStep.PROVING, "wait": timedelta(0)})
            try:
                answer = ca.post(order.url)
            except IssuerRefused as refused:
                if refused.status != HTTPStatus.NOT_FOUND and refused.type.rpartition(":")[2] not in _GONE:
                    raise
                if order.taken_over:
                    return _restarted(order)
                what = f"the authority does not know this order any more ({refused.what})"
                raise IssuerRefused(order.url, refused.type, what, "order once more") from refused
            seen = ca.read(messages.Order, answer)
            match seen.status:
                case messages.STATUS_PENDING:
                    return self._prove(ca, order, seen)
                case messages.STATUS_READY:
                    request = messages.CertificateRequest(csr=x509.load_pem_x509_csr(asked.request_pem.encode()))
                    answer = ca.post(seen.finalize, request)
                    wait = ca.pause(answer, _POLL)
                case messages.STATUS_PROCESSING:
                    wait = ca.pause(answer, _POLL)
                case messages.STATUS_VALID if seen.certificate:
                    chain = ca.post(seen.certificate).text
                    return order.model_copy(
                        update={"step": OrderStep.SIGNING, "chain_pem": chain, "wait": timedelta(0)}
                    )
                case _ if order.taken_over:
                    return _restarted(order)
                case _:
                    raise self._failed(ca, seen)
            return order.model_copy(update={"step": OrderStep.SIGNING, "wait": wait})

    def _prove(self, ca: AcmeExchange, order: Order, seen: messages.Order) -> Order:
        """Steps of `dns-01`. A name that was proven for an earlier order may need nothing."""
        wait = _POLL
        wanted: list[ProofRecord] = []
        answers: list[messages.ChallengeBody] = []
        for url in seen.authorizations:
            answer = ca.post(url)
            authorization = ca.read(messages.Authorization, answer)
            if authorization.status == messages.STATUS_PENDING:
                challenge = self._challenge(authorization)
                wait = max(wait, ca.pause(answer, _POLL))
                name = authorization.identifier.value
                wanted.append(
                    ProofRecord(
                        name=challenge.chall.validation_domain_name(name), text=challenge.chall.validation(ca.key)
                    )
                )
                if challenge.status == messages.STATUS_PENDING:
                    answers.append(challenge)
        if not set(wanted) <= set(order.records):
            records = tuple(dict.fromkeys((*order.records, *wanted)))
            return order.model_copy(update={"records": records, "shown_at": None, "wait": timedelta(0)})
        for challenge in answers:
            ca.post(challenge.uri, challenge.chall.response(ca.key))
        return order.model_copy(update={"step": OrderStep.PROVING, "wait": wait})

    def _challenge(self, authorization: messages.Authorization) -> messages.ChallengeBody:
        """The one that we can meet.

        Raises:
            ProofImpossible: when there is none.
        """
        name = authorization.identifier.value
        found = next((each for each in authorization.challenges if isinstance(each.chall, challenges.DNS01)), None)
        if found is not None and self._dns is not None:
            return found
        offered = ", ".join(sorted(str(each.to_json().get("type")) for each in authorization.challenges)) or "nothing"
        if found is None and form(name) is NameForm.ADDRESS:
            what = f"the authority wants this address to be proven by {offered}; an address cannot be proven by DNS"
            remedy = f"make a request without it, have the authority's operator authorise it beforehand, or {_BY_HAND}"
        elif found is None:
            what = f"the authority wants this name to be proven by {offered}, and this service proves by dns-01"
            remedy = f"have the authority's operator allow dns-01, or authorise the name beforehand; or {_BY_HAND}"
        else:
            what = f"the authority wants this name to be proven by {offered}, and no DNS server is set"
            remedy = (
                f"set ROTATOR_ACME_DNS_SERVER with its TSIG key, or have the name authorised beforehand; or {_BY_HAND}"
            )
        raise ProofImpossible(name, what, remedy)

    def _failed(self, ca: AcmeExchange, seen: messages.Order) -> Exception:
        """Why an order is invalid: the challenge that failed, where the authority names one, else its own words."""
        for url in seen.authorizations or ():
            authorization = ca.read(messages.Authorization, ca.post(url))
            for challenge in _failed_challenges(authorization.challenges or ()):
                refusal = ca.refusal(challenge.error)
                return ProofFailed(
                    authorization.identifier.value,
                    refusal.what,
                    "see that the authority's DNS servers show the zone that was updated (how long they may take is "
                    "ROTATOR_ACME_DNS_SETTLE), then order once more",
                )
        return ca.refusal(seen.error)


def _failed_challenges(all_of: Sequence[messages.ChallengeBody]) -> list[messages.ChallengeBody]:
    return [each for each in all_of if each.error is not None]


def _identifier(name: str) -> messages.Identifier:
    kind = messages.IDENTIFIER_IP if form(name) is NameForm.ADDRESS else messages.IDENTIFIER_FQDN
    return messages.Identifier(typ=kind, value=name.lower())


def _restarted(order: Order) -> Order:
    """An earlier try's order is no good any more; its records are still to be taken out."""
    return Order(records=order.records, shown_at=order.shown_at)
