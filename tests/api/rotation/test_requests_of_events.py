"""Events of a rotation name the HTTP request by which they came, as the log of the API does."""

import pytest
from sqlalchemy import delete

from store.schema.tables import KeptAnswerRow

WHY = {"why": "a reason"}


def named(key):
    """The headers of a request that is called so, and sent with an `Idempotency-Key` of its own."""
    return {"X-Request-ID": key, "Idempotency-Key": f"key of {key}"}


@pytest.fixture
async def path(whole, plan):
    """The path of a rotation that has just started, by the request `starts`."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], **WHY}
    answer = await whole.post("/v1/rotations", json=order, headers=named("starts"))
    assert answer.status_code == 202, answer.text
    return answer.headers["location"]


@pytest.fixture
def by_request(whole, until):
    """Gives the kinds of a rotation's events by the request that each names, once it has one of a kind."""

    async def read(path, *, until_kind):
        async def look():
            return (await whole.get(f"{path}/events", params={"limit": 1000})).json()["items"]

        events = await until(look, lambda items: until_kind in {each["kind"] for each in items})
        return [(each["data"]["request_id"], each["kind"]) for each in events if "request_id" in each["data"]]

    return read


async def test_starts_moves_and_reports_name_their_requests(whole, path, by_request, until):
    """One that the rotation came to by itself names none; a stream has the same events."""

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": path.rpartition("/")[2]})).json()["items"]

    task = f"/v1/tasks/{(await until(tasks, lambda items: items))[0]['id']}"
    for name, url, body in (
        ("holds", f"{path}/hold", WHY),
        ("resumes", f"{path}/resume", WHY),
        ("claims", f"{task}/claim", {}),
        ("gives-back", f"{task}/refused", WHY),
    ):
        assert (await whole.post(url, json=body, headers=named(name))).status_code == 200
    assert await by_request(path, until_kind="attention") == [
        ("starts", "started"),
        ("holds", "message"),
        ("resumes", "message"),
        ("gives-back", "task-closed"),
    ]
    stream = await whole.get("/v1/events", headers={"Last-Event-ID": "0"})
    assert stream.text.count('"request_id":"holds"') == 1


async def test_a_move_that_is_sent_again_is_the_same_one(whole, connected, path, by_request):
    """Where its answer was lost, too: another request brings the same message, which is heard once."""
    hold = await whole.post(f"{path}/hold", json=WHY, headers=named("first"))
    assert hold.status_code == 200, hold.text
    async with connected.store.database.write() as session:
        await session.execute(delete(KeptAnswerRow))
    again = await whole.post(f"{path}/hold", json=WHY, headers=named("first") | {"X-Request-ID": "second"})
    assert (again.status_code, "idempotency-replayed" in again.headers) == (200, False), again.text
    requests = [request for request, kind in await by_request(path, until_kind="message") if kind == "message"]
    assert requests == ["first"]
