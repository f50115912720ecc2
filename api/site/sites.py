"""/v1/sites: registering a site and describing what no SEPM API tells."""

from http import HTTPStatus
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query, Response
from pydantic import Discriminator, Tag

from api.http.allowed import allowed
from api.http.authors import WithAuthor, with_first
from api.http.caller import Caller
from api.http.invalid import checked
from api.http.problems import described
from api.http.second_person import require_second
from api.manners.entity_tags import IfNoneMatch, tag_of, tagged
from api.manners.paging import AskedPage
from api.parts import Parts, WithParts
from api.site.console_document import ConsoleSiteDocument, ConsoleSiteShown
from api.site.first_contact import connection_of, first_contacts, make_contact
from api.site.shown_site import ExpectedSite, shown
from api.site.site_document import (
    AccessRequest,
    DatabaseRequest,
    ListsRequest,
    SiteDocument,
    SiteInList,
    SiteList,
    SiteShown,
)
from api.site.trust import over_rest
from rotation.identity.identity import Principal
from rotation.identity.permission import Permission
from rotation.identity.two_persons import VENDORS, TwoPersonAct, lowered
from rotation.site import Site
from rotation.values import SiteId
from sepm.tls.trust import Trust
from store.site.access import SiteConnection
from store.site.fingerprints import AccessAltered
from store.site.site_changes import ReasonedAct
from store.site.sites import require_in_use
from store.trail.site_trail import Author

_log = structlog.get_logger(__name__)
_Document = Annotated[SiteDocument, Tag("rest")] | Annotated[ConsoleSiteDocument, Tag("console")]
Registered = Annotated[
    _Document,
    Discriminator(
        lambda sent: sent.get("access", "rest") if isinstance(sent, dict) else getattr(sent, "access", "rest")
    ),
]

router = APIRouter(prefix="/v1/sites", tags=["sites"])
_REACHES = described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.BAD_GATEWAY)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses=described(HTTPStatus.CONFLICT, HTTPStatus.BAD_GATEWAY),
    dependencies=[allowed(Permission.REGISTER_SITES)],
)
async def register_site(
    document: Registered, caller: Caller, author: WithAuthor, parts: WithParts, response: Response
) -> SiteShown | ConsoleSiteShown:
    """Register a site. SEPM is asked first: its certificate, then the account. Nothing is stored when one is wrong.

    One without REST (12.x) is described, with `access: console`; no server is asked then.

    Floors below the vendor's take two persons: 409 `second-person` keeps the first request as a wish.
    """
    if isinstance(document, ConsoleSiteDocument):
        site = document.site(parts.clock())
        author = await _with_second(parts, caller, author, site)
        await parts.store.sites.add_at_console(site, parts.clock(), author)
        response.headers["Location"] = f"/v1/sites/{site.id}"
        return await shown(parts, site)
    site, access, trust = document.site(), document.reached(document.name), document.trusted()
    begun = parts.clock()
    trust, handshakes = await make_contact(access, trust)
    connection = connection_of(document, access.url, trust)
    author = await _with_second(parts, caller, author, site, connection)
    await parts.store.sites.add(site, connection, parts.clock(), author)
    for contact in first_contacts(site, connection, handshakes, begun):
        await parts.store.contacts.record(site.id, contact)
    response.headers["Location"] = f"/v1/sites/{site.id}"
    return SiteShown.of(site, connection)


async def _with_second(
    parts: Parts, caller: Principal, author: Author, site: Site, connection: SiteConnection | None = None
) -> Author:
    """Who registers the site: with floors below the vendor's two persons, who describe the very same.

    Raises:
        ProblemError: 409 `second-person`, when no other person has sent it: it is kept as a wish.
    """
    floors = lowered(VENDORS, site.limits)
    if floors and parts.rehearsal:
        _log.warning("floors below the vendor's, by one person: for emulated sites", site=site.name, floors=floors)
    if not floors or parts.rehearsal:
        return author
    described = site.model_dump(mode="json", include={"name", "servers", "lists", "limits"})
    reached = {}
    if connection is not None:
        trusted = {"fingerprints": sorted(connection.fingerprints), "ca_pem": connection.ca_pem}
        reached = {"rest_url": connection.rest_url, **trusted}
    content = {"register": described, **reached}
    reason = ", ".join(floors)
    wish = await require_second(parts, caller, TwoPersonAct.FLOORS, content, why="registration", reason=reason)
    return with_first(author, wish)


@router.get("", dependencies=[allowed(Permission.SEE)])
async def list_sites(
    parts: WithParts,
    caller: Caller,
    asked: AskedPage,
    *,
    archived: Annotated[bool, Query(description="Those that are archived, too")] = False,
) -> SiteList:
    """The registered sites that the caller sees, by name. Archived ones are left out unless they are asked for."""
    return SiteList.of(await parts.store.sites.page(asked, sites=caller.sites, archived=archived), SiteInList.of)


@router.get(
    "/{site_id}",
    response_model=SiteShown | ConsoleSiteShown,
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.SEE)],
)
async def show_site(site_id: SiteId, parts: WithParts, response: Response, if_none_match: IfNoneMatch = None) -> Any:
    """A registered site, without its password."""
    document = await shown(parts, await parts.store.sites.get(site_id))
    return tagged(document, tag_of(document), if_none_match, response)


@router.put("/{site_id}/access", responses=_REACHES, dependencies=[allowed(Permission.REGISTER_SITES)])
async def state_access(
    site_id: SiteId,
    document: AccessRequest,
    caller: Caller,
    author: WithAuthor,
    parts: WithParts,
    *,
    expected: ExpectedSite,
) -> SiteShown | ConsoleSiteShown:
    """Replace how the site is reached: address, account, password, and what is trusted there.

    SEPM is asked first, as for a registration. It holds for a running rotation, too. Another account or password of the
    same address takes one person; another address, or another certificate to trust, takes two (409 `second-person`).
    """
    site = require_in_use(await over_rest(parts, site_id))
    access, trust, begun = document.reached(site.name), document.trusted(), parts.clock()
    if trust is not None and not await _is_trusted(parts, site_id, access.url, trust):
        given = {"rest_url": access.url, "fingerprints": sorted(trust.fingerprints), "ca_pem": trust.ca_pem}
        wish = await require_second(parts, caller, TwoPersonAct.TRUST, {"site": site_id, **given}, why=document.why)
        author = with_first(author, wish)
    trust, handshakes = await make_contact(access, trust)
    connection = connection_of(document, access.url, trust)
    act = ReasonedAct(at=begun, author=author, why=document.why, expected=expected)
    await parts.store.site_changes.state_access(site_id, connection, act)
    for contact in first_contacts(site, connection, handshakes, begun, why="given with another address or account"):
        await parts.store.contacts.record(site.id, contact)
    return await shown(parts, site)


@router.put(
    "/{site_id}/lists",
    responses=described(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    dependencies=[allowed(Permission.RECORD)],
)
async def describe_lists(
    site_id: SiteId, document: ListsRequest, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> SiteShown | ConsoleSiteShown:
    """Replace what is known of the site's server lists. Refused while a rotation runs, which rests on them."""
    site = await parts.store.sites.get(site_id)
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=expected)
    with checked():
        site = await parts.store.site_changes.describe_lists(site_id, document.read_lists(site.servers), act)
    return await shown(parts, site)


@router.put(
    "/{site_id}/database", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.CONFIGURE_SITES)]
)
async def set_database(
    site_id: SiteId, document: DatabaseRequest, author: WithAuthor, parts: WithParts, expected: ExpectedSite
) -> SiteShown | ConsoleSiteShown:
    """State which database the site has: the default one has a certificate of its own."""
    act = ReasonedAct(at=parts.clock(), author=author, why=document.why, expected=expected)
    site = await parts.store.site_changes.set_database(site_id, document.database, act)
    return await shown(parts, site)


async def _is_trusted(parts: Parts, site_id: SiteId, url: str, trust: Trust) -> bool:
    """Whether that is the address and what is trusted there already, and not what a stranger has written."""
    try:
        now = await parts.store.sites.proven_access(site_id)
    except AccessAltered:
        return False
    return (url, trust.ca_pem) == (now.rest_url, now.ca_pem) and trust.fingerprints <= now.fingerprints
