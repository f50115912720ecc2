"""Groups and their locations."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from emulator.instants import to_ms
from emulator.rest.errors import GoneError
from emulator.rest.paging import PageRequest, Paging, page, page_request
from emulator.rest.service import Here, RestService, answer, authorise
from emulator.state.site import PAIR_SEPARATOR, Group, Location, Site

GROUPS = Paging(25, ("NAME", "FULLPATHNAME", "ID"))
_CREATOR_WIDTH = 44
"""`createdBy` comes padded with blanks."""

_GroupsPage = Annotated[PageRequest, Depends(page_request(GROUPS))]


def group_of(site: Site, group_id: str) -> Group:
    """The group of that id.

    Raises:
        GoneError: There is none.
    """
    group = site.groups.get(group_id)
    if group is None:
        raise GoneError("group", group_id)
    return group


def location_of(site: Site, group: Group, location_id: str) -> Location:
    """The location of that id in a group; `default` stands for its default location.

    Raises:
        GoneError: There is none.
    """
    locations = site.locations(group)
    if location_id == "default":
        return locations[0]
    for location in locations:
        if location.id == location_id:
            return location
    raise GoneError("location", location_id)


def group_row(service: RestService, group: Group) -> dict[str, Any]:
    """One group as SEPM shows it."""
    domain, path = service.site.shown(group.path)
    return {
        "id": group.id,
        "name": path.rpartition(PAIR_SEPARATOR)[2],
        "description": "",
        "fullPathName": path,
        "numberOfPhysicalComputers": service.simulation.fleet.count(group.id),
        "numberOfRegisteredUsers": 0,
        "createdBy": domain.id.ljust(_CREATOR_WIDTH),
        "created": group.created_ms,
        "lastModified": group.policy_date_ms,
        "policySerialNumber": group.policy_serial,
        "policyDate": to_ms(group.policy_date),
        "customIpsNumber": "",
        "domain": domain._asdict(),
        "policyInheritanceEnabled": group.inherits,
    }


def group_tree(service: RestService, group: Group) -> dict[str, Any]:
    """One group with its children below it."""
    site = service.site
    children = [child for child in site.groups.values() if site.parent(child) is group]
    return group_row(service, group) | {"childGroups": [group_tree(service, child) for child in children]}


def _sorted(groups: list[Group], request: PageRequest) -> list[Group]:
    def key(group: Group) -> tuple[str, str]:
        first = {"NAME": group.name.lower(), "ID": group.id}.get(request.sort, "")
        return first, group.path.lower()

    return sorted(groups, key=key, reverse=request.descending)


def groups_page(
    service: RestService, request: PageRequest, *, domain: str = "", path: str = "", tree: bool = False
) -> JSONResponse:
    """A page of groups, of a domain or with a path; with their children below them in a tree."""
    site = service.site

    def is_asked(group: Group) -> bool:
        of, shown = site.shown(group.path)
        return domain in {"", *of} and path in {"", shown}

    chosen = list(filter(is_asked, site.groups.values()))
    if tree:
        roots = [group for group in chosen if path or PAIR_SEPARATOR not in group.path]
        return answer(page(roots, request, lambda group: group_tree(service, group)))
    return answer(page(_sorted(chosen, request), request, lambda group: group_row(service, group)))


def one_group(service: RestService, group_id: str) -> JSONResponse:
    """One group.

    Raises:
        GoneError: There is none.
    """
    site = service.site
    found = group_of(site, group_id)
    return answer(group_row(service, found) | {"defaultLocationId": site.locations(found)[0].id})


def locations_of(service: RestService, group_id: str, *, named: bool) -> JSONResponse:
    """The locations of a group: their addresses, with their names where that is asked.

    Raises:
        GoneError: There is no such group.
    """
    site = service.site
    return answer(
        [
            f"{location.name}:api/v1/locations/{location.id}" if named else f"api/v1/locations/{location.id}"
            for location in site.locations(group_of(site, group_id))
        ]
    )


def group_routes() -> APIRouter:
    """Groups, one by one and by the page."""
    router = APIRouter(prefix="/groups", dependencies=[Depends(authorise)])

    @router.get("")
    async def groups(
        service: Here,
        request: _GroupsPage,
        domain: Annotated[str, Query()] = "",
        path: Annotated[str, Query(alias="fullPathName")] = "",
        mode: Annotated[Literal["list", "tree"], Query()] = "list",
    ) -> JSONResponse:
        return groups_page(service, request, domain=domain, path=path, tree=mode == "tree")

    @router.get("/{group_id}")
    async def group(service: Here, group_id: str) -> JSONResponse:
        return one_group(service, group_id)

    @router.get("/{group_id}/locations")
    async def locations(
        service: Here, group_id: str, named: Annotated[bool, Query(alias="hasName")] = False
    ) -> JSONResponse:
        return locations_of(service, group_id, named=named)

    @router.get("/{group_id}/locations/{location_id}/xml")
    async def rules(service: Here, group_id: str, location_id: str) -> JSONResponse:
        site = service.site
        location = location_of(site, group_of(site, group_id), location_id)
        return answer(
            {
                "location_id": location.id,
                "location_name": location.name,
                "location_rules_xml": "<LocationRules/>",
            }
        )

    return router
