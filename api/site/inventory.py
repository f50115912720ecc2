"""/v1/inventory: which certificate is where, until when, and what has changed."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from api.http.allowed import allowed, require_seen
from api.http.caller import Caller
from api.http.problems import described
from api.manners.instant import Instant
from api.parts import WithParts
from api.site.inventory_document import InventoryShown
from rotation.finding import Finding
from rotation.identity.permission import Permission
from rotation.values import SiteId
from rotation.watch.expiry import about_ports
from rotation.watch.inventory import WatchedPort, endpoints

router = APIRouter(prefix="/v1/inventory", tags=["inventory"])


@router.get("", responses=described(HTTPStatus.NOT_FOUND), dependencies=[allowed(Permission.SEE)])
async def show_inventory(
    parts: WithParts,
    caller: Caller,
    since: Annotated[Instant | None, Query(description="Only changes after this; without it all are shown")] = None,
    site: Annotated[SiteId | None, Query(description="Only this site")] = None,
) -> InventoryShown:
    """Every certificate on the ports of every site in use, as the watch last saw them; of an archived one by its id."""
    await require_seen(parts, caller, {"site_id": site})
    every = await parts.store.sites.list() if site is None else (await parts.store.sites.get(site),)
    sites = [each for each in every if caller.sees(each.id) and (each.archived_at is None or site is not None)]
    addresses = await parts.store.sites.rest_urls()
    watched: list[tuple[SiteId, WatchedPort]] = []
    findings: list[Finding] = []
    for each in sites:
        registered = {(at.server, at.port) for at in endpoints(each, addresses[each.id])}
        kept = await parts.store.inventory.ports(each.id)
        ports = [port for port in kept if (port.endpoint.server, port.endpoint.port) in registered]
        watched.extend((each.id, port) for port in ports)
        findings.extend(about_ports(each.name, ports, now=parts.clock()))
    return InventoryShown.of(watched, findings, since=since)
