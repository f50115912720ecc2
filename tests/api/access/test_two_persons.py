"""What two persons do together: one identity in two costumes is refused, and two are accepted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from engine.client.rotations import state
from rotation.identity.permission import Role
from rotation.identity.two_persons import TwoPersonAct
from rotation.plan.plan import LeftOut
from rotation.running.attention import PLAN_DIFFERS, Attention
from rotation.running.message import Move
from rotation.values import ClientId, PlanId
from tests.api.conftest import calling
from tests.api.identified import NAME, key_of

SHOWN: set[TwoPersonAct] = set()
"""The acts that the tests below have done by two persons."""
LOW = {"why": "a test", "relax_floor": "PT1H", "holdout_minimum": "P7D"}
PIN = {"fingerprint_sha256": "ab" * 32, "why": "compared"}


@pytest.fixture
async def costume(api):
    """Another key of the admin whose key a test sends by itself."""
    made = await api.post("/v1/keys", json={"name": NAME})
    assert made.status_code == 201, made.text
    return {"Authorization": f"Bearer {made.json()['text']}"}


@pytest.fixture
async def second(store):
    """The key of another admin."""
    return {"Authorization": f"Bearer {await key_of(store, 'ben', Role.ADMIN)}"}


@pytest.fixture
async def site(api, document, tmp_path):
    """A registered site whose floors are the vendor's, of its own name: Temporal is that of all tests."""
    floors = {"relax_floor": "PT24H", "holdout_minimum": "P30D"}
    answer = await api.post("/v1/sites", json=document | {"name": tmp_path.name, "limits": document["limits"] | floors})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def shows(act):
    """Marks the test of an act."""
    SHOWN.add(act)
    return lambda test: test


def test_each_act_is_shown():
    """An act that is new needs a test here: two costumes of one person are refused, two persons are not."""
    assert set(TwoPersonAct) == SHOWN


@shows(TwoPersonAct.TRUST)
async def test_a_fingerprint(api, site, costume, second, problem):
    """A second key of the same person is the same person."""
    path = f"/v1/sites/{site}/trust"
    for _ in range(2):
        problem(await api.post(f"{path}/pin", json=PIN), 409, "second-person")
        problem(await api.post(f"{path}/pin", json=PIN, headers=costume), 409, "second-person")
    other = PIN | {"fingerprint_sha256": "cd" * 32}
    problem(await api.post(f"{path}/pin", json=other, headers=second), 409, "second-person")
    assert (await api.post(f"{path}/pin", json=PIN, headers=second)).status_code == 200
    # a wish counts once
    assert (await api.post(f"{path}/drop", json=PIN)).status_code == 200
    problem(await api.post(f"{path}/pin", json=PIN, headers=second), 409, "second-person")


@shows(TwoPersonAct.FLOORS)
async def test_floors_below_the_vendors(api, site, costume, second, problem):
    """To lower them takes two, who want the very same; to raise them, or to change other limits, takes one."""
    path = f"/v1/sites/{site}/limits"
    assert (await api.put(path, json={"relax_floor": "PT48H", "why": "a test"})).status_code == 200
    assert (await api.put(path, json={"away_limit": "P14D", "why": "a test"})).status_code == 200
    refusal = problem(await api.put(path, json=LOW), 409, "second-person")
    assert "relax_floor, holdout_minimum" in refusal["detail"]
    problem(await api.put(path, json=LOW, headers=costume), 409, "second-person")
    problem(await api.put(path, json=LOW | {"relax_floor": "PT2H"}, headers=second), 409, "second-person")
    assert (await api.get(f"/v1/sites/{site}")).json()["limits"]["relax_floor"] == "P1D"
    assert (await api.put(path, json=LOW, headers=second)).json()["limits"]["relax_floor"] == "PT1H"
    assert (await api.put(path, json=LOW | {"relax_floor": "PT2H"})).status_code == 200, "it is raised"


@shows(TwoPersonAct.FLOORS)
async def test_a_registration_with_floors_below_the_vendors(unconnected, document, costume, second, problem):
    """Two persons describe the very same site, also under another name; with the vendor's floors one does."""
    async with calling(replace(unconnected, rehearsal=False)) as api:
        refusal = problem(await api.post("/v1/sites", json=document), 409, "second-person")
        assert "relax_floor" in refusal["detail"]
        problem(await api.post("/v1/sites", json=document, headers=costume), 409, "second-person")
        lower = document | {"limits": document["limits"] | {"holdout_minimum": "P1D"}}
        problem(await api.post("/v1/sites", json=lower, headers=second), 409, "second-person")
        assert (await api.get("/v1/sites")).json()["items"] == []
        answer = await api.post("/v1/sites", json=document, headers=second)
        assert answer.status_code == 201, answer.text
        trail = (await api.get(f"/v1/sites/{answer.json()['id']}/events")).json()["items"]
        again = document | {"name": "The same once more"}
        problem(await api.post("/v1/sites", json=again), 409, "second-person")
        safe = again | {"limits": document["limits"] | {"relax_floor": "PT24H"}}
        assert (await api.post("/v1/sites", json=safe)).status_code == 201
    assert f"{NAME} and ben" in {each["who"] for each in trail}


async def test_a_wish_lasts_a_week(unconnected, document, second, problem):
    """After that it is another wish."""
    now = datetime.now(UTC)
    async with calling(unconnected) as api:
        site = (await api.post("/v1/sites", json=document)).json()["id"]
        problem(await api.post(f"/v1/sites/{site}/trust/pin", json=PIN), 409, "second-person")
    async with calling(replace(unconnected, clock=lambda: now + timedelta(days=8))) as api:
        problem(await api.post(f"/v1/sites/{site}/trust/pin", json=PIN, headers=second), 409, "second-person")


async def test_a_wish_ends_with_the_last_key_of_its_identity(api, site, second, problem):
    """A person whose keys are revoked wants nothing any more."""
    made = (await api.post("/v1/keys", json={"name": "Eve", "grant": {"roles": ["admin"]}})).json()
    eve, path = {"Authorization": f"Bearer {made['text']}"}, f"/v1/sites/{site}/trust/pin"
    problem(await api.post(path, json=PIN, headers=eve), 409, "second-person")
    assert (await api.delete(f"/v1/keys/{made['key']['id']}")).status_code == 200
    problem(await api.post(path, json=PIN, headers=second), 409, "second-person")


@shows(TwoPersonAct.START)
@shows(TwoPersonAct.AMEND)
async def test_each_plan_and_amendment_where_the_operator_wants_it(
    connected, plan, *, costume, second, problem, until, monkeypatch
):
    """By a setting two persons start each plan, and approve each amendment; the second one has it done."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": "it ends in May"}
    async with calling(replace(connected, two_persons_start=True)) as api:
        refusal = problem(await api.post("/v1/rotations", json=order), 409, "second-person")
        assert "this service needs two persons for each plan" in refusal["detail"]
        problem(await api.post("/v1/rotations", json=order, headers=costume), 409, "second-person")
        assert (await api.get("/v1/rotations")).json()["items"] == []
        answer = await api.post("/v1/rotations", json=order, headers=second)
        assert (answer.status_code, answer.json()["started_by"]) == (202, "ben"), answer.text
        trail = (await api.get(f"/v1/sites/{answer.json()['site_id']}/events")).json()["items"]
        assert [each["who"] for each in trail if each["kind"] == "rotation-started"] == [f"{NAME} and ben"]

        path = answer.headers["Location"]
        await until(lambda: api.get(f"{path}?live=true"), lambda shown: shown.json()["live"])
        asked = await _has_it_ask(connected, plan["site_id"], monkeypatch)
        approval = {"why": "I read it", "question": asked}
        problem(await api.post(f"{path}/approve", json=approval), 409, "second-person")
        problem(await api.post(f"{path}/approve", json=approval, headers=costume), 409, "second-person")
        other = approval | {"question": "another"}
        problem(await api.post(f"{path}/approve", json=other, headers=second), 409, "other-question")
        # it reaches the rotation, which in truth asks nothing yet
        problem(await api.post(f"{path}/approve", json=approval, headers=second), 409, "approve-refused")
        # a wish counts once
        problem(await api.post(f"{path}/approve", json=approval, headers=second), 409, "second-person")


@shows(TwoPersonAct.START)
async def test_a_plan_that_leaves_clients_out_by_name(connected, plan, *, costume, second, problem):
    """No client is left out by one person, whatever key the same one shows."""
    kept = await connected.store.plans.get(PlanId(plan["id"]))
    left = LeftOut(id=ClientId("c-1"), name="PC-1", group="My Company", reason="away for a year")
    body = kept.body.model_copy(update={"left_out": (left,)})
    named = kept.model_copy(update={"id": PlanId("plan-leaves-out"), "body": body, "hash": body.content_hash()})
    await connected.store.plans.add(named)
    order = {"plan_id": named.id, "plan_hash": named.hash, "why": "it ends in May"}
    async with calling(connected) as api:
        refusal = problem(await api.post("/v1/rotations", json=order), 409, "second-person")
        assert "the plan leaves out 1 clients by name" in refusal["detail"]
        problem(await api.post("/v1/rotations", json=order, headers=costume), 409, "second-person")
        assert (await api.get("/v1/rotations")).json()["items"] == []
        answer = await api.post("/v1/rotations", json=order, headers=second)
        assert answer.status_code == 202, answer.text


async def _has_it_ask(parts, site, monkeypatch):
    """Have the API see the rotation ask about an amendment, which takes weeks to come; the token of the question."""
    now = await state(parts.temporal, site)
    asked = Attention(
        code=PLAN_DIFFERS, subject="s", message="m", options=(Move.APPROVE,), about="h", raised_at=now.started_at
    )

    async def asks(*_):
        return now.model_copy(update={"attention": (asked,)})

    monkeypatch.setattr("api.rotation.moves.state", asks)
    return asked.question
