"""Keys over the API: made, shown once, listed and revoked."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from rotation.identity.permission import Role
from tests.api.identified import KEY, NAME, key_of

APPROVER = {"name": "Bob", "grant": {"roles": ["approver"]}}


def bearer(text):
    """The header of a caller with another key."""
    return {"Authorization": f"Bearer {text}"}


async def made(api, **document):
    """A key that the admin has made."""
    answer = await api.post("/v1/keys", json=document)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_new_key_opens_the_api_at_once(api):
    """Its holder is the identity of its name; its text stands in that one answer and nowhere else."""
    answer = await api.post("/v1/keys", json=APPROVER)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    text = answer.json()["text"]
    shown = (await api.get("/v1/whoami", headers=bearer(text))).json()
    assert (shown["name"], shown["roles"], shown["sites"]) == ("Bob", ["approver"], None)
    listed = await api.get("/v1/keys")
    assert [key["principal"]["name"] for key in listed.json()["items"]] == ["Bob", NAME]
    assert text.rpartition("_")[2] not in listed.text
    assert listed.json()["items"][0]["made_by"] == NAME


async def test_one_person_has_one_identity(api, problem):
    """Another key for the same person is another key of the same identity; a name that looks the same is no other."""
    first = await made(api, **APPROVER)
    for name in ("Bob", "BOB", " b o b ", "B\u00f3b", "B0b"):
        refusal = problem(await api.post("/v1/keys", json=APPROVER | {"name": name}), 409, "identity-exists")
        assert "--another" in refusal["remedy"]
    second = await made(api, name="Bob")
    who = [(await api.get("/v1/whoami", headers=bearer(each["text"]))).json()["id"] for each in (first, second)]
    assert who[0] == who[1]
    assert first["text"] != second["text"]
    problem(await api.post("/v1/keys", json={"name": "Carol"}), 409, "unknown-identity")


async def test_a_revoked_key_opens_nothing(api, problem):
    """From the next request on; the identity's other keys still count."""
    first, second = await made(api, **APPROVER), await made(api, name="Bob")
    revoked = (await api.delete(f"/v1/keys/{first['key']['id']}")).json()
    assert (revoked["revoked_by"], bool(revoked["revoked_at"])) == (NAME, True)
    problem(await api.get("/v1/whoami", headers=bearer(first["text"])), 401, "unauthorized")
    assert (await api.get("/v1/whoami", headers=bearer(second["text"]))).status_code == 200
    problem(await api.delete("/v1/keys/none"), 404, "unknown-key")


async def test_the_last_admin_keeps_a_key(api, problem):
    """The last key by which keys can be added is not revoked; with a second admin it is."""
    (mine,) = (await api.get("/v1/keys")).json()["items"]
    problem(await api.delete(f"/v1/keys/{mine['id']}"), 409, "last-admin")
    await made(api, name="Vienna", grant={"roles": ["admin"], "sites": ["site-1"]})
    problem(await api.delete(f"/v1/keys/{mine['id']}"), 409, "last-admin")
    await made(api, name="Carol", grant={"roles": ["admin"]})
    assert (await api.delete(f"/v1/keys/{mine['id']}")).status_code == 200


async def test_an_expired_key_opens_nothing(calling_at, problem):
    """A key counts until it expires, by the clock of the service."""
    now = datetime(2026, 5, 1, 8, tzinfo=UTC)
    async with calling_at(now) as api:
        text = (await made(api, **APPROVER, expires_in="P1D"))["text"]
    async with calling_at(now + timedelta(days=1) - timedelta(seconds=1)) as api:
        assert (await api.get("/v1/whoami", headers=bearer(text))).status_code == 200
    async with calling_at(now + timedelta(days=1)) as api:
        problem(await api.get("/v1/whoami", headers=bearer(text)), 401, "unauthorized")


@pytest.mark.parametrize(
    "grant",
    [
        {"roles": []},
        {"roles": ["king"]},
        {"roles": ["robot", "approver"]},
        {"roles": ["viewer"], "sites": []},
    ],
    ids=["no role", "an unknown role", "a robot that approves", "no site at all"],
)
async def test_a_grant_that_cannot_be(api, problem, grant):
    """It is refused, and no identity is added."""
    problem(await api.post("/v1/keys", json=APPROVER | {"grant": grant}), 422, "invalid-request")
    assert len((await api.get("/v1/keys")).json()["items"]) == 1


async def test_the_use_of_a_key_is_shown(api):
    """So that an admin finds keys that are used no more."""
    await made(api, **APPROVER)
    bob, mine = (await api.get("/v1/keys")).json()["items"]
    assert bob["used_at"] is None
    assert datetime.fromisoformat(mine["used_at"]) <= datetime.now(UTC)


async def test_a_key_counts_while_the_database_is_away(unconnected, api, problem):
    """Of a caller whose key was looked up before: the service still says what is wrong. Others get 503."""
    other = await key_of(unconnected.store, "Bob", Role.VIEWER)
    assert (await api.get("/v1/standing")).status_code == 200
    database = unconnected.store.database
    await database.close()
    database.file.rename(database.file.with_name("away"))
    database.file.mkdir()
    assert (await api.get("/v1/standing")).status_code == 200
    problem(await api.get("/v1/standing", headers=bearer(other)), 503, "database-away")
    problem(await api.get("/v1/sites"), 503, "database-away")


async def test_a_key_that_cannot_be_looked_up_changes_nothing(unconnected, api, problem, monkeypatch):
    """A database that answers the route and not the guard lets a key that may be revoked by now read, and no more."""

    async def busy(*_):
        raise OperationalError("SELECT", {}, Exception("no connection is free"))

    assert (await api.get("/v1/standing")).status_code == 200
    monkeypatch.setattr(unconnected.store.identities, "holder", busy)
    assert (await api.get("/v1/standing")).status_code == 200
    problem(await api.post("/v1/keys", json={"name": "Eve", "grant": {"roles": ["admin"]}}), 503, "database-away")


async def test_a_key_that_was_changed_in_the_database_opens_nothing(unconnected, api, problem):
    """Its holder learns which row it is and what to do; the trail of the service has an alarm."""
    bob = await made(api, **APPROVER)
    async with unconnected.store.database.write() as session:
        await session.execute(text("UPDATE identities SET granted = '{\"roles\":[\"admin\"]}' WHERE name = 'Bob'"))
    refusal = problem(await api.get("/v1/keys", headers=bearer(bob["text"])), 403, "identity-altered")
    assert bob["key"]["principal"]["id"] in refusal["detail"]
    assert "audit verify" in refusal["remedy"]
    assert (await api.get("/v1/audit/events")).json()["items"][-1]["kind"] == "identity-altered"
    assert len((await api.get("/v1/audit/verification")).json()["broken"]) == 1


def test_a_key_has_256_random_bits():
    """Two keys share nothing; the one of the tests has the same form."""
    assert httpx.Headers({"Authorization": f"Bearer {KEY}"})
    assert len(bytes.fromhex(KEY.rpartition("_")[2])) == 32
