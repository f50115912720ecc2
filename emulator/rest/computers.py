"""Clients by the page, of the whole site or of one group, and their move to another group."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from emulator.fleet import ClientRecord
from emulator.rest.computer_row import computer_row
from emulator.rest.errors import GoneError
from emulator.rest.groups import group_of
from emulator.rest.paging import PageRequest, page, page_request
from emulator.rest.service import RestService
from emulator.site import Site

_PAGE_SIZE = 20
_MULTI_STATUS = 207

_ComputersPage = Annotated[
    PageRequest,
    Depends(page_request(_PAGE_SIZE, "COMPUTER_NAME", "COMPUTER_ID", "COMPUTER_DOMAIN_NAME", "DOMAIN_ID")),
]


@dataclass(frozen=True)
class Filter:
    """Which clients a call asks for. An id or a hardware key sets the other conditions aside, but for the domain."""

    domain: Annotated[str, Query()] = ""
    computer_id: Annotated[str, Query()] = ""
    hardware_key: Annotated[str, Query()] = ""
    computer_name: Annotated[str, Query(alias="computerName")] = ""
    last_update: Annotated[int, Query(alias="lastUpdate", ge=0)] = 0

    def choose(self, records: Iterable[ClientRecord], site: Site) -> list[ClientRecord]:
        """The clients it lets through."""
        if self.domain not in {"", site.domain, site.domain_id}:
            return []
        return [record for record in records if self._takes(record)]

    def _takes(self, record: ClientRecord) -> bool:
        if self.computer_id:
            return record.id == self.computer_id
        if self.hardware_key:
            return record.hardware_key == self.hardware_key
        name = self.computer_name.lower().replace("[", "[[]")
        return record.last_update_ms >= self.last_update and (not name or fnmatchcase(record.name.lower(), name))


class GroupReference(BaseModel):
    """A group by its id."""

    model_config = ConfigDict(extra="ignore")

    id: str


class Move(BaseModel):
    """A client to move, by its hardware key."""

    model_config = ConfigDict(extra="ignore")

    group: GroupReference
    hardware_key: Annotated[str, Field(alias="hardwareKey")]


def _sorted(records: list[ClientRecord], request: PageRequest) -> list[ClientRecord]:
    if request.sort == "COMPUTER_ID":
        return sorted(records, key=lambda record: record.id, reverse=request.descending)
    # they come by name; all are of one domain
    return records[::-1] if request.descending else records


def computer_routes(service: RestService) -> APIRouter:
    """The computers endpoints."""
    router = APIRouter(dependencies=[Depends(service.authorise)])

    def answer(chosen: Filter, request: PageRequest, group_id: str | None) -> dict[str, Any]:
        site = service.site
        records = chosen.choose(service.simulation.fleet.records(group_id=group_id), site)
        return page(_sorted(records, request), request, lambda record: computer_row(record, site))

    @router.get("/computers")
    async def computers(chosen: Annotated[Filter, Depends()], request: _ComputersPage) -> dict[str, Any]:
        return answer(chosen, request, None)

    @router.get("/groups/{group_id}/computers")
    async def of_group(group_id: str, chosen: Annotated[Filter, Depends()], request: _ComputersPage) -> dict[str, Any]:
        return answer(chosen, request, group_of(service.site, group_id).id)

    @router.patch("/computers")
    async def move(moves: list[Move]) -> JSONResponse:
        fleet = service.simulation.fleet
        by_key = {record.hardware_key: record for record in fleet.records()}
        rows = []
        for each in moves:
            record = by_key.get(each.hardware_key)
            if record is None:
                raise GoneError("client", each.hardware_key)
            group = group_of(service.site, each.group.id)
            fleet.move(record.id, group.id)
            service.site.effects.record("rest.move", record.name, group.path)
            rows.append({"responseCode": "200", "responseMessage": "OK"})
        return JSONResponse(rows, status_code=_MULTI_STATUS)

    return router
