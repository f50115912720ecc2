"""Speaking to a running rotation, doing its tasks, and bringing back a site it was torn from."""

import asyncio
import base64
import sqlite3
from contextlib import closing
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

from api.repeats.request_key import RequestKey
from engine.ids import rotation_workflow
from rotation.plan.work.task import ConsoleTask, Evidence, ReplaceCertificate, TaskState
from rotation.running.message import Message, Move
from rotation.values import ServerName
from store.settings import StoreSettings
from store.store import Store
from tests.api.conftest import calling
from tests.api.identified import NAME

REASON = {"why": "a reason"}


@pytest.fixture
async def rotation(whole, plan):
    """A rotation that has just started."""
    answer = await whole.post("/v1/rotations", json={"plan_id": plan["id"], "plan_hash": plan["hash"], **REASON})
    assert answer.status_code == 202, answer.text
    return answer.json()


@pytest.fixture
async def first_task(whole, rotation, until):
    """The first console task that it opens."""

    async def look():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation["id"]})).json()["items"]

    return (await until(look, lambda items: items))[0]


@pytest.fixture
async def waiting_task(whole, rotation, first_task, until):
    """The first task, once the rotation has recorded that it is open and only waits for it."""

    async def events():
        return (await whole.get(f"/v1/rotations/{rotation['id']}/events")).json()["items"]

    await until(events, lambda items: any(event["kind"] == "task-opened" for event in items))
    return first_task


async def test_a_rotation_is_held_and_goes_on(whole, rotation, first_task, problem, shown_when):
    """A move is refused with what to do, or obeyed, and shown with who made it and why."""
    path = f"/v1/rotations/{rotation['id']}"
    assert "why" in problem(await whole.post(f"{path}/hold", json={}), 409, "hold-refused")["remedy"]
    assert (await whole.post(f"{path}/hold", json=REASON)).json()["accepted"]
    problem(await whole.post(f"{path}/hold", json=REASON), 409, "hold-refused")
    held = await shown_when(rotation["id"], lambda shown: shown["held"])
    assert (held["live"]["held_by"], held["live"]["hold_reason"]) == ("ann", "a reason")
    assert [step["state"] for step in held["live"]["steps"]].count("current") == 1
    assert held["live"]["task"]["id"] == first_task["id"]
    assert (await whole.post(f"{path}/resume", json=REASON)).status_code == 200
    problem(await whole.post(f"{path}/extend", json=REASON | {"by": "P1D"}), 409, "extend-refused")
    problem(await whole.post(f"{path}/proceed", json=REASON), 409, "proceed-refused")
    refused = problem(await whole.post(f"{path}/roll-back", json=REASON), 409, "roll-back-refused")
    assert "cancel" in refused["remedy"]
    problem(await whole.post(f"{path}/finish", json=REASON), 409, "finish-refused")
    problem(await whole.post(f"{path}/hold", json={"who": "ben"}), 422, "invalid-request")


@pytest.mark.usefixtures("first_task")
async def test_the_same_key_is_one_move(whole, rotation, shown_when):
    """A move that is sent again with its key is answered as the first time, and made once."""
    path = f"/v1/rotations/{rotation['id']}"
    key = {"Idempotency-Key": "hold-once"}
    assert (await whole.post(f"{path}/hold", json=REASON, headers=key)).status_code == 200
    assert (await whole.post(f"{path}/resume", json=REASON)).status_code == 200
    again = await whole.post(f"{path}/hold", json=REASON, headers=key)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    await shown_when(rotation["id"], lambda shown: shown["live"] and not shown["live"]["held_by"])


@pytest.mark.usefixtures("first_task")
async def test_a_key_is_bound_to_its_move_and_body(whole, rotation, problem):
    """A cancel with the key of a hold is not answered as accepted: it is refused, and nothing is cancelled."""
    path = f"/v1/rotations/{rotation['id']}"
    key = {"Idempotency-Key": "one"}
    assert (await whole.post(f"{path}/hold", json=REASON, headers=key)).status_code == 200
    problem(await whole.post(f"{path}/cancel", json=REASON, headers=key), 422, "idempotency-key-reused")
    other_body = await whole.post(f"{path}/hold", json={"why": "another"}, headers=key)
    problem(other_body, 422, "idempotency-key-reused")
    assert (await whole.get(f"{path}?live=true")).json()["live"]["cancelling_by"] == ""


async def test_a_held_rotation_answers_about_its_task_at_once(whole, rotation, first_task, people, problem):
    """Claim, done and refused are refused with who holds it and what to do, and nothing of them happens later."""
    path, task = f"/v1/rotations/{rotation['id']}", f"/v1/tasks/{first_task['id']}"
    assert (await whole.post(f"{path}/hold", json=REASON)).status_code == 200
    for call, body in {"claim": {}, "begin": {}, "done": {}, "refused": {"why": "no"}}.items():
        code = {"claim": "claim-task", "begin": "begin-task", "done": "task-done", "refused": "task-refused"}[call]
        refusal = problem(await whole.post(f"{task}/{call}", json=body, headers=people["ben"]), 409, f"{code}-refused")
        assert "held by ann: a reason" in refusal["detail"]
        assert "resume" in refusal["remedy"]
    assert (await whole.post(f"{path}/resume", json=REASON)).status_code == 200
    assert (await whole.post(f"{task}/claim", json={})).json()["claimed_by"] == "ann"


async def test_a_task_call_is_repeated_after_the_api_died_on_it(whole, temporal, rotation, waiting_task, store):
    """What was sent by an API that died before it could answer is answered to the same request, and was done once."""
    caller, path = (await store.identities.named(NAME)).id, f"/v1/tasks/{waiting_task['id']}/claim"
    key = RequestKey.of(caller, path, "claim-once")
    message = Message(
        move=Move.CLAIM_TASK,
        rotation_id=rotation["id"],
        task_id=waiting_task["id"],
        who=NAME,
        identity=caller,
        request_id=key.name,
    )
    await temporal.get_workflow_handle(rotation_workflow(rotation["site_id"])).signal(Move.CLAIM_TASK.value, message)
    claimed = await whole.post(path, json={}, headers={"Idempotency-Key": key.text})
    assert claimed.status_code == 200, claimed.text
    assert claimed.json()["claimed_by"] == "ann"
    again = await whole.post(path, json={}, headers={"Idempotency-Key": key.text})
    assert (again.status_code, again.json()["claimed_by"]) == (200, "ann"), again.text
    assert (await store.tasks.get(waiting_task["id"])).claimed_by == "ann"


@pytest.fixture
async def impatient(connected, tmp_path):
    """An API that waits five seconds for a rotation, and keeps answers in a database of its own, which none locks."""
    (tmp_path / "answers").mkdir()
    answers = await Store.open(StoreSettings(folder=tmp_path / "answers"))
    store = copy(connected.store)
    store.kept_answers = answers.kept_answers
    async with calling(replace(connected, store=store, answer_wait=timedelta(seconds=5))) as client:
        yield client
    await answers.close()


async def test_a_claim_that_takes_long_is_answered_before_it_is_done(whole, impatient, tmp_path, waiting_task, problem):
    """202 while the rotation is at work on it; what waits behind it is withdrawn, and never happens."""
    task = f"/v1/tasks/{waiting_task['id']}"
    database = tmp_path / "rotator.db"
    with closing(sqlite3.connect(database, timeout=30, isolation_level=None, check_same_thread=False)) as lock:
        while True:
            # in a thread: a worker of this process may be between a write and its end, which needs the event loop
            await asyncio.to_thread(lock.execute, "BEGIN IMMEDIATE")
            key = {"Idempotency-Key": f"slow {uuid4()}"}
            accepted = await impatient.post(f"{task}/claim", json={}, headers=key)
            if accepted.status_code == 202:
                break
            problem(accepted, 409, "rotation-busy")  # the lock stopped a reading that had begun
            lock.execute("ROLLBACK")
        assert (accepted.status_code, accepted.json().get("pending")) == (202, "claim_task"), accepted.text
        assert accepted.headers["location"] == task
        answer = await impatient.post(f"{task}/refused", json=REASON)
        busy = problem(answer, 409, "rotation-busy")
        assert answer.headers["retry-after"]
        assert "task claimed by ann" in busy["detail"]
        lock.execute("ROLLBACK")
    claimed = await whole.post(f"{task}/claim", json={}, headers=key)
    assert (claimed.status_code, claimed.json()["pending"]) == (200, None), claimed.text
    evidence = {"filename": "recovery_1.zip", "sha256": "ab" * 32, "servers": [{"server": "SEPM-1"}]}
    done = await whole.post(f"{task}/done", json={"evidence": evidence})
    assert (done.status_code, done.json()["state"]) == (200, "done"), done.text


async def test_a_task_is_claimed_by_one_person(whole, first_task, people, problem):
    """The task says what to do; the person who claims it holds it, and no other can close it."""
    assert first_task["kind"] == "save_recovery_file"
    assert first_task["subject"] == {"kind": "save_recovery_file", "server": "SEPM-1", "asks_hand_outs": True}
    assert first_task["evidence"] == "attested"
    assert first_task["instructions"]
    assert (first_task["state"], first_task["claimed_by"]) == ("open", None)
    path = f"/v1/tasks/{first_task['id']}"
    claimed = await whole.post(f"{path}/claim", json={})
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["claimed_by"]) == (200, "claimed", "ann")
    problem(await whole.post(f"{path}/claim", json={}, headers=people["ben"]), 409, "claim-task-refused")
    problem(await whole.post(f"{path}/done", json={}, headers=people["ben"]), 409, "task-done-refused")
    problem(await whole.post(f"{path}/file", json={}), 409, "no-file")
    assert (claimed.json()["proof_until"], claimed.json()["begin_until"]) == (None, None)
    problem(await whole.post(f"{path}/begin", json={}), 409, "begin-task-refused")
    untold = await whole.post(f"{path}/done", json={"evidence": {"filename": "recovery_1.zip"}})
    assert "SHA-256" in problem(untold, 409, "task-done-refused")["findings"][0]["message"]
    evidence = {"filename": "recovery_1.zip", "sha256": "ab" * 32, "servers": [{"server": "SEPM-1"}]}
    done = await whole.post(f"{path}/done", json={"note": "on the vault", "evidence": evidence})
    assert (done.status_code, done.json()["state"], done.json()["closed_by"]) == (200, "done", "ann"), done.text
    assert done.json()["attestation"]["sha256"] == "ab" * 32
    problem(await whole.post(f"{path}/done", json={}), 409, "task-done-refused")


async def test_a_task_is_given_back(whole, rotation, first_task, shown_when, problem):
    """Given back with a reason it is closed as refused, and the rotation asks what to do: the answer names that."""
    answer = await whole.post(f"/v1/tasks/{first_task['id']}/refused", json=REASON)
    assert (answer.status_code, answer.json()["state"]) == (200, "refused"), answer.text
    shown = await shown_when(rotation["id"], lambda shown: shown["attention"])
    assert [each["code"] for each in shown["attention"]] == ["task-refused"]
    path = f"/v1/rotations/{rotation['id']}"
    (asked,) = shown["live"]["attention"]
    assert f"question {asked['question']}" in shown["attention"][0]["remedy"], "also where the workflow cannot be asked"
    for question in ({}, {"question": "of yesterday"}):
        refused = problem(await whole.post(f"{path}/retry", json=REASON | question), 409, "other-question")
        assert f"question {asked['question']}, task-refused of" in refused["detail"]
    again = (await whole.get(f"{path}?live=true")).json()["live"]
    assert again["attention"] == [asked], "a refused answer changes nothing"
    answer = REASON | {"question": asked["question"]}
    assert (await whole.post(f"{path}/retry", json=answer)).status_code == 200


async def test_tasks_are_listed_by_state_and_site(whole, rotation, first_task, problem):
    """The list takes states and a site; an unknown state or task is refused."""
    site = rotation["site_id"]
    items = (await whole.get("/v1/tasks", params={"state": "open", "site_id": site})).json()["items"]
    assert [task["id"] for task in items] == [first_task["id"]]
    assert (await whole.get("/v1/tasks", params={"state": "claimed"})).json()["items"] == []
    assert (await whole.get("/v1/tasks", params={"state": ["claimed", "open"]})).json()["items"]
    problem(await whole.get("/v1/tasks", params={"state": "lost"}), 422, "invalid-request")
    for method, path in (("GET", ""), ("POST", "/claim"), ("POST", "/done"), ("POST", "/file")):
        answer = await whole.request(method, f"/v1/tasks/none{path}", json={})
        problem(answer, 404, "unknown-task")


@pytest.mark.usefixtures("first_task")
async def test_events_tell_what_happened(whole, rotation):
    """The client reads the audit trail on from a number; every event has its own hash."""
    path = f"/v1/rotations/{rotation['id']}/events"
    page = (await whole.get(path)).json()
    assert page["items"][0]["kind"] == "started"
    assert [event["number"] for event in page["items"]] == list(range(1, len(page["items"]) + 1))
    assert len({event["hash"] for event in page["items"]}) == len(page["items"])
    rest = (await whole.get(path, params={"number_after": 1, "limit": 1})).json()
    assert [event["number"] for event in rest["items"]] == [2]
    more = (await whole.get(path, params={"number_after": 1, "limit": 1, "cursor": rest["next"]})).json()
    assert [event["number"] for event in more["items"]] == [3]
    assert (await whole.get(path, params={"number_after": 10_000})).json() == {"items": [], "next": None}
    none_yet: dict[str, object] = {"gate": None, "by_reason": {}, "items": [], "next": None}
    assert (await whole.get(f"/v1/rotations/{rotation['id']}/clients")).json() == none_yet


async def test_the_file_of_a_replacement_is_given_once(whole, store, plan, first_task, *, people, problem):
    """Its holder gets certificate and key with a password of its own, once for each claim."""
    chosen = plan["certificates"][0]
    stored = await store.tasks.get(first_task["id"])
    work = ReplaceCertificate(server=ServerName("SEPM-1"), fingerprint_sha256=chosen["fingerprint"], has_file=True)
    task = ConsoleTask(
        **{**dict(stored), "id": "replace-1", "evidence": Evidence.OBSERVED, "state": TaskState.OPEN, "work": work}
    )
    await store.tasks.add(task)
    problem(await whole.post("/v1/tasks/replace-1/file", json={}), 409, "task-not-in-state")
    at = stored.opened_at
    await store.tasks.transition(task.id, [TaskState.OPEN], TaskState.CLAIMED, who="ann", at=at)
    problem(await whole.post("/v1/tasks/replace-1/file", json={}, headers=people["ben"]), 409, "task-held")
    answer = await whole.post("/v1/tasks/replace-1/file", json={})
    assert answer.headers["cache-control"] == "no-store"
    file = answer.json()
    assert (file["filename"], file["format"]) == ("SEPM-1.pfx", "pkcs12")
    bundle = load_pkcs12(base64.b64decode(file["content_base64"]), file["password"].encode())
    assert bundle.key is not None
    again = await whole.post("/v1/tasks/replace-1/file", json={})
    problem(again, 409, "file-taken")
    assert file["password"] not in again.text
    await store.tasks.transition(task.id, [TaskState.CLAIMED], TaskState.CLAIMED, who="ann", at=at)
    another = (await whole.post("/v1/tasks/replace-1/file", json={})).json()
    assert another["password"] != file["password"]


@pytest.mark.usefixtures("first_task")
async def test_a_cancelled_rotation_lets_the_site_go(whole, temporal, rotation, problem, shown_when):
    """After a cancel before the first change it has ended, and takes no more moves."""
    path = f"/v1/rotations/{rotation['id']}"
    assert (await whole.post(f"{path}/cancel", json=REASON)).status_code == 200
    ended = await shown_when(rotation["id"], lambda shown: shown["status"] != "running")
    assert (ended["status"], ended["live"]) == ("cancelled", None)
    # it reports its end before it ends
    await temporal.get_workflow_handle(rotation_workflow(rotation["site_id"])).result()
    problem(await whole.post(f"{path}/hold", json=REASON), 409, "not-running")
    restored = await whole.post(f"/v1/sites/{rotation['site_id']}/restore", json=REASON)
    problem(restored, 409, "nothing-to-restore")


@pytest.mark.usefixtures("first_task")
async def test_a_site_is_restored_after_its_rotation_was_torn_off(whole, temporal, rotation, problem):
    """While a rotation runs there is no restore; after a terminate one starts, and nothing else may before it."""
    path = f"/v1/sites/{rotation['site_id']}/restore"
    problem(await whole.post(path, json=REASON), 409, "site-busy")
    await temporal.get_workflow_handle(rotation_workflow(rotation["site_id"])).terminate("torn off")
    answer = await whole.post(path, json=REASON)
    assert answer.status_code == 202, answer.text
    assert answer.json()["purpose"] == "restore"
    torn = (await whole.get(f"/v1/rotations/{rotation['id']}")).json()
    assert torn["status"] == "terminated"
    order = {"plan_id": rotation["plan_id"], "plan_hash": rotation["plan_hash"], **REASON}
    problem(await whole.post("/v1/rotations", json=order), 409, "site-busy")


async def test_no_proof_of_a_task_counts_while_the_rotation_is_held(whole, rotation, first_task, store):
    """The site is not watched then, and nothing may begin: the task shows no time until the rotation is resumed."""
    task, path = f"/v1/tasks/{first_task['id']}", f"/v1/rotations/{rotation['id']}"
    assert (await whole.post(f"{task}/claim", json={})).status_code == 200
    until = datetime.now(UTC) + timedelta(minutes=30)
    await store.tasks.note_proof(first_task["id"], until, until)

    async def shown():
        one = (await whole.get(task)).json()
        (listed,) = (await whole.get("/v1/tasks", params={"rotation_id": rotation["id"], "state": "claimed"})).json()[
            "items"
        ]
        assert listed == one
        return one["proof_until"] is not None, one["begin_until"] is not None

    assert await shown() == (True, True)
    assert (await whole.post(f"{path}/hold", json=REASON)).status_code == 200
    assert await shown() == (False, False)
    assert (await whole.post(f"{path}/resume", json=REASON)).status_code == 200
    assert await shown() == (True, True)
