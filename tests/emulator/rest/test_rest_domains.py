"""A site with two domains, as REST shows it: each has groups of its own below a root of the same name."""

import pytest

from emulator.errors import UnknownNameError
from emulator.spec import ClientSpec, GroupSpec, LocationSpec

OTHER = "Branches: My Company"


@pytest.fixture(scope="session")
def spec(spec):
    """The usual site, and a second domain with two groups and two clients."""
    groups = (
        GroupSpec(path=OTHER, locations=(LocationSpec(),)),
        GroupSpec(path=f"{OTHER}\\Sales", inherits=True),
    )
    clients = (ClientSpec(group=f"{OTHER}\\Sales", count=2, prefix="BRANCH"),)
    return spec.model_copy(update={"groups": (*spec.groups, *groups), "clients": (*spec.clients, *clients)})


async def domains(sepm):
    """The ids of the domains, by name."""
    return {row["name"]: row["id"] for row in (await sepm.http.get("/domains")).json()}


async def test_groups_are_shown_by_domain(sepm):
    """Without the domain's name in their path, which may be that of another domain's group."""
    known = await domains(sepm)
    assert list(known) == ["Default", "Branches"]
    pages = {
        name: (await sepm.http.get("/groups", params={"domain": identity})).json()["content"]
        for name, identity in known.items()
    }
    assert [row["fullPathName"] for row in pages["Branches"]] == ["My Company", "My Company\\Sales"]
    assert {row["name"] for row in pages["Branches"]} == {"My Company", "Sales"}
    assert {row["domain"]["id"] for row in pages["Branches"]} == {known["Branches"]}
    assert "My Company\\Sales" in {row["fullPathName"] for row in pages["Default"]}
    assert not {row["id"] for row in pages["Default"]} & {row["id"] for row in pages["Branches"]}
    everywhere = (await sepm.http.get("/groups")).json()
    assert everywhere["totalElements"] == len(pages["Default"]) + len(pages["Branches"])


async def test_clients_are_shown_by_domain(sepm):
    """Each with its group's path and domain."""
    known = await domains(sepm)
    rows = (await sepm.http.get("/computers", params={"domain": known["Branches"]})).json()["content"]
    assert [row["computerName"] for row in rows] == ["BRANCH-0001", "BRANCH-0002"]
    group = rows[0]["group"]
    assert (group["name"], group["domain"]["name"]) == ("My Company\\Sales", "Branches")
    others = (await sepm.http.get("/computers", params={"domain": known["Default"], "pageSize": 100})).json()
    assert others["totalElements"] == 30


async def test_a_log_on_names_the_first_domain(stranger):
    """The administrator of the site logs on to its first domain."""
    answer = await stranger.log_on()
    assert answer["domainid"] == (await domains(stranger))["Default"]


async def test_a_group_stays_in_its_domain(sepm):
    """No group can be moved below one of another domain."""
    with pytest.raises(UnknownNameError, match="outside"):
        sepm.simulation.groups.move_group("My Company\\Labs", OTHER)
