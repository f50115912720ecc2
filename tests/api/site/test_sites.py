"""Registering sites: what is wrong is refused with what to do, and nothing of it is stored."""

import socket
import sqlite3
from contextlib import closing

import pytest

PASSWORD = "not-the-password-7"
WHY = {"why": "as the console shows it"}


async def refused(api, document, problem, status, code):
    """The problem for a document; nothing may be registered afterwards."""
    answer = await api.post("/v1/sites", json=document)
    body = problem(answer, status, code)
    assert (await api.get("/v1/sites")).json() == {"items": [], "next": None}
    assert document["password"] not in answer.text
    return body


async def test_a_site_is_registered_and_shown_without_its_password(api, document):
    """After the certificate and the account were checked, the site is kept under a readable id."""
    answer = await api.post("/v1/sites", json=document)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == "/v1/sites/one-server"
    shown = (await api.get("/v1/sites/one-server")).json()
    assert shown == answer.json()
    assert shown["fingerprints_sha256"] == [document["trust"]["fingerprint_sha256"]]
    assert shown["limits"]["relax_floor"] == "PT0S"
    assert shown["limits"]["away_limit"] == "P30D"
    assert document["password"] not in (await api.get("/v1/sites/one-server")).text
    assert (await api.get("/v1/sites")).json()["items"] == [
        {"id": "one-server", "name": "One Server", "servers": ["SEPM-1"], "archived_at": None}
    ]


async def test_ports_and_database_are_as_registered(api, document, problem):
    """A port that is not there is null; the database is unknown until an administrator sets it."""
    server = document["servers"][0] | {"console_port": 9443, "reporting_port": None}
    shown = (await api.post("/v1/sites", json=document | {"servers": [server]})).json()
    (kept,) = shown["servers"]
    assert (kept["console_port"], kept["rest_port"], kept["reporting_port"]) == (9443, 8446, None)
    assert shown["database"] == "unknown"
    path = f"/v1/sites/{shown['id']}/database"
    changed = (await api.put(path, json={"database": "default", **WHY})).json()
    assert changed == shown | {"database": "default"}
    assert (await api.get(f"/v1/sites/{shown['id']}")).json() == changed
    problem(await api.put(path, json={"database": "oracle", **WHY}), 422, "invalid-request")
    problem(await api.put("/v1/sites/nowhere/database", json={"database": "own", **WHY}), 404, "unknown-site")


async def test_a_site_is_registered_once(api, document, problem):
    """A second site of that name is refused."""
    assert (await api.post("/v1/sites", json=document)).status_code == 201
    problem(await api.post("/v1/sites", json=document), 409, "site-exists")


async def test_without_trust_the_fingerprint_is_shown(api, document, problem):
    """Like ssh at first contact: the refusal shows what the server presents, and no password was sent."""
    presented = document["trust"]["fingerprint_sha256"]
    document["trust"] = None
    assert presented in (await refused(api, document, problem, 422, "trust-missing"))["detail"]


async def test_a_wrong_fingerprint_shows_what_was_presented(api, document, problem):
    """A certificate that is not the trusted one is refused before the account is used."""
    presented = document["trust"]["fingerprint_sha256"]
    document["trust"] = {"fingerprint_sha256": "ab" * 32}
    assert presented in (await refused(api, document, problem, 422, "sepm-untrusted"))["detail"]


async def test_a_wrong_password_is_refused(api, document, problem):
    """The answer gives SEPM's refusal of the account, without the password."""
    document["password"] = PASSWORD
    body = await refused(api, document, problem, 422, "sepm-credentials")
    assert "password" in body["remedy"]


async def test_an_unreachable_sepm_is_refused(api, document, problem):
    """Where no server listens, the problem says what to check."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        document["rest_url"] = f"https://127.0.0.1:{unused.getsockname()[1]}"
        await refused(api, document, problem, 502, "sepm-unreachable")


async def test_a_password_is_never_sent_in_clear(api, document, problem):
    """An address without TLS is refused."""
    document["rest_url"] = "http://127.0.0.1:9090"
    assert "https" in (await refused(api, document, problem, 422, "invalid-request"))["detail"]


async def test_a_server_list_needs_a_server(api, document, problem):
    """A list with no server is refused by its name."""
    document["lists"] = [{"name": "Empty", "protocol": "HTTPS", "priorities": [[]]}]
    body = await refused(api, document, problem, 422, "invalid-request")
    assert "'Empty' has no server" in body["findings"][0]["message"]
    assert body["findings"][0]["subject"] == "lists.0"


async def test_every_wrong_field_is_named_and_none_is_repeated(api, document, problem):
    """One answer names all that is wrong; a password of a wrong form is not given back."""
    document |= {"password": 4711471147, "servers": [], "unheard_of": 1}
    answer = await api.post("/v1/sites", json=document)
    body = problem(answer, 422, "invalid-request")
    assert {finding["subject"] for finding in body["findings"]} == {"password", "servers", "unheard_of"}
    assert "4711471147" not in answer.text


async def test_a_server_is_named_once(api, document, problem):
    """Rules of the whole site are checked before SEPM is asked."""
    document["servers"] = document["servers"] * 2
    assert "named twice" in (await refused(api, document, problem, 422, "invalid-request"))["detail"]


async def test_each_server_has_a_client_port_of_its_own(api, document, problem):
    """Of two with one address and port, the certificate of one would be read for both."""
    (server, *_) = document["servers"]
    other = server | {"name": "SEPM-9", "address": server["address"].upper()}
    document["servers"] = [server, other]
    body = await refused(api, document, problem, 422, "invalid-request")
    assert body["findings"][0]["subject"] == "servers"
    assert f"{server['name']}, SEPM-9" in body["findings"][0]["message"]


async def test_a_sylink_describes_a_list(api, document, emulator):
    """An exported Sylink.xml is read into the list that it holds."""
    server = emulator["servers"][0]
    sylink = (
        '<?xml version="1.0"?><ServerSettings><CommConf><ServerList Name="Exported"><ServerPriorityBlock Name="P1">'
        f'<Server Address="{server["address"]}" HttpPort="{server["http_port"]}"/>'
        "</ServerPriorityBlock></ServerList></CommConf></ServerSettings>"
    )
    assert (await api.post("/v1/sites", json=document | {"sylinks": [sylink]})).status_code == 201
    lists = (await api.get("/v1/sites/one-server")).json()["lists"]
    exported = next(each for each in lists if each["name"] == "Exported")
    assert exported["protocol"] == "HTTP"
    assert exported["priorities"][0][0]["server"] == "SEPM-1"


async def test_a_sylink_with_entities_is_refused(api, document, problem):
    """A file that could read files or fill the memory is not parsed."""
    bomb = '<!DOCTYPE a [<!ENTITY b "c">]><ServerSettings/>'
    await refused(api, document | {"sylinks": [bomb]}, problem, 422, "sylink-unreadable")


@pytest.mark.parametrize("value", ["-P1D", 3600, True, "24:00", "P40000D"])
async def test_limits_are_spans_within_bounds(api, document, problem, value):
    """A negative, huge or unit-less limit is refused when a site is registered and when its limits are replaced."""
    for name in ("publish_delay", "holdout_maximum"):
        limits = {"purge_after": None, name: value}
        refused = problem(await api.post("/v1/sites", json=document | {"limits": limits}), 422, "invalid-request")
        assert name in str(refused["findings"])
        problem(await api.put("/v1/sites/one-server/limits", json=limits | WHY), 422, "invalid-request")


async def test_limits_that_were_stored_before_they_had_bounds_are_shown_and_stop_plans(whole, tmp_path, site, problem):
    """The site is listed and shown with them, no plan is made, and corrected it is as any other."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {
        "site_id": site,
        "certificates": {"*": made.json()["certificate"]["id"]},
        "trusted_networks": ["10.0.0.0/16"],
    }
    with closing(sqlite3.connect(tmp_path / "rotator.db")) as database, database:
        stored = """UPDATE sites SET site = replace(site, '"publish_delay":"PT1S"', '"publish_delay":"-P1D"')"""
        assert database.execute(stored).rowcount == 1
    assert [each["id"] for each in (await whole.get("/v1/sites")).json()["items"]] == [site]
    (refused,) = (await whole.get(f"/v1/sites/{site}")).json()["refused_limits"]
    assert (refused["name"], refused["value"]) == ("publish_delay", "-P1D")
    refusal = problem(await whole.post("/v1/plans", json=order), 422, "plan-refused")
    assert [finding["subject"] for finding in refusal["findings"]] == ["limits.publish_delay"]
    assert "PUT /v1/sites" in refusal["remedy"]
    corrected = {"relax_floor": "PT0S", "publish_delay": "PT1S", "purge_after": None}
    assert (await whole.put(f"/v1/sites/{site}/limits", json=corrected | WHY)).json()["refused_limits"] == []
    assert (await whole.post("/v1/plans", json=order)).status_code == 201


async def test_lists_and_limits_are_replaced(api, document, problem):
    """What no SEPM API tells can be described again; a wrong description changes nothing."""
    await api.post("/v1/sites", json=document)
    renamed = [{**document["lists"][0], "name": "Another"}]
    changed = await api.put("/v1/sites/one-server/lists", json={"lists": renamed, **WHY})
    assert [each["name"] for each in changed.json()["lists"]] == ["Another"]
    unlike = [*renamed, {**renamed[0], "protocol": "HTTP"}]
    problem(await api.put("/v1/sites/one-server/lists", json={"lists": unlike, **WHY}), 422, "invalid-request")
    changed = await api.put("/v1/sites/one-server/limits", json={"away_limit": "P14D", **WHY})
    assert changed.json()["limits"]["away_limit"] == "P14D"
    limits = {"holdout_minimum": "P90D", "holdout_maximum": "P30D"}
    problem(await api.put("/v1/sites/one-server/limits", json=limits | WHY), 422, "invalid-request")
    shown = (await api.get("/v1/sites/one-server")).json()
    assert shown["limits"]["away_limit"] == "P14D"
    assert [each["name"] for each in shown["lists"]] == ["Another"]


async def test_unknown_site_is_refused(api, problem):
    """Every route of a site that is not registered says so, and where the sites are listed."""
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/survey", None),
        ("POST", "/survey", None),
        ("PUT", "/lists", WHY),
        ("PUT", "/limits", WHY),
        ("POST", "/restore", {"why": "because"}),
    ):
        answer = await api.request(method, f"/v1/sites/nowhere{path}", json=body)
        assert "/v1/sites" in problem(answer, 404, "unknown-site")["remedy"]
