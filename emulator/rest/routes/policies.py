"""The policy summary: where server lists other than the default one show, and nowhere else."""

from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from emulator.instants import to_ms
from emulator.rest.errors import BadArgumentError
from emulator.rest.paging import whole_page
from emulator.rest.service import Here, RestService, answer, authorise
from emulator.state.draws import identity
from emulator.state.site import Group, ServerList

_INSTALLED = {
    "av": "Virus and Spyware Protection policy - Balanced",
    "fw": "Firewall policy",
    "ips": "Intrusion Prevention policy",
    "hid": "Application and Device Control policy",
    "mem": "Memory Exploit Mitigation policy",
    "lu": "LiveUpdate Settings policy",
    "lucontent": "LiveUpdate Content policy",
    "exceptions": "Exceptions policy",
}
"""Policies of a fresh site: one of each type, assigned to the root."""


def policy_routes() -> APIRouter:
    """All policies, and those of one type."""
    router = APIRouter(prefix="/policies/summary", dependencies=[Depends(authorise)])

    @router.get("")
    async def summary(service: Here) -> JSONResponse:
        return summary_of(service)

    @router.get("/{policy_type}")
    async def of_type(service: Here, policy_type: str) -> JSONResponse:
        # msl rows exist in the untyped summary only
        if policy_type not in _INSTALLED:
            raise BadArgumentError("The policy type argument is invalid.")
        return answer(whole_page([row for row in _installed(service) if row["policytype"] == policy_type]))

    return router


def summary_of(service: RestService) -> JSONResponse:
    """All policies, the server lists among them."""
    return answer(whole_page([*_installed(service), *_server_lists(service)]))


def _row(service: RestService, identifier: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "sources": [],
        "enabled": True,
        "desc": "",
        "name": name,
        "lastmodifiedtime": to_ms(service.start),
        "id": identifier,
        "domainid": service.site.domain.id,
        "policytype": kind,
        "subtype": None,
        "assignedtocloudgroups": None,
        "assignedtolocations": None,
    }


def _installed(service: RestService) -> list[dict[str, Any]]:
    site, seed = service.site, service.simulation.spec.seed
    root = next(iter(site.groups.values()))
    assigned = [_assignment(root, [location.id for location in root.locations])]
    return [
        _row(service, identity(seed, "policy", kind), name, kind) | {"assignedtolocations": assigned}
        for kind, name in _INSTALLED.items()
    ]


def _server_lists(service: RestService) -> list[dict[str, Any]]:
    return [
        _row(service, each.id, each.name, "msl")
        | {"assignedtolocations": _assignments(service, each), "lastmodifiedtime": _edited(service, each)}
        for each in service.site.server_lists.values()
        if not each.is_default
    ]


def _edited(service: RestService, server_list: ServerList) -> int:
    if service.switches.edits_move_list_times and server_list.modified_ms is not None:
        return server_list.modified_ms
    return to_ms(service.start)


def _assignments(service: RestService, server_list: ServerList) -> list[dict[str, Any]] | None:
    # only groups that own the assignment are listed
    users: dict[str, tuple[Group, list[str]]] = {}
    for group, location in service.site.users(server_list):
        users.setdefault(group.id, (group, []))[1].append(location.id)
    return [_assignment(group, locations) for group, locations in users.values()] or None


def _assignment(group: Group, locations: list[str]) -> dict[str, Any]:
    return {
        "groupId": group.id,
        "defaultLocationId": group.locations[0].id,
        "locationIds": locations,
    }
