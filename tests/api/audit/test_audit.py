"""The audit over the API and the command: what people did, with who and from where, and whether every trail holds."""

import json
import sqlite3
from contextlib import closing

ACCESS = ("rest_url", "username", "password", "trust")
WHY = {"why": "as the console shows it"}


def change(tmp_path, statement):
    """What a stranger does who can write to the database."""
    with closing(sqlite3.connect(tmp_path / "rotator.db")) as database, database:
        assert database.execute(statement).rowcount >= 1


async def kinds(api, site):
    """The kinds of the events of a site."""
    return [each["kind"] for each in (await api.get(f"/v1/sites/{site}/events")).json()["items"]]


async def test_acts_at_a_site_have_name_and_address(api, document, people):
    """Registered, limited, pinned: each with who, why, the caller's address and the request; no password is on it."""
    site = (await api.post("/v1/sites", json=document)).json()["id"]
    limits = {"away_limit": "P14D", **WHY}
    await api.put(f"/v1/sites/{site}/limits", json=limits, headers={"X-Request-ID": "ticket-17"})
    await api.put(f"/v1/sites/{site}/lists", json={"lists": document["lists"], **WHY})
    await api.put(f"/v1/sites/{site}/database", json={"database": "own", **WHY})
    pin = {"fingerprint_sha256": "bb" * 32, **WHY}
    first: dict[str, str] = {}
    for headers in (first, people["ben"]):  # two persons pin
        await api.post(f"/v1/sites/{site}/trust/pin", json=pin, headers=headers)
    await api.post(f"/v1/sites/{site}/trust/drop", json=pin)
    assert await kinds(api, site) == [
        "registered",
        "limits-changed",
        "lists-changed",
        "database-changed",
        "fingerprint-pinned",
        "fingerprint-dropped",
    ]
    shown = await api.get(f"/v1/sites/{site}/events", params={"number_after": 1})
    assert {each["who"] for each in shown.json()["items"]} == {"ann", "ann and ben"}
    assert {each["address"] for each in shown.json()["items"]} == {"127.0.0.1"}
    first_request, *requests = [each["data"]["request_id"] for each in shown.json()["items"]]
    assert first_request == "ticket-17"
    assert all(requests)
    assert len(set(requests)) == len(requests)
    assert document["password"] not in shown.text
    report = (await api.get("/v1/audit/verification", params={"site_id": site})).json()
    assert report["broken"] == []
    assert report["heads_from"].endswith("audit-heads.jsonl")


async def test_a_changed_account_gets_no_password(api, store, document, tmp_path, people, *, problem):
    """The account is changed in the database: no survey connects, the audit shows it, and stating it again helps."""
    site = (await api.post("/v1/sites", json=document)).json()["id"]
    contacts = len(await store.contacts.list(site))
    change(tmp_path, "UPDATE sites SET username = 'stranger'")
    (broken,) = (await api.get("/v1/audit/verification")).json()["broken"]
    assert "was changed in the database" in broken["what"]
    order = WHY | {name: document[name] for name in ACCESS}
    problem(await api.put(f"/v1/sites/{site}/access", json=order), 409, "second-person")
    assert len(await store.contacts.list(site)) == contacts
    again = await api.put(f"/v1/sites/{site}/access", json=order, headers=people["ben"])
    assert again.status_code == 200, again.text
    assert len(await store.contacts.list(site)) > contacts
    assert (await api.get("/v1/audit/verification")).json()["broken"] == []
    assert (await kinds(api, site))[-1] == "access-stated"


async def test_another_access_is_tried_before_it_is_stored(api, workers_store, document, people, problem):
    """A wrong password, or a certificate that is not presented, changes nothing and leaves no event."""
    site = (await api.post("/v1/sites", json=document)).json()["id"]
    before = await workers_store.sites.connection(site)
    order = WHY | {name: document[name] for name in ACCESS}
    problem(
        await api.put(f"/v1/sites/{site}/access", json=order | {"password": "not-the-password-7"}),
        422,
        "sepm-credentials",
    )
    other = order | {"trust": {"fingerprint_sha256": "ab" * 32}}
    problem(await api.put(f"/v1/sites/{site}/access", json=other), 409, "second-person")
    answer = await api.put(f"/v1/sites/{site}/access", json=other, headers=people["ben"])
    problem(answer, 422, "sepm-untrusted")
    problem(await api.put("/v1/sites/nowhere/access", json=order), 404, "unknown-site")
    assert await workers_store.sites.connection(site) == before
    assert await kinds(api, site) == ["registered"]


async def test_the_command_fails_where_a_trail_does_not_hold(api, rotator, document, tmp_path):
    """Whole trails end with 0; an event that was deleted ends with 1 and is named, in words and as JSON."""
    site = (await api.post("/v1/sites", json=document)).json()["id"]
    for why in ("one", "two"):
        await api.put(f"/v1/sites/{site}/limits", json=WHY | {"why": why})
    code, out, err = await rotator("audit", "verify")
    assert (code, "Trails that do not hold" in out) == (0, False), err
    code, out, _ = await rotator("audit", "events", "--site", site)
    assert (code, "limits: two" in out, "127.0.0.1" in out) == (0, True, True)
    change(tmp_path, "DELETE FROM trail WHERE number = 3")
    code, out, _ = await rotator("audit", "verify", "--site", site)
    assert (code, "the trail was cut off there: it had 3 events" in out) == (1, True)
    code, out, _ = await rotator("audit", "verify", "--json")
    assert (code, [each["number"] for each in json.loads(out)["broken"]]) == (1, [3])


async def test_keys_of_the_api_are_on_the_trail_of_the_service(api):
    """Identities, and keys added and revoked, by which identity; no text of a key is on it."""
    order = {"name": "olga", "grant": {"roles": ["operator"]}}
    made = (await api.post("/v1/keys", json=order)).json()
    await api.delete(f"/v1/keys/{made['key']['id']}")
    shown = await api.get("/v1/audit/events")
    events = [each for each in shown.json()["items"] if each["address"]]
    assert [(each["kind"], each["who"], each["address"]) for each in events] == [
        ("identity-added", "ann", "127.0.0.1"),
        ("key-added", "ann", "127.0.0.1"),
        ("key-revoked", "ann", "127.0.0.1"),
    ]
    assert events[0]["identity"].startswith("identity-")
    assert made["text"] not in shown.text
