"""/v1/sites/{id}/trust: the trusted fingerprints of a site's REST address, and every contact there was."""

from http import HTTPStatus

from fastapi import APIRouter

from api.http.allowed import allowed
from api.http.authors import WithAuthor, with_first
from api.http.caller import Caller
from api.http.problems import ProblemError, described
from api.http.second_person import require_second
from api.manners.paging import AskedPage, NumberAfter
from api.parts import Parts, WithParts
from api.site.shown_site import ExpectedSite
from api.site.trust_document import ContactPage, PinRequest, TrustShown
from rotation.identity.permission import Permission
from rotation.identity.two_persons import TwoPersonAct
from rotation.site import Site
from rotation.trust.contact import Contact, ContactKind
from rotation.trust.fingerprints import address, behind
from rotation.values import SiteId
from store.trail.site_trail import Author

router = APIRouter(prefix="/v1/sites/{site_id}/trust", tags=["trust"])


_SHOWS = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_SAYS = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)


@router.get("", responses=_SHOWS, dependencies=[allowed(Permission.SEE)])
async def show_trust(site_id: SiteId, parts: WithParts) -> TrustShown:
    """The certificates that are trusted at the site's REST address now, and those presented there, since when."""
    return await _shown(site_id, parts)


@router.get("/contacts", responses=_SHOWS, dependencies=[allowed(Permission.SEE)])
async def list_contacts(
    site_id: SiteId,
    parts: WithParts,
    asked: AskedPage,
    number_after: NumberAfter = 0,
) -> ContactPage:
    """Every TLS connection and every pin or drop of a certificate, the oldest first, as a hash chain."""
    await over_rest(parts, site_id)
    page = await parts.store.contacts.page(site_id, asked, number_after=number_after)
    return ContactPage(items=page.items, next=page.cursor)


@router.post("/pin", responses=_SAYS, dependencies=[allowed(Permission.TRUST)])
async def pin_certificate(
    site_id: SiteId, order: PinRequest, caller: Caller, author: WithAuthor, parts: WithParts, *, expected: ExpectedSite
) -> TrustShown:
    """Trust a certificate that two persons have confirmed as SEPM's: a server that presents it gets the password.

    The first request is kept as a wish (409 `second-person`); the same of another identity is obeyed.
    """
    contact = await _contact(ContactKind.PINNED, site_id, order, author, parts)
    content = {"site": site_id, "fingerprint": order.fingerprint}
    wish = await require_second(parts, caller, TwoPersonAct.TRUST, content, why=order.why)
    both = with_first(author, wish)
    contact = contact.model_copy(update={"who": both.who})
    await parts.store.contacts.trust(site_id, contact, both, expected=expected)
    return await _shown(site_id, parts)


@router.post("/drop", responses=_SAYS, dependencies=[allowed(Permission.TRUST)])
async def drop_certificate(
    site_id: SiteId, order: PinRequest, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> TrustShown:
    """Stop trusting a pinned certificate, at a person's request. The last one stays where there is no CA."""
    contact = await _contact(ContactKind.DROPPED, site_id, order, author, parts)
    await parts.store.contacts.doubt(site_id, contact, author, expected=expected)
    return await _shown(site_id, parts)


async def over_rest(parts: Parts, site_id: SiteId) -> Site:
    """The site, which has a REST address.

    Raises:
        ProblemError: 409, when it has none.
    """
    site = await parts.store.sites.get(site_id)
    if site.at_console is not None:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            "site-without-rest",
            f"{site.name} has no REST API: the service sends nothing to it and trusts no certificate there",
            remedy=f"what its servers present is in its surveys, and in GET /v1/inventory?site_id={site_id}",
        )
    return site


async def _contact(kind: ContactKind, site_id: SiteId, order: PinRequest, author: Author, parts: Parts) -> Contact:
    await over_rest(parts, site_id)
    access = await parts.store.sites.access(site_id)
    return Contact(
        at=parts.clock(),
        kind=kind,
        address=address(access.rest_url),
        fingerprint=order.fingerprint,
        who=author.who,
        why=order.why,
    )


async def _shown(site_id: SiteId, parts: Parts) -> TrustShown:
    site = await over_rest(parts, site_id)
    access = await parts.store.sites.access(site_id)
    pins = await parts.store.contacts.pins(site_id)
    return TrustShown(
        site_id=site_id,
        rest_url=access.rest_url,
        servers=tuple(sorted(behind(site, access.rest_url))),
        pinned_sha256=tuple(sorted(access.fingerprints & pins)),
        announced_sha256=tuple(sorted(access.fingerprints - pins)),
        by_ca=access.ca_pem is not None and access.by_ca,
        presented=await parts.store.contacts.presences(site_id),
    )
