"""First contact with a site's SEPM, before anything of the site is stored."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from api.http.problems import ProblemError
from api.site.site_document import AccessDocument
from rotation.site import Site
from rotation.trust.contact import Contact, ContactKind
from rotation.trust.fingerprints import address, owner
from rotation.values import Fingerprint
from sepm.access import Access, RequestLimits
from sepm.rest.client import SepmClient
from sepm.tls.handshakes import Handshake
from sepm.tls.trust import Trust, fetch_fingerprint
from store.site.access import SiteAccess, SiteConnection

_HTTPS_PORT = 443
# a client waits for the answer, so nothing is tried twice
_TIMEOUT = RequestLimits(request_timeout=timedelta(seconds=15), read_retries=0, throttle_retries=0)


async def make_contact(access: Access, trust: Trust | None) -> tuple[Trust, tuple[Handshake, ...]]:
    """Check the certificate, then log on. Without `trust` nothing is sent.

    Returns:
        The trust that held, and the TLS connections there were: the site's trail begins with them.

    Raises:
        ProblemError: 422 with the fingerprint that is presented, when `trust` is not given.
        SepmError: when SEPM cannot be reached, presents another certificate, or refuses the account.
    """
    if trust is None:
        raise await _untrusted(access)
    handshakes: list[Handshake] = []

    async def heard(handshake: Handshake) -> None:
        handshakes.append(handshake)

    async with SepmClient(access, trust, limits=_TIMEOUT, heard=heard) as client:
        await client.server_ids()
    return trust, tuple(handshakes)


def first_contacts(
    site: Site,
    access: SiteAccess,
    handshakes: Iterable[Handshake],
    at: datetime,
    *,
    why: str = "given when the site was registered",
) -> tuple[Contact, ...]:
    """The contacts with an address that was just given: the fingerprints given with it, and the connections to SEPM."""
    server = owner(site, access.rest_url)
    registered = Contact(
        at=at,
        kind=ContactKind.PINNED,
        address=address(access.rest_url),
        fingerprint=None,
        why=why,
    )
    pinned = [registered.model_copy(update={"fingerprint": each}) for each in sorted(access.fingerprints)]
    return (*pinned, *(each.contact(at, server) for each in handshakes))


async def presented_at(access: Access) -> Fingerprint:
    """The fingerprint of the certificate that is presented at the REST address; nothing is sent there.

    Raises:
        Unreachable: when no certificate is presented.
    """
    parts = urlsplit(access.url)
    return await fetch_fingerprint(parts.hostname or "", parts.port or _HTTPS_PORT)


async def _untrusted(access: Access) -> ProblemError:
    presented = await presented_at(access)
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "trust-missing",
        f"nobody said which certificate to trust; {urlsplit(access.url).netloc} presents SHA-256 {presented}",
        remedy="compare it with the certificate in the SEPM console; if it is the same, send it as "
        "trust.fingerprint_sha256",
    )


def connection_of(document: AccessDocument, url: str, trust: Trust) -> SiteConnection:
    """How a site is reached, as it is stored: with the trust that held."""
    return SiteConnection(
        rest_url=url,
        username=document.username,
        password=document.password,
        domain=document.domain,
        fingerprints=trust.fingerprints,
        ca_pem=trust.ca_pem,
    )
