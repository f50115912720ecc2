"""/v1/certificates: what goes into the servers. Keys are stored encrypted and never shown."""

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus

from fastapi import APIRouter, Response

from api.certificate.certificate_document import (
    CertificateChecked,
    CertificateDocument,
    CertificateList,
    CertificateShown,
    CertificateToCheck,
    SelfSignedDocument,
)
from api.http.allowed import allowed, require_seen
from api.http.caller import Caller
from api.http.problems import described, refused
from api.manners.paging import AskedPage
from api.parts import Parts, WithParts
from api.site.fresh_survey import fresh_survey
from certificates.certificate_file import parse_certificate_file
from certificates.new_certificate import make_self_signed
from certificates.parsed_certificate import ParsedCertificate
from rotation.finding import blockers, blocking
from rotation.fitness import PlacedServer, unfit
from rotation.identity.permission import Permission
from rotation.values import CertificateId, ServerName, SiteId
from service.acceptance import CertificateUnfitError, accept

router = APIRouter(prefix="/v1/certificates", tags=["certificates"])
_UNNAMED = CertificateId("")
_SURVEYED_WITHIN = timedelta(days=1)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.KEEP_CERTIFICATES)],
)
async def add_certificate(document: CertificateDocument, parts: WithParts, response: Response) -> CertificateShown:
    """Keep a certificate, with its key where a file or a request holds it. The same again is the one that is kept."""
    return await _keep(await _parsed(document), parts, response)


@router.post(
    "/check",
    responses=described(
        HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY, HTTPStatus.TOO_MANY_REQUESTS
    ),
    dependencies=[allowed(Permission.KEEP_CERTIFICATES)],
)
async def check_certificate(document: CertificateToCheck, caller: Caller, parts: WithParts) -> CertificateChecked:
    """Whether a certificate may go into a server: one finding for each reason why not. Nothing is stored."""
    await require_seen(parts, caller, {"site_id": document.site})
    parsed = await _parsed(document)
    place = None
    if document.site is not None and document.server is not None:
        place = await _place(parts, document.site, document.server, caller=caller.name)
    findings = unfit(parsed.facts, now=parts.clock(), needed=document.needed, place=place)
    return CertificateChecked(fit=not blockers(findings), certificate=parsed.facts, findings=findings)


@router.post(
    "/self-signed",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.KEEP_CERTIFICATES)],
)
async def make_self_signed_certificate(
    document: SelfSignedDocument, caller: Caller, parts: WithParts, response: Response
) -> CertificateShown:
    """Make a certificate as SEPM does at installation: a new RSA key of 2048 bits, signed by itself with SHA-256.

    With `site` it begins as early as the certificates that clients of the site accept now: a client that looks at
    dates, and whose clock is slow, accepts it as it has accepted those.
    """
    since = None
    if document.site is not None:
        await require_seen(parts, caller, {"site_id": document.site})
        since = await _first_began(parts, document.site)
    made = await asyncio.to_thread(
        make_self_signed,
        document.names,
        identity=_UNNAMED,
        now=parts.clock(),
        valid_for=document.valid_for,
        since=since,
    )
    return await _keep(made, parts, response)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def list_certificates(parts: WithParts, asked: AskedPage) -> CertificateList:
    """Every certificate that is kept, the newest first."""
    page = await parts.store.certificates.page(asked)
    return CertificateList(items=page.items, next=page.cursor)


@router.get("/{certificate_id}", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_certificate(certificate_id: CertificateId, parts: WithParts) -> CertificateShown:
    """A certificate, and whether it may go into a server now."""
    facts = await parts.store.certificates.facts(certificate_id)
    return CertificateShown(
        certificate=facts,
        findings=unfit(facts, now=parts.clock(), needed=timedelta(0)),
        key_destroyed=await parts.store.key_destruction.of(facts.public_key),
    )


async def _parsed(document: CertificateDocument) -> ParsedCertificate:
    return await asyncio.to_thread(
        parse_certificate_file,
        document.content(),
        identity=_UNNAMED,
        name="the certificate file",
        password=document.password,
        key=document.key_base64,
        chain=document.chain_base64,
    )


async def _first_began(parts: Parts, site_id: SiteId) -> datetime | None:
    """When the first of the certificates began that the newest survey saw at a site's servers; None: it saw none.

    Raises:
        UnknownSite: when no such site is registered.
    """
    await parts.store.sites.get(site_id)
    served = await parts.store.surveys.served(site_id, 1)
    return min((each.not_before for each in served if each.not_before is not None), default=None)


async def _place(parts: Parts, site_id: SiteId, server: ServerName, *, caller: str) -> PlacedServer:
    """A server of a site, with what its servers present by the newest survey of a day.

    Raises:
        ProblemError: 422, when the site has no such server; 503, when a survey is needed and takes long.
    """
    site = await parts.store.sites.get(site_id)
    if site.server(server) is None:
        known = f"name one of {', '.join(each.name for each in site.servers)}"
        unknown = blocking("unknown-server", server, f"site {site.name} has no server {server!r}", known)
        raise refused("certificate-unchecked", [unknown], status=HTTPStatus.UNPROCESSABLE_ENTITY)
    survey_id = await fresh_survey(parts, site_id, _SURVEYED_WITHIN, caller=caller)
    return PlacedServer(site=site, server=server, served=(await parts.store.surveys.get(survey_id)).served)


async def _keep(parsed: ParsedCertificate, parts: Parts, response: Response) -> CertificateShown:
    """Store what may go into a server.

    Raises:
        ProblemError: 422, when it may not; nothing is stored.
    """
    try:
        accepted = await accept(parts.store, parsed, parts.clock())
    except CertificateUnfitError as unfitness:
        findings = unfitness.findings
        raise refused("certificate-unfit", findings, status=HTTPStatus.UNPROCESSABLE_ENTITY) from unfitness
    response.headers["Location"] = f"/v1/certificates/{accepted.facts.id}"
    return CertificateShown(certificate=accepted.facts, findings=accepted.findings)
