"""/v1/inventory: which certificate is where, until when, and what has changed."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.allowed import allowed, require_seen
from api.http.caller import Caller, seen_sites
from api.http.problems import described
from api.manners.instant import Instant
from api.manners.paging import only_known_parameters
from api.parts import WithParts
from api.site.inventory_document import InventoryShown
from rotation.bounds import LONGEST
from rotation.finding import Finding
from rotation.identity.permission import Permission
from rotation.values import SiteId
from rotation.watch.expiry import about_ports
from rotation.watch.inventory import WatchedPort, endpoints

router = APIRouter(prefix="/v1/inventory", tags=["inventory"])


@router.get(
    "",
    responses=described(HTTPStatus.NOT_FOUND),
    dependencies=[allowed(Permission.SEE), Depends(only_known_parameters)],
)
async def show_inventory(
    parts: WithParts,
    caller: Caller,
    since: Annotated[Instant | None, Query(description="Only changes after this; without it all are shown")] = None,
    site_id: Annotated[SiteId | None, Query(max_length=LONGEST, description="Only this site")] = None,
) -> InventoryShown:
    """Every certificate on the ports of every site in use, as the watch last saw them; of an archived one by its id."""
    await require_seen(parts, caller, {"site_id": site_id})
    every = await parts.store.sites.list() if site_id is None else (await parts.store.sites.get(site_id),)
    sites = [each for each in every if caller.sees(each.id) and (each.archived_at is None or site_id is not None)]
    addresses = await parts.store.sites.rest_urls()
    every_port = await parts.store.inventory.by_site(seen_sites(caller, site_id))
    watched: list[tuple[SiteId, WatchedPort]] = []
    findings: list[Finding] = []
    for each in sites:
        registered = {(at.server, at.port) for at in endpoints(each, addresses[each.id])}
        kept = every_port.get(each.id, ())
        ports = [port for port in kept if (port.endpoint.server, port.endpoint.port) in registered]
        watched.extend((each.id, port) for port in ports)
        findings.extend(about_ports(each.name, ports, now=parts.clock()))
    return InventoryShown.of(watched, findings, since=since)
