"""Taking a certificate in: by hand over the API, or from an authority. Only what may go into a server is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from certificates.parsed_certificate import ParsedCertificate
from rotation.certificate import CertificateFacts
from rotation.finding import Finding, blockers
from rotation.fitness import unfit
from rotation.values import CertificateId
from store.store import Store

_ID_DIGITS = 16


class CertificateUnfitError(Exception):
    """A certificate that must not go into a server. Nothing was kept."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{finding.code}: {finding.message}" for finding in findings))


@dataclass(frozen=True)
class Accepted:
    """A certificate that is kept, and what to think over."""

    facts: CertificateFacts
    findings: tuple[Finding, ...]


async def accept(store: Store, parsed: ParsedCertificate, now: datetime) -> Accepted:
    """Keep what may go into a server, with its key: the one that came along, else that of the request it answers.

    Raises:
        CertificateUnfitError: when it may not go in.
    """
    # a readable id that is the same whenever the same certificate comes
    facts = parsed.facts.model_copy(update={"id": CertificateId(f"cert-{parsed.facts.fingerprint[:_ID_DIGITS]}")})
    findings = unfit(facts, now=now, needed=timedelta(0))
    if stops := blockers(findings):
        raise CertificateUnfitError(stops)
    key = await _key(store, parsed)
    kept = await store.certificates.add(facts, parsed.certificate_pem, parsed.chain_pem, key, now)
    await store.certificate_requests.answer(facts.public_key, kept)
    return Accepted(await store.certificates.facts(kept), findings)


async def _key(store: Store, parsed: ParsedCertificate) -> bytes | None:
    if parsed.key_pem is not None:
        return parsed.key_pem.get_secret_value().encode()
    asked = await store.certificate_requests.key_of(parsed.facts.public_key)
    return None if asked is None else asked.get_secret_value()
