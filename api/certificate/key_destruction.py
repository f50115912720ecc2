"""/v1/certificates/{id}/destroy-key: the private key is deleted, and a record of that is kept."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from api.http.allowed import allowed
from api.http.authors import ChangeReason, WithAuthor
from api.http.problems import described
from api.parts import Parts, WithParts
from rotation.bounds import Text
from rotation.certificate import CertificateFacts
from rotation.finding import Finding, info, warning
from rotation.identity.permission import Permission
from rotation.values import CertificateId, Fingerprint, Value
from sepm.tls.trust import normal_fingerprint
from store.site.site_changes import ReasonedAct

router = APIRouter(prefix="/v1/certificates", tags=["certificates"])


class KeyDestructionRequest(ChangeReason):
    """That the private key of a certificate is to be destroyed."""

    fingerprint: Annotated[Fingerprint, Text, AfterValidator(normal_fingerprint)] = Field(
        alias="fingerprint_sha256", description="That of the certificate: what is destroyed cannot be made good"
    )


class KeyDestructionShown(Value):
    """The record of a private key that was destroyed, and what can no longer be done."""

    certificate_id: CertificateId
    certificates: tuple[CertificateId, ...] = Field(description="All that had this key; they are kept without it")
    at: datetime
    who: str
    why: str
    findings: tuple[Finding, ...]


@router.post(
    "/{certificate_id}/destroy-key",
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.DESTROY_KEYS)],
)
async def destroy_key(
    certificate_id: CertificateId, document: KeyDestructionRequest, author: WithAuthor, parts: WithParts
) -> KeyDestructionShown:
    """Delete the private key of a certificate wherever the service keeps it. The certificate stays, and a record.

    Refused while a running rotation, an order, or a plan that waits for a second person needs it. Backups that were
    taken before still hold it.
    """
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why)
    record = await parts.store.key_destruction.destroy(certificate_id, document.fingerprint, act)
    alike = [each for each in await parts.store.certificates.list() if each.public_key == record.public_key]
    return KeyDestructionShown(
        certificate_id=record.certificate_id,
        certificates=tuple(sorted(each.id for each in alike)),
        at=record.at,
        who=record.who,
        why=record.why,
        findings=tuple([finding async for finding in _no_longer(parts, alike)]),
    )


async def _no_longer(parts: Parts, alike: Iterable[CertificateFacts]) -> AsyncIterator[Finding]:
    for facts in alike:
        text = "no keystore of it can be made, and no plan that hands its file out can be started"
        remedy = "make or order another certificate; where SEPM holds the key, plan with this one again"
        yield info("no-file", facts.id, text, remedy)
        for request in await parts.store.certificate_requests.list():
            if request.public_key == facts.public_key:
                text = f"request {request.id} cannot be ordered again, and an answer to it is kept without a key"
                yield info("no-order", facts.id, text, "make another request")
        async for place in _served(parts, facts.fingerprint):
            text = f"{place} presents it: a roll-back to it needs a recovery file of SEPM"
            yield warning("no-way-back", facts.id, text, "keep the newest recovery file of that server off the box")
    text = "backups that were taken before still hold the key, and so may freed space of the database"
    yield warning("key-in-backups", "backups", text, "destroy those backups, or the keys that encrypt them")


async def _served(parts: Parts, fingerprint: Fingerprint) -> AsyncIterator[str]:
    """The servers at which the watch last saw the certificate."""
    watched = await parts.store.inventory.by_site()
    for site in await parts.store.sites.list():
        ports = [port for port in watched.get(site.id, ()) if port.sightings]
        last = {port.endpoint.server for port in ports if port.sightings[0].certificate.fingerprint == fingerprint}
        for server in sorted(last):
            yield f"server {server} of site {site.name}"
