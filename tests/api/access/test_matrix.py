"""Every route asks for one permission: each role is held against each route, and each site against each path."""

import re
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from api.app import create_app
from api.http.allowed import Allowed
from api.http.guard import OPEN
from api.settings import ApiSettings
from rotation.identity.permission import OF_ALL_SITES, PERMISSIONS, Permission, Role
from rotation.values import SiteId
from tests.api.conftest import calling
from tests.api.described import IDS, Operation, operations
from tests.api.good_requests import BODIES, QUERIES, filled
from tests.api.identified import key_of
from tests.store.conftest import Make

DOCUMENT = Path(__file__).parents[3] / "docs" / "admin" / "access.md"


def permissions_by_route() -> dict[str, list[Permission]]:
    """The permissions that each route of the application asks for, by method and path."""
    found = {}
    for route in iter_route_contexts(create_app(None, ApiSettings()).routes):
        asks = [each.call for each in getattr(route, "dependant", Dependant()).dependencies]
        for method in (route.methods or set()) - {"HEAD"}:
            found[f"{method} {route.path}"] = [each.permission for each in asks if isinstance(each, Allowed)]
    return found


def asked() -> dict[Operation, list[Permission]]:
    """The same for the operations of the API's description that ask for one."""
    permissions = permissions_by_route()
    every = operations(create_app(None, ApiSettings()))
    return {each: permissions[each.name] for each in every if permissions[each.name]}


def test_each_route_asks_for_one_permission():
    """A route that forgets it, or has two, fails here; but for those that the guard leaves open."""
    routes = permissions_by_route()
    assert len(routes) > 70
    wrong = {
        name: permissions
        for name, permissions in routes.items()
        if len(permissions) != (name.partition(" ")[2] not in OPEN)
    }
    assert wrong == {}


def test_each_permission_is_asked_for_and_given():
    """None is left over, and an admin has all of them."""
    assert {permission for permissions in asked().values() for permission in permissions} == set(Permission)
    assert PERMISSIONS[Role.ADMIN] == set(Permission)


def test_a_robot_does_tasks_only():
    """It neither approves nor sees sites, rotations or certificates."""
    robots = {each.name for each, permissions in asked().items() if set(permissions) & PERMISSIONS[Role.ROBOT]}
    assert {name for name in robots if "/v1/tasks" not in name} == {"GET /v1/whoami"}


def table() -> str:
    """The table of roles and routes, as the document has it."""
    head = ("route", *Role)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for operation, permissions in sorted(asked().items(), key=lambda each: (each[0].path, each[0].method)):
        for permission in permissions:
            marks = ("yes" if permission in PERMISSIONS[role] else "" for role in Role)
            all_sites = " \\*" if permission in OF_ALL_SITES else ""
            lines.append(f"| `{operation.name.removeprefix('/v1')}`{all_sites} | {' | '.join(marks)} |")
    return "\n".join(lines)


def test_the_document_has_the_table():
    """docs/admin/access.md shows what the code says. Where they differ, this prints the table to be put there."""
    assert table() in DOCUMENT.read_text("utf-8"), f"\n{table()}"


@pytest.mark.parametrize("role", Role)
async def test_each_role_at_each_route(unconnected, role):
    """What the table gives is not answered by 403, and everything else is; the refusal names the roles that may."""
    key = await key_of(unconnected.store, f"one {role}", role)
    ids = dict.fromkeys(IDS, "none")
    wrong = []
    async with calling(unconnected, key) as api:
        for operation, permissions in asked().items():
            if operation.name == "POST /v1/sites" and permissions[0] in PERMISSIONS[role]:
                continue  # asks SEPM first
            answer = await api.request(**request(operation, ids))
            if (answer.status_code == 403) != (permissions[0] not in PERMISSIONS[role]):
                wrong.append((operation.name, answer.status_code))
            if answer.status_code == 403:
                assert answer.json()["type"] == "/problems/forbidden"
                assert "admin" in answer.json()["detail"]
    assert wrong == []


async def test_a_site_that_is_not_theirs_is_not_there(unconnected, whole_site):
    """For one who sees another site, each path of this one is answered as that of a site which does not exist."""
    limited = await key_of(unconnected.store, "another site", Role.ADMIN, sites=(SiteId("elsewhere"),))
    wrong = []
    async with calling(unconnected, limited) as api:
        for operation, permissions in asked().items():
            if permissions[0] in OF_ALL_SITES or not names_a_site(operation):
                continue
            answer = await api.request(**request(operation, whole_site))
            unknown = await api.request(**request(operation, dict.fromkeys(IDS, "none")))
            if answer.status_code != unknown.status_code:
                wrong.append((operation.name, answer.status_code, unknown.status_code))
                continue
            there, gone = answer.json(), unknown.json()
            if operation.name in ("GET /v1/rotations", "GET /v1/tasks"):
                assert there["items"] == gone["items"] == []
                continue
            assert answer.status_code == 404, operation.name
            shown = re.sub("|".join(map(re.escape, whole_site.values())), "none", there["detail"])
            if (there["type"], shown, there["remedy"]) != (gone["type"], gone["detail"], gone["remedy"]):
                wrong.append((operation.name, there["detail"], gone["detail"]))
    assert wrong == []


async def test_lists_have_permitted_sites_only(unconnected, whole_site):
    """Sites, rotations, tasks, the inventory and what is wrong; of the own site they show everything."""
    site = SiteId(whole_site["site_id"])
    other = await key_of(unconnected.store, "another site", Role.VIEWER, sites=(SiteId("elsewhere"),))
    own = await key_of(unconnected.store, "this site", Role.VIEWER, sites=(site,))
    for key, shown in ((other, 0), (own, 1)):
        async with calling(unconnected, key) as api:
            for path in ("/v1/sites", "/v1/rotations", "/v1/tasks"):
                assert len((await api.get(path)).json()["items"]) == shown, path
            assert (await api.get("/v1/inventory")).status_code == 200
            assert (await api.get("/v1/standing")).status_code == 200
            assert (await api.get(f"/v1/sites/{site}")).status_code == (200 if shown else 404)


async def test_what_reaches_beyond_a_site_takes_all_sites(unconnected, problem):
    """An admin of some sites adds no keys, registers no site, and takes no keystore."""
    key = await key_of(unconnected.store, "Vienna", Role.ADMIN, sites=(SiteId("site-1"),))
    async with calling(unconnected, key) as api:
        for operation, permissions in asked().items():
            if set(permissions) & OF_ALL_SITES:
                answer = await api.request(**request(operation, dict.fromkeys(IDS, "none")))
                assert "all sites" in problem(answer, 403, "forbidden")["detail"]


async def test_a_refusal_names_people_to_those_who_see_them(unconnected, problem):
    """An auditor reads who could; a viewer reads the roles only."""
    await key_of(unconnected.store, "Olga Operator", Role.OPERATOR)
    for role, named in ((Role.AUDITOR, True), (Role.VIEWER, False)):
        async with calling(unconnected, await key_of(unconnected.store, f"one {role}", role)) as api:
            answer = await api.post("/v1/rotations/none/hold", json=BODIES["POST /v1/rotations/{rotation_id}/hold"])
            refusal = problem(answer, 403, "forbidden")
            assert ("Olga Operator" in str(refusal)) == named
            assert "operator or admin" in refusal["detail"]


def names_a_site(operation) -> bool:
    """Whether its path, its parameters or its body name something of a site."""
    names = ("site_id", "plan_id", "rotation_id", "task_id")
    given = f"{operation.path} {QUERIES.get(operation.name, '')} {BODIES.get(operation.name, '')}"
    return any(f"{{{name}}}" in given for name in names)


def request(operation, ids):
    """A request that is right, about these ids."""
    body = filled(BODIES[operation.name], ids) if operation.body else None
    sent = {"json": body} if operation.json or body is None else {"content": body}
    sent["params"] = filled(QUERIES.get(operation.name, {}), ids)
    return {"method": operation.method, "url": filled(operation.path, ids)} | sent


@pytest.fixture
async def whole_site(store, make):
    """A site with a plan, a rotation and a task: their ids, and those of what is not there."""
    await make.rotate(store)
    known = {"site_id": "site-1", "plan_id": "plan-1", "rotation_id": "rot-1", "task_id": "task-1"}
    return dict.fromkeys(IDS, "none") | known


@pytest.fixture
def make() -> Make:
    """Values of the domain."""
    return Make()
