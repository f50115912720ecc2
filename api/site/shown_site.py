"""The document of a site, of either kind, its tag, and the state that a caller expects before a change."""

from typing import Annotated

from fastapi import Depends

from api.manners.entity_tags import IfMatch, require_match, tag_of
from api.parts import Parts, WithParts
from api.site.console_document import ConsoleSiteShown
from api.site.site_document import SiteShown
from rotation.site import Site
from rotation.values import SiteId


async def shown(parts: Parts, site: Site) -> SiteShown | ConsoleSiteShown:
    """The document of a stored site, of either kind."""
    if site.at_console is not None:
        return ConsoleSiteShown.of(site, site.at_console, await parts.store.console.newest_export(site.id))
    return SiteShown.of(site, await parts.store.sites.access(site.id))


async def expected_site(site_id: SiteId, parts: WithParts, if_match: IfMatch = None) -> str:
    """The version of the site that the caller expects, which the store compares once more; empty where it names none.

    Raises:
        ProblemError: 412, when the site is another one by now.
    """
    if if_match is None:
        return ""
    version = await parts.store.site_changes.version(site_id)  # before the document: what comes between is noticed
    document = await shown(parts, await parts.store.sites.get(site_id))
    require_match(if_match, tag_of(document), f"site {site_id}")
    return version


ExpectedSite = Annotated[str, Depends(expected_site)]
