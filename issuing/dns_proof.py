"""Proofs in DNS: TXT records put and taken out by signed dynamic updates (RFC 2136, TSIG), and read back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import dns.asyncquery
import dns.asyncresolver
import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.resolver
import dns.tsig
import dns.update

from issuing.errors import DnsRefused, DnsUnreachable, IssuerSettingsWrong
from issuing.settings import DnsSettings
from rotation.order import ProofRecord

_TTL = 60
_TIMEOUT = 10.0
"""Seconds for one question."""
_SERVER = "the server of ROTATOR_ACME_DNS_SERVER"
_NOT_NOW = frozenset({dns.rcode.SERVFAIL})
_TAKES = (
    "have the DNS server take updates of TXT records at this name from the key that ROTATOR_ACME_DNS_TSIG_NAME names"
)


class DnsProof:
    """One DNS server, the primary of the zones in which proofs lie."""

    def __init__(self, settings: DnsSettings) -> None:
        self._settings = settings
        self._host, self._port = settings.address
        self._resolver = dns.asyncresolver.Resolver(configure=False)
        self._resolver.nameservers = [self._host]
        self._resolver.port = self._port
        self._resolver.lifetime = _TIMEOUT

    @property
    def settle(self) -> timedelta:
        """How long other servers of the zone may take to know."""
        return self._settings.settle

    async def put(self, records: Sequence[ProofRecord]) -> None:
        """Put records beside what is there, and read them back. Doing it again changes nothing.

        Raises:
            DnsRefused, DnsUnreachable: when one of them is not there afterwards.
        """
        for record in records:
            with _as_issuing_errors(record.name):
                name, zone = await self._place(record.name)
                update = dns.update.UpdateMessage(zone, keyring=self._key(record.name))
                update.add(name, _TTL, "TXT", f'"{record.text}"')
                await self._send(update, record.name)
                if record.text not in await self._texts(name):
                    raise DnsRefused(record.name, "the server took the record and does not show it", _TAKES)

    async def take_out(self, records: Sequence[ProofRecord]) -> None:
        """Take these records out, and no other. Doing it again changes nothing.

        Raises:
            DnsRefused, DnsUnreachable: when one of them may still be there.
        """
        for record in records:
            with _as_issuing_errors(record.name):
                name, zone = await self._place(record.name)
                update = dns.update.UpdateMessage(zone, keyring=self._key(record.name))
                update.delete(name, "TXT", f'"{record.text}"')
                await self._send(update, record.name)

    async def _place(self, name: str) -> tuple[dns.name.Name, dns.name.Name]:
        """The name that a proof really has, aliases followed, and its zone."""
        try:
            found = await self._resolver.resolve(dns.name.from_text(name), "TXT", tcp=True, raise_on_no_answer=False)
            real = found.canonical_name
        except dns.resolver.NXDOMAIN as absent:
            real = absent.canonical_name
        return real, await dns.asyncresolver.zone_for_name(real, resolver=self._resolver, tcp=True)

    async def _send(self, update: dns.update.UpdateMessage, subject: str) -> None:
        answer = await dns.asyncquery.tcp(update, self._host, timeout=_TIMEOUT, port=self._port)
        if answer.rcode() in _NOT_NOW:
            raise DnsUnreachable(subject, f"the server answers {dns.rcode.to_text(answer.rcode())}", _later(_SERVER))
        if answer.rcode() != dns.rcode.NOERROR:
            raise DnsRefused(subject, f"the server answers the update with {dns.rcode.to_text(answer.rcode())}", _TAKES)

    async def _texts(self, name: dns.name.Name) -> set[str]:
        question = dns.message.make_query(name, "TXT")
        answer = await dns.asyncquery.tcp(question, self._host, timeout=_TIMEOUT, port=self._port)
        return {
            b"".join(each.strings).decode("ascii", "replace")
            for rrset in answer.answer
            for each in rrset
            if hasattr(each, "strings")
        }

    def _key(self, subject: str) -> dns.tsig.Key:
        try:
            return self._settings.key()
        except IssuerSettingsWrong as error:
            raise DnsRefused(subject, str(error), "correct the setting and restart the service") from None


@contextmanager
def _as_issuing_errors(subject: str) -> Iterator[None]:
    """Raise what the library raises as errors of ours."""
    try:
        yield
    except dns.tsig.PeerError as error:
        what = f"the server does not take our signature ({type(error).__name__})"
        raise DnsRefused(subject, what, f"{_TAKES}; compare name, key, algorithm and clocks") from error
    except (dns.exception.FormError, dns.tsig.BadSignature, dns.tsig.BadTime, dns.tsig.BadKey) as error:
        # so is the answer of a server that does not know the key
        what = f"the server's answer is not signed by our key ({type(error).__name__})"
        raise DnsRefused(subject, what, f"{_TAKES}; compare name, key, algorithm and clocks") from error
    except dns.resolver.NoNameservers as error:
        answers = [answer for *_, answer in error.kwargs["errors"] if answer is not None]
        if not answers or answers[0].rcode() in _NOT_NOW:
            raise DnsUnreachable(subject, "the DNS server did not answer", _later(_SERVER)) from error
        what = f"the server answers {dns.rcode.to_text(answers[0].rcode())} when it is asked for this name"
        raise DnsRefused(subject, what, "let ROTATOR_ACME_DNS_SERVER be the primary of its zone") from error
    except (dns.resolver.NoRootSOA, dns.resolver.NoAnswer) as error:
        what = "the server knows no zone of this name"
        raise DnsRefused(subject, what, "let ROTATOR_ACME_DNS_SERVER be the primary of its zone") from error
    except (OSError, EOFError, dns.exception.DNSException) as error:
        what = f"the DNS server did not answer ({type(error).__name__})"
        raise DnsUnreachable(subject, what, _later(_SERVER)) from error


def _later(server: str) -> str:
    return f"see that {server} answers over TCP; the order tries again"
