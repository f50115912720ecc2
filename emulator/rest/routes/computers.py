"""Clients by the page, of the whole site or of one group, and their move to another group."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from emulator.clients.client import Client
from emulator.instants import to_ms
from emulator.rest.computer_filter import Chosen, ChosenInGroup, Filter
from emulator.rest.computer_row import computer_json
from emulator.rest.errors import GoneError
from emulator.rest.paging import PageRequest, Paging, page_json, page_request
from emulator.rest.routes.groups import group_of
from emulator.rest.service import Here, RestService, authorise
from emulator.state.draws import draw, origin

COMPUTERS = Paging(20, ("COMPUTER_NAME", "COMPUTER_ID", "COMPUTER_DOMAIN_NAME", "DOMAIN_ID"))
_MULTI_STATUS = 207
_HOUR_MS = 3_600_000
_SHRINKS_EVERY = 4

_ComputersPage = Annotated[
    PageRequest,
    Depends(page_request(COMPUTERS)),
]


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
        # a caller with the first page has seen this row, and the last row of that page has moved to where it was
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
    async def computers(service: Here, chosen: Chosen, request: _ComputersPage) -> Response:
        return await computers_page(service, chosen, request, None)

    @router.get("/groups/{group_id}/computers")
    async def of_group(service: Here, group_id: str, chosen: ChosenInGroup, request: _ComputersPage) -> Response:
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
