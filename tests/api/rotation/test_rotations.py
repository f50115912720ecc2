"""Starting rotations once, and looking at them."""

from datetime import UTC, datetime

from api.repeats.request_key import RequestKey
from api.rotation.rotation_document import RotationRequest
from api.rotation.starting import new_id
from store.progress import NewRotation
from tests.api.identified import NAME

REASON = {"why": "the certificate ends in May"}


def order_of(plan):
    """The approval of a plan."""
    return {"plan_id": plan["id"], "plan_hash": plan["hash"], **REASON}


async def stored_only(store, plan, key):
    """A rotation that was stored by `order_of`'s request, and never given to Temporal."""
    if key is not None:
        caller = await store.identities.named(NAME)
        key = RequestKey.of(caller.id, "/v1/rotations", key).name
    new = NewRotation(
        id=new_id(key),
        site_id=plan["site_id"],
        plan_id=plan["id"],
        plan_hash=plan["hash"],
        started_by=NAME,
        why=REASON["why"],
    )
    fingerprint = RotationRequest(**order_of(plan)).fingerprint(NAME)
    rotation, _ = await store.rotations.create(new, datetime.now(UTC), idempotency_key=key, fingerprint=fingerprint)
    return rotation.id


async def test_only_the_approved_hash_starts(whole, plan, problem):
    """An approval names the plan by its hash; another hash, or an unknown plan, starts nothing."""
    problem(await whole.post("/v1/rotations", json=order_of(plan) | {"plan_hash": "0" * 64}), 409, "plan-hash-differs")
    problem(await whole.post("/v1/rotations", json=order_of(plan) | {"plan_id": "none"}), 404, "unknown-plan")
    problem(await whole.post("/v1/rotations", json=order_of(plan) | {"why": ""}), 422, "invalid-request")
    assert (await whole.get("/v1/rotations")).json() == {"items": [], "next": None}


async def test_a_rotation_starts_once(whole, plan, people, problem):
    """The same key again gives the same rotation, with another body it is refused, and the site is busy."""
    key = {"Idempotency-Key": plan["site_id"]}
    answer = await whole.post("/v1/rotations", json=order_of(plan), headers=key)
    assert answer.status_code == 202, answer.text
    rotation_id = answer.json()["id"]
    assert answer.headers["location"] == f"/v1/rotations/{rotation_id}"
    assert int(answer.headers["retry-after"]) >= 1
    again = await whole.post("/v1/rotations", json=order_of(plan), headers=key)
    assert (again.status_code, again.json()["id"]) == (202, rotation_id)
    other = await whole.post("/v1/rotations", json=order_of(plan) | {"why": "something else"}, headers=key)
    problem(other, 422, "idempotency-key-reused")
    busy = await whole.post("/v1/rotations", json=order_of(plan), headers=key | people["ben"])
    assert rotation_id in problem(busy, 409, "site-busy")["detail"]
    listed = (await whole.get("/v1/rotations")).json()
    assert [each["id"] for each in listed["items"]] == [rotation_id]
    assert listed["items"][0]["waiting_for"].endswith(".")


async def test_a_stale_plan_does_not_start(whole, site, plan, document, problem):
    """When the site is not as the plan saw it, the start is refused with what differs."""
    over_http = [{**known, "protocol": "HTTP"} for known in document["lists"]]
    await whole.put(f"/v1/sites/{site}/lists", json={"lists": over_http, "why": "as the console shows"})
    body = problem(await whole.post("/v1/rotations", json=order_of(plan)), 409, "plan-stale")
    assert body["findings"]
    assert (await whole.get("/v1/rotations")).json()["items"] == []


async def test_a_late_start_is_refused_unless_it_is_accepted(whole, rotator, site, document, *, people, problem):
    """Past the latest safe start nothing is stored, and the findings name each way to shorten; two may accept it."""
    limits = document["limits"] | {"gate_patience": "P3660D"}  # a margin longer than the old certificate lasts
    await whole.put(f"/v1/sites/{site}/limits", json=limits | {"why": "a test"})
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    order = {
        "site_id": site,
        "certificates": {"*": made.json()["certificate"]["id"]},
        "survey_max_age": "PT1H",
        "trusted_networks": ["10.0.0.0/16"],
    }
    late = (await whole.post("/v1/plans", json=order)).json()
    assert datetime.fromisoformat(late["latest_start"]["at"]) < datetime.now(UTC)

    body = problem(await whole.post("/v1/rotations", json=order_of(late)), 409, "latest-start-passed")
    first, *ways = (finding["code"] for finding in body["findings"])
    assert first == "latest-start-passed"
    assert "--accept-late-start" in body["remedy"]
    assert "shorten-gate-patience" in ways
    assert all(way.startswith("shorten-") for way in ways)
    assert (await whole.get("/v1/rotations")).json()["items"] == []

    start = ("start", late["id"], "--why", "it ends in May", "--accept-late-start", "--json")
    code, _, err = await rotator(*start)
    assert (code, "the latest safe start of the plan has passed" in err) == (1, True)
    assert (await whole.get("/v1/rotations")).json()["items"] == []
    code, _, err = await rotator(*start, ROTATOR_API_KEY=people["ben"]["Authorization"].split()[1])
    assert code == 0, err
    (started,) = (await whole.get("/v1/rotations")).json()["items"]
    assert (started["status"], started["started_by"]) == ("running", "ben")


async def test_nothing_is_stored_while_temporal_is_away(api, whole, plan, problem):
    """A start needs a fresh survey, so without Temporal it changes nothing and says when to come back."""
    answer = await api.post("/v1/rotations", json=order_of(plan))
    problem(answer, 503, "temporal-down")
    assert answer.headers["retry-after"]
    assert (await whole.get("/v1/rotations")).json()["items"] == []


async def test_a_stored_rotation_is_started_by_the_same_request(store, api, whole, plan, *, problem, shown_when):
    """Cut off between store and start, the same request starts what is stored as soon as Temporal is back."""
    for key in ("a-key", None):
        rotation_id = await stored_only(store, plan, key)
        headers = {"Idempotency-Key": key} if key else {}
        problem(await api.post("/v1/rotations", json=order_of(plan), headers=headers), 503, "temporal-down")
        answer = await whole.post("/v1/rotations", json=order_of(plan), headers=headers)
        assert (answer.status_code, answer.json()["id"]) == (202, rotation_id), answer.text
        await shown_when(rotation_id, lambda shown: shown["live"])
        order = {"why": "only a test"}
        assert (await whole.post(f"/v1/rotations/{rotation_id}/cancel", json=order)).status_code == 200
        await shown_when(rotation_id, lambda shown: shown["status"] == "cancelled")


async def test_unknown_rotation_is_refused(api, problem):
    """Every route of a rotation that is not kept says so."""
    for path in ("", "/clients", "/events"):
        problem(await api.get(f"/v1/rotations/none{path}"), 404, "unknown-rotation")
    problem(await api.post("/v1/rotations/none/hold", json=REASON), 404, "unknown-rotation")
    problem(await api.post("/v1/rotations/none/dance", json=REASON), 404, "not-found")
    problem(await api.get("/v1/rotations", params={"cursor": "nonsense"}), 422, "bad-cursor")
