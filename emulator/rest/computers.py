"""Clients by the page, of the whole site or of one group, and their move to another group."""

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from emulator.client import Client
from emulator.draws import draw, origin
from emulator.instants import to_ms
from emulator.rest.computer_row import computer_json
from emulator.rest.errors import GoneError
from emulator.rest.groups import group_of
from emulator.rest.paging import PageRequest, Paging, page_json, page_request
from emulator.rest.service import Here, RestService, authorise

COMPUTERS = Paging(20, ("COMPUTER_NAME", "COMPUTER_ID", "COMPUTER_DOMAIN_NAME", "DOMAIN_ID"))
_MULTI_STATUS = 207
_HOUR_MS = 3_600_000
_SHRINKS_EVERY = 4

_ComputersPage = Annotated[
    PageRequest,
    Depends(page_request(COMPUTERS)),
]


@dataclass(frozen=True)
class Filter:
    """Which clients a call asks for. An id or a hardware key sets the other conditions aside, but for the domain."""

    domain: str
    computer_id: str
    hardware_key: str
    computer_name: str
    last_update: int

    def choose(self, service: RestService, group_id: str | None) -> list[Client]:
        """The clients it lets through, of the site or of one group."""
        site, fleet = service.site, service.simulation.fleet
        clients = fleet.listed(group_id=group_id)
        if self.domain:
            inside = {group.id for group in site.groups.values() if self.domain in site.shown(group.path).domain}
            clients = [client for client in clients if client.group_id in inside]
        if self.computer_id:
            return [client for client in clients if client.id == self.computer_id]
        if self.hardware_key:
            return [client for client in clients if client.hardware_key == self.hardware_key]
        if self.last_update:
            clients = [client for client in clients if fleet.last_update_ms(client) >= self.last_update]
        if self.computer_name:
            name = self.computer_name.lower().replace("[", "[[]")
            clients = [client for client in clients if fnmatchcase(client.name.lower(), name)]
        return clients


async def _filter(
    domain: Annotated[str, Query()] = "",
    computer_id: Annotated[str, Query()] = "",
    hardware_key: Annotated[str, Query()] = "",
    computer_name: Annotated[str, Query(alias="computerName")] = "",
    last_update: Annotated[int, Query(alias="lastUpdate", ge=0)] = 0,
) -> Filter:
    # asynchronous as all of this service: a plain function, or the class itself, would be called in another thread
    return Filter(domain, computer_id, hardware_key, computer_name, last_update)


_Chosen = Annotated[Filter, Depends(_filter)]


class GroupReference(BaseModel):
    """A group by its id."""

    model_config = ConfigDict(extra="ignore")

    id: str


class Move(BaseModel):
    """A client to move, by its hardware key."""

    model_config = ConfigDict(extra="ignore")

    group: GroupReference
    hardware_key: Annotated[str, Field(alias="hardwareKey")]


def _sorted(clients: list[Client], request: PageRequest) -> list[Client]:
    if request.sort == "COMPUTER_ID":
        return sorted(clients, key=lambda client: client.id, reverse=request.descending)
    # they come by name
    return clients[::-1] if request.descending else clients


async def computers_page(service: RestService, chosen: Filter, request: PageRequest, group_id: str | None) -> Response:
    """A page of clients, of the site or of one group."""
    site, fleet, switches = service.site, service.simulation.fleet, service.switches
    if switches.page_delay:
        await service.pause(switches.page_delay)
        service.advance()
    if switches.largest_page is not None:
        request = replace(request, size=min(request.size, switches.largest_page))
    clients = _sorted(chosen.choose(service, group_id), request)
    if switches.shrinking_pages and request.index > 1 and _shrinks(service):
        # whoever has read the first page has seen this row, and the last row of that page has moved to where it was
        clients = clients[1:]
    content = page_json(clients, request, lambda client: computer_json(fleet.record(client), site))
    return Response(content, media_type="application/json")


def _shrinks(service: RestService) -> bool:
    hour = to_ms(service.simulation.now) // _HOUR_MS
    return draw(origin(service.site.seed, "shrinking pages"), hour) % _SHRINKS_EVERY == 0


def computer_routes() -> APIRouter:
    """The computers endpoints."""
    router = APIRouter(dependencies=[Depends(authorise)])

    @router.get("/computers")
    async def computers(service: Here, chosen: _Chosen, request: _ComputersPage) -> Response:
        return await computers_page(service, chosen, request, None)

    @router.get("/groups/{group_id}/computers")
    async def of_group(service: Here, group_id: str, chosen: _Chosen, request: _ComputersPage) -> Response:
        return await computers_page(service, chosen, request, group_of(service.site, group_id).id)

    @router.patch("/computers")
    async def move(service: Here, moves: list[Move]) -> JSONResponse:
        fleet = service.simulation.fleet
        by_key = {record.hardware_key: record for record in fleet.records()}
        rows = []
        for each in moves:
            record = by_key.get(each.hardware_key)
            if record is None:
                raise GoneError("client", each.hardware_key)
            group = group_of(service.site, each.group.id)
            effect = service.site.effects.record("rest.move", record.name, group.path)
            fleet.move(record.hardware_key, group.id, effect)
            rows.append({"responseCode": "200", "responseMessage": "OK"})
        return JSONResponse(rows, status_code=_MULTI_STATUS)

    return router
