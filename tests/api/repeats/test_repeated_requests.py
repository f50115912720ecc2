"""A request that is sent again with its key has no second effect, and gets the first answer."""

import asyncio
import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from api.app import create_app
from api.settings import ApiSettings
from engine.fault import NoAnswer
from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import RotationId
from store.kept_answers import KEPT, LEASE, Attempt, KeyedRequest
from store.progress import Progress
from tests.api.conftest import calling
from tests.api.good_requests import AT_CONSOLE, BODIES
from tests.api.identified import KEY as ADMIN_KEY
from tests.api.identified import NAME, key_of
from tests.store.conftest import Make

MADE, KEY = "/v1/certificates/self-signed", {"Idempotency-Key": "made once"}
BODY = {"names": ["127.0.0.1"]}
GRANT = Grant(roles=(Role.ADMIN,)).model_dump_json()
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
RUNNING = Progress(step_id="01-preflight", step_number="preflight", step_title="Look", step_count=1)


@pytest.fixture
def certificates(api):
    """How many certificates are kept."""

    async def count():
        return len((await api.get("/v1/certificates")).json()["items"])

    return count


@pytest.fixture
def broken_off(store):
    """Stores that a request of the admin was begun, as a process does that then dies."""

    async def begin(client, path, body, at=NOW):
        content = client.build_request("POST", path, json=body).content
        caller = (await store.identities.named(NAME)).id
        digest = hashlib.sha256(content).hexdigest()
        request = KeyedRequest(caller, KEY["Idempotency-Key"], ("POST", path, "", digest, GRANT))
        assert isinstance(await store.kept_answers.begin(request, at, again=False), Attempt)

    return begin


async def test_the_same_request_is_answered_as_the_first_time(api, certificates):
    """Status, body and place are those of the first answer; another certificate is not made."""
    first = await api.post(MADE, json=BODY, headers=KEY)
    again = await api.post(MADE, json=BODY, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201), first.text
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert await certificates() == 1
    await api.post(MADE, json=BODY)
    assert await certificates() == 2


async def test_a_key_is_bound_to_body_and_route(api, certificates, problem):
    """Another body, and another path, are refused, and nothing of them happens."""
    await api.post(MADE, json=BODY, headers=KEY)
    problem(await api.post(MADE, json={"names": ["other"]}, headers=KEY), 422, "idempotency-key-reused")
    other = await api.post("/v1/certificates/requests", json=BODY, headers=KEY)
    problem(other, 422, "idempotency-key-reused")
    assert await certificates() == 1
    assert (await api.get("/v1/certificates/requests")).json()["items"] == []


async def test_a_key_is_bound_to_its_caller(api, certificates, people):
    """The same key of another identity is another key."""
    first = await api.post(MADE, json=BODY, headers=KEY)
    second = await api.post(MADE, json=BODY, headers=KEY | people["ben"])
    assert "idempotency-replayed" not in second.headers
    assert first.headers["location"] != second.headers["location"]
    assert await certificates() == 2


async def test_a_kept_answer_is_for_those_who_may(api, store, problem):
    """A caller without the permission is refused before the key is looked at, and nothing is stored of it."""
    viewer = {"Authorization": f"Bearer {await key_of(store, 'vic', Role.VIEWER)}"}
    problem(await api.post(MADE, json=BODY, headers=KEY | viewer), 403, "forbidden")
    async with store.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM kept_answers")) == 0


@pytest.mark.parametrize("key", ["", "x" * 201, "\x7f", "tab\there"])
async def test_what_is_no_key_is_refused(api, certificates, key, problem):
    """Too short, too long, or not printable; nothing is made."""
    body = problem(await api.post(MADE, json=BODY, headers={"Idempotency-Key": key}), 422, "invalid-request")
    assert "Idempotency-Key" in body["detail"]
    two = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    problem(await api.post(MADE, json=BODY, headers=two), 422, "invalid-request")
    assert await certificates() == 0


async def test_a_refused_request_leaves_its_key_free(api, certificates, problem):
    """A form that is wrong, then one that is right: the same key serves."""
    problem(await api.post(MADE, json={"names": []}, headers=KEY), 422, "invalid-request")
    problem(await api.post(MADE, content=b"{", headers=KEY | {"Content-Type": "application/json"}), 400, "invalid-json")
    assert (await api.post(MADE, json=BODY, headers=KEY)).status_code == 201
    assert await certificates() == 1


async def test_of_requests_at_the_same_time_one_is_carried_out(api, certificates):
    """The others are asked to come again, and then get its answer."""
    answers = await asyncio.gather(*(api.post(MADE, json=BODY, headers=KEY) for _ in range(4)))
    statuses = {answer.status_code for answer in answers}
    assert 201 in statuses
    assert statuses <= {201, 409}
    for answer in answers:
        assert answer.status_code == 201 or answer.headers["retry-after"]
    assert await certificates() == 1
    assert (await api.post(MADE, json=BODY, headers=KEY)).headers["idempotency-replayed"] == "true"


async def test_a_request_that_another_process_carries_out_is_in_flight(calling_at, broken_off, problem):
    """409 with a time to come back, as long as that process gives a sign of life."""
    async with calling_at(NOW + LEASE / 2) as api:
        await broken_off(api, MADE, BODY)
        answer = await api.post(MADE, json=BODY, headers=KEY)
        problem(answer, 409, "request-in-flight")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_broken_off_request_is_not_carried_out_twice(calling_at, broken_off, problem):
    """Where it would have a second effect: 409 with what to look at, for a day."""
    async with calling_at(NOW + LEASE) as api:
        await broken_off(api, MADE, BODY)
        body = problem(await api.post(MADE, json=BODY, headers=KEY), 409, "outcome-unknown")
        assert "GET /v1/certificates" in body["remedy"]
        assert (await api.get("/v1/certificates")).json()["items"] == []
    async with calling_at(NOW + KEPT) as api:
        assert (await api.post(MADE, json=BODY, headers=KEY)).status_code == 201


async def test_a_broken_off_request_without_a_second_effect_is_carried_out(calling_at, broken_off):
    """The file of a certificate is kept once, however often it is sent."""
    file = BODIES["POST /v1/certificates"]
    async with calling_at(datetime.now(UTC)) as api:
        await broken_off(api, "/v1/certificates", file, datetime.now(UTC) - 2 * LEASE)
        kept = [await api.post("/v1/certificates", json=file, headers=KEY) for _ in range(2)]
        assert [answer.status_code for answer in kept] == [201, 201], kept[0].text
        assert "idempotency-replayed" in kept[1].headers


async def test_a_request_that_is_cut_off_counts_as_broken_off(unconnected, calling_at, problem):
    """The process goes while it answers: what was done may have been done."""
    async with calling(unconnected) as api:
        sent = asyncio.create_task(api.post(MADE, json=BODY, headers=KEY))
        async with asyncio.timeout(20):
            while not await _rows(unconnected.store):  # noqa: ASYNC110 - it lies in the database
                await asyncio.sleep(0)
        sent.cancel()
        await asyncio.gather(sent, return_exceptions=True)
    async with calling_at(datetime.now(UTC) + 2 * LEASE) as later:
        problem(await later.post(MADE, json=BODY, headers=KEY), 409, "outcome-unknown")


async def test_a_repeated_request_is_not_held_against_its_own_effect(calling_at, broken_off, store, problem):
    """A hold that was broken off behind its effect has given the rotation another tag: the same one still counts."""
    make, held = Make(), {"why": "a test"}
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new(), make.t0)
    path, known = "/v1/rotations/rot-1/hold", {"If-Match": '"as it was"'}
    async with calling_at(datetime.now(UTC)) as api:
        problem(await api.post(path, json=held, headers=known), 412, "precondition-failed")
        await broken_off(api, path, held, datetime.now(UTC) - 2 * LEASE)
        problem(await api.post(path, json=held, headers=KEY | known), 503, "temporal-down")


@pytest.fixture
def unanswered(monkeypatch):
    """Has the worker stop once a message is sent: nothing says whether its rotation has received it."""

    async def sent(*_, **__):
        fault = NoAnswer("the worker has not answered")
        fault.sent_as = "a message"
        raise fault

    return lambda: monkeypatch.setattr("api.rotation.messages.send", sent)


async def test_a_message_without_an_answer_is_not_held_against_its_own_effect(calling_at, store, problem, unanswered):
    """A hold that the rotation may have received may have changed the tag: the same request still counts.

    One that was not sent has changed nothing: it is compared.
    """
    make, held, path = Make(), {"why": "a test"}, "/v1/rotations/rot-1"
    await store.sites.add(make.site(), make.connection(), make.t0)
    await store.plans.add(make.plan())
    await store.rotations.create(make.new(), make.t0)
    async with calling_at(datetime.now(UTC)) as api:
        known = {"If-Match": (await api.get(path)).headers["etag"]}
        unsent = {"Idempotency-Key": "unsent"} | known
        problem(await api.post(f"{path}/hold", json=held, headers=unsent), 503, "temporal-down")
        unanswered()
        problem(await api.post(f"{path}/hold", json=held, headers=KEY | known), 503, "no-answer")
        await store.rotations.project(RotationId("rot-1"), RUNNING, make.at(minutes=1))
        for key in ("unsent", "another one"):
            other = {"Idempotency-Key": key}
            problem(await api.post(f"{path}/hold", json=held, headers=other | known), 412, "precondition-failed")
        problem(await api.post(f"{path}/hold", json=held, headers=KEY | known), 503, "no-answer")


async def test_half_a_body_is_no_request(unconnected, store):
    """The caller is gone before the end of what it sends: nothing is carried out, and the key is free."""
    app = create_app(unconnected, ApiSettings())
    coming = [{"type": "http.request", "body": b'{"names": ["127.0', "more_body": True}, {"type": "http.disconnect"}]
    answers = []

    async def receive():
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message):
        answers.append(message)

    headers = [(b"authorization", f"Bearer {ADMIN_KEY}".encode()), (b"idempotency-key", b"one")]
    headers += [(b"content-type", b"application/json"), (b"host", b"rotator.test")]
    scope = {"type": "http", "method": "POST", "path": MADE, "raw_path": MADE.encode(), "query_string": b""}
    scope |= {"headers": headers, "client": ("127.0.0.1", 1), "server": ("rotator.test", 80), "scheme": "http"}
    await app({**scope, "http_version": "1.1", "asgi": {"version": "3.0"}, "root_path": ""}, receive, send)
    assert answers == []
    async with store.database.read() as session:
        assert await session.scalar(text("SELECT count(*) FROM kept_answers")) == 0


async def _rows(store):
    async with store.database.read() as session:
        return await session.scalar(text("SELECT count(*) FROM kept_answers WHERE state = 'begun'"))


async def test_a_new_key_is_shown_once(api, tmp_path, problem):
    """The same again is refused with its place; its text is in no file of the database, and there is one key."""
    order = {"name": "bob", "grant": {"roles": ["approver"]}}
    first = await api.post("/v1/keys", json=order, headers=KEY)
    assert first.status_code == 201, first.text
    again = await api.post("/v1/keys", json=order, headers=KEY)
    body = problem(again, 409, "answer-not-kept")
    assert again.headers["location"] == first.headers["location"]
    assert first.headers["location"] in body["detail"]
    assert "revoke" in body["remedy"]
    keys = (await api.get("/v1/keys")).json()["items"]
    assert [key["principal"]["name"] for key in keys].count("bob") == 1
    secret = first.json()["text"].rpartition("_")[2]
    files = b"".join(file.read_bytes() for file in tmp_path.glob("rotator.db*"))
    assert b"kept_answers" in files
    assert secret.encode() not in files
    assert bytes.fromhex(secret) not in files


async def test_an_answer_too_large_to_be_kept_is_read_at_its_resource(api, problem):
    """A site of 3,000 groups was renamed: the same again names the site, with its id, and reading it shows the name."""
    paths = (f"My Company\\{number:05d}{'x' * 400}" for number in range(3000))
    site = json.loads(json.dumps(AT_CONSOLE))
    groups = [site["groups"][0], *({**site["groups"][1], "path": path} for path in paths)]
    assert (await api.post("/v1/sites", json=site | {"name": "Large", "groups": groups})).status_code == 201
    order = {"name": "Larger", "why": "it grew"}
    assert (await api.post("/v1/sites/large/rename", json=order, headers=KEY)).status_code == 200
    again = await api.post("/v1/sites/large/rename", json=order, headers=KEY)
    assert problem(again, 409, "answer-not-kept")["remedy"] == "read it: GET /v1/sites/large"
    assert (await api.get(again.headers["location"])).json()["name"] == "Larger"


async def test_a_database_that_cannot_be_written_carries_nothing_out(api, certificates, tmp_path):
    """Without a record there is no effect, and the same request again makes it."""
    with closing(sqlite3.connect(tmp_path / "rotator.db", isolation_level=None)) as store:
        store.execute("CREATE TRIGGER full BEFORE INSERT ON kept_answers BEGIN SELECT RAISE(ABORT, 'is full'); END")
        refused = await api.post(MADE, json=BODY, headers=KEY)
        assert refused.status_code == 500, refused.text
        assert await certificates() == 0
        store.execute("DROP TRIGGER full")
    assert (await api.post(MADE, json=BODY, headers=KEY)).status_code == 201


async def test_a_plan_is_made_once_for_its_key(whole, site, store):
    """Its id follows from the key: also where the answer was not stored."""
    made = await whole.post(MADE, json=BODY)
    certificates = {"*": made.json()["certificate"]["id"]}
    order = {"site_id": site, "certificates": certificates, "trusted_networks": ["10.0.0.0/16"]}
    first = await whole.post("/v1/plans", json=order, headers=KEY)
    assert first.status_code == 201, first.text
    async with store.database.write() as session:
        await session.execute(text("UPDATE kept_answers SET state = 'failed'"))
    again = await whole.post("/v1/plans", json=order, headers=KEY)
    assert (again.json()["id"], "idempotency-replayed" in again.headers) == (first.json()["id"], False)
    assert len((await whole.get("/v1/plans", params={"site_id": site})).json()["items"]) == 1
