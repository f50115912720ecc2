from datetime import timedelta

import pytest


async def test_servers_have_ids_and_nothing_else(sepm):
    """No REST call tells a server's name, address or certificate."""
    body = (await sepm.http.get("/admin/servers")).json()
    assert [set(row) for row in body] == [{"id", "directory_server_integration"}]


async def test_database_tells_whether_sepm_installed_it(sepm):
    """The default database is SEPM's own: such a site has one server."""
    assert (await sepm.http.get("/admin/database")).json()["installedBySepm"]


async def test_domain_is_listed(sepm):
    """The one domain is listed with its id."""
    body = (await sepm.http.get("/domains")).json()
    assert [row["name"] for row in body] == ["Default"]


async def test_replication_shows_its_partner_until_it_is_broken(sepm):
    """A broken relationship shows no partner; a restored one shows it again."""
    assert (await sepm.http.get("/replication/is_replicated")).json() is True
    status = (await sepm.http.get("/replication/status")).json()["replicationStatus"]
    assert status[0]["siteName"] == "Site One"
    partner = status[0]["replicationPartnerStatusList"][0]
    assert (partner["name"], partner["status_code"]) == ("Site Two", "SUCCEEDED")
    sepm.simulation.console.pause_replication()
    assert (await sepm.http.get("/replication/is_replicated")).json() is False
    status = (await sepm.http.get("/replication/status")).json()["replicationStatus"]
    assert status[0]["replicationPartnerStatusList"] == []


async def test_replication_starts_by_hand_with_a_partner_only(sepm):
    """Replication with a partner is accepted with code 0, with any other site refused."""
    query = {"partnerSiteName": "Site Two", "content": True, "logs": False}
    assert (await sepm.http.post("/replication/replicatenow", params=query)).json() == {"code": 0}
    answer = await sepm.http.post("/replication/replicatenow", params=query | {"partnerSiteName": "Site X"})
    assert answer.status_code == 400


async def test_counts_by_status_and_version(sepm):
    """The counts add up to all clients."""
    sepm.later(timedelta(seconds=10))
    status = (await sepm.http.get("/stats/client/onlinestatus")).json()["clientCountStatsList"]
    assert {row["status"]: row["clientsCount"] for row in status} == {"ONLINE": 28, "OFFLINE": 2}
    versions = (await sepm.http.get("/stats/client/version")).json()["clientVersionList"]
    assert {row["version"]: row["clientsCount"] for row in versions} == {
        "14.2.3335.1000": 3,
        "14.3.9816.7000": 27,
    }


async def test_server_lists_show_in_the_untyped_summary_only(sepm):
    """Lists other than the default one are rows of type msl, with the owning groups that use them."""
    body = (await sepm.http.get("/policies/summary")).json()
    assert body["size"] == body["totalElements"] == len(body["content"])
    assert body["sort"] is None
    lists = [row for row in body["content"] if row["policytype"] == "msl"]
    assert [row["name"] for row in lists] == ["Branch List"]
    assert [row["groupId"] for row in lists[0]["assignedtolocations"]] == [sepm.group("My Company\\Labs")]
    assert len(lists[0]["assignedtolocations"][0]["locationIds"]) == 1
    assert lists[0]["assignedtolocations"][0]["locationIds"] != [
        lists[0]["assignedtolocations"][0]["defaultLocationId"]
    ]


async def test_typed_summary_refuses_msl(sepm):
    """The typed summary knows firewalls, but answers 400 for server lists."""
    answer = await sepm.http.get("/policies/summary/msl")
    assert answer.status_code == 400
    assert answer.json()["errorMessage"] == "The policy type argument is invalid."
    assert (await sepm.http.get("/policies/summary/fw")).json()["totalElements"] == 1


async def test_an_unused_list_is_assigned_nowhere(sepm):
    """A list that nothing uses has null in place of its assignments."""
    sepm.simulation.console.copy_list("Branch List", "Copy")
    rows = (await sepm.http.get("/policies/summary")).json()["content"]
    copy = next(row for row in rows if row["name"] == "Copy")
    assert copy["assignedtolocations"] is None


@pytest.mark.parametrize("moves", [True, False])
async def test_an_edit_of_a_list_may_move_its_time(sepm, moves):
    """Where the switch says so, the summary tells when a list was last edited; else it tells nothing."""

    async def time():
        rows = (await sepm.http.get("/policies/summary")).json()["content"]
        return next(row["lastmodifiedtime"] for row in rows if row["name"] == "Branch List")

    sepm.simulation.set_switches(sepm.simulation.switches.model_copy(update={"edits_move_list_times": moves}))
    sepm.later(timedelta(minutes=10))
    before = await time()
    sepm.simulation.console.edit_list("Branch List", http_ports={"SEPM-1": 8015})
    assert (await time() > before) == moves
