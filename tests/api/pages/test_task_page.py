"""The card of a console task: claimed, done and given back by its forms, with the evidence that the service reads."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest

from rotation.finding import warning
from rotation.identity.permission import Role
from rotation.plan.card.cards import card_of
from rotation.plan.plan import CertificateFor
from rotation.plan.work.task import Evidence, SaveRecoveryFile, TaskState
from rotation.running.attention import GIVE_BACK
from rotation.running.state import RotationState
from rotation.survey import ServedCertificate
from rotation.values import CertificateId, Fingerprint, ServerName
from store.progress import Progress, RotationStatus
from tests.api.identified import KEY, key_of
from tests.api.pages.conftest import CZECH, reading, state_of
from tests.api.pages.test_rotation_page import fields, started

SHA = "ab" * 32
OLD, NEW = Fingerprint("aa" * 32), Fingerprint("bb" * 32)
T0 = datetime(2026, 3, 1, tzinfo=UTC)


class Ports:
    """Client ports that present what they are given; a server without anything does not answer."""

    def __init__(self, presented):
        self._presented = presented

    async def probe(self, server):
        """What that server presents."""
        return ServedCertificate(server=server.name, fingerprint=self._presented[server.name], observed_at=T0)


def rotation_state(make) -> RotationState:
    """A rotation of two servers that replaces the certificate of the first one."""
    certificates = tuple(
        CertificateFor(server=ServerName(name), certificate_id=CertificateId("c"), fingerprint=NEW, replaces=OLD)
        for name in ("sepm1", "sepm2")
    )
    return state_of(make.plan().body.model_copy(update={"certificates": certificates}))


def field_names(page: str) -> list[str]:
    """The fields of the form that reports the task as done."""
    form = page.split("/done")[1].split("</form>", maxsplit=1)[0]
    return re.findall(r'<(?:input|textarea) id="[^"]*" name="([^"]+)"', form)


async def test_a_task_is_claimed_and_done_by_the_card(whole, connected, plan, until):
    """Each form sends what the API takes; another operator sees who holds it."""
    rotation = await started(whole, plan)

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    (task,) = await until(tasks, bool)
    address = f"/tasks/{task['id']}"
    other = await key_of(connected.store, "otto", Role.OPERATOR)
    async with reading(connected, KEY) as reader, reading(connected, other) as second:
        card = (await reader.get(address)).text
        own = card_of(SaveRecoveryFile.model_validate(task["subject"]), Evidence.ATTESTED)
        texts = [own.checked.english, own.late.english, *(act.does.english for act in own.acts)]
        values = [each.value for act in own.acts for row in act.rows for each in row]
        assert [text for text in (*texts, *values) if text not in unescape(card)] == []
        assert field_names(card) == ["filename", "sha256", "certificate_sha256", "originals_sha256", "stopped", "note"]
        claimed = await reader.post(f"{address}/claim", data=fields(card, f"{address}/claim"))
        assert (claimed.status_code, claimed.headers["location"]) == (303, address)
        assert "ann holds this task" in (await second.get(address)).text
        refused = await second.post(f"{address}/claim", data={})
        assert refused.status_code == 409
        assert "ann has claimed this task" in refused.text
        link = f'href="/rotations/{rotation}/originals"'
        assert link in card
        taken = await reader.get(f"/rotations/{rotation}/originals")
        assert taken.headers["content-disposition"] == f'attachment; filename="originals-{rotation}.json"'
        assert taken.text == (await whole.get(f"/v1/rotations/{rotation}/originals")).text
        mine = (await reader.get(address, headers=CZECH)).text
        sent = fields(mine, f"{address}/done") | {"filename": "recovery_1.zip", "sha256": SHA, "note": "<i>kept</i>"}
        assert (await reader.post(f"{address}/done", data=sent)).status_code == 303
        (done, *_) = await tasks()
        assert (done["state"], done["attestation"]) == ("done", {"filename": "recovery_1.zip", "sha256": SHA})
        closed = (await reader.get(address)).text
        assert "&lt;i&gt;kept&lt;/i&gt;" in closed
        assert "<form method" not in closed.split('id="main"')[1]


async def test_a_refused_report_keeps_what_was_typed(whole, connected, plan, until):
    """What is wrong stands above the card and beside its field; name, note and the other fields are not lost."""
    rotation = await started(whole, plan)

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    (task,) = await until(tasks, bool)
    address = f"/tasks/{task['id']}"
    sent = {"filename": "recovery_1.zip", "sha256": "yes", "note": "by night"}
    async with reading(connected, KEY) as reader:
        await reader.post(f"{address}/claim", data={})
        refused = await reader.post(f"{address}/done", data=sent)
        assert refused.status_code == 409
        page = unescape(refused.text)
        assert "no SHA-256 of the file" in page.split("<h2>What to do at")[0]
        assert 'aria-invalid="true"' in page.split('id="f-sha256"')[1].split(">")[0]
        assert "no SHA-256 of the file" in page.split('id="f-sha256"')[1].split("<label")[0]
        assert [value for value in sent.values() if value not in page.split('id="f-filename"')[1]] == []
        czech = unescape((await reader.post(f"{address}/done", data=sent, headers=CZECH)).text)
        assert "Zadání bylo odmítnuto" in czech
        done = await reader.post(f"{address}/done", data=sent | {"sha256": SHA})
        assert done.status_code == 303
        again = await reader.post(f"{address}/done", data=sent)
        assert (again.status_code, "not open" in again.text) == (409, True)
        assert (await reader.post(f"{address}/done", data={}, headers={"origin": "http://other"})).status_code == 403


async def test_a_task_is_given_back_with_a_reason(whole, connected, plan, until):
    """Without one it is refused."""
    rotation = await started(whole, plan)

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    (task,) = await until(tasks, bool)
    address = f"/tasks/{task['id']}"
    async with reading(connected, KEY) as reader:
        assert (await reader.post(f"{address}/refused", data={})).status_code == 422
        assert (await reader.post(f"{address}/refused", data={"why": "no account"})).status_code == 303

        async def shown():
            return (await reader.get(f"/rotations/{rotation}")).text

        page = await until(shown, lambda text: "no account" in text)  # it asks a moment after it has answered
        assert "Try again" in page
        assert [text for text in ("Found at", "has the service look at once") if text not in page] == []
    assert (await tasks())[0]["state"] == "refused"


async def test_while_the_rotation_is_held_a_task_says_so_and_offers_nothing(whole, connected, plan, until):
    """It names the holder and the reason, since the rotation would refuse a claim or a report."""
    rotation = await started(whole, plan)

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    (task,) = await until(tasks, bool)
    assert (await whole.post(f"/v1/tasks/{task['id']}/claim", json={})).status_code == 200
    held = await whole.post(f"/v1/rotations/{rotation}/hold", json={"why": "lunch"})
    assert held.status_code == 200, held.text
    other = await key_of(connected.store, "otto", Role.OPERATOR)
    async with reading(connected, KEY) as reader, reading(connected, other) as second:
        for person in (reader, second):
            page = unescape((await person.get(f"/tasks/{task['id']}")).text)
            assert "ann holds the rotation: lunch. Begin nothing: until an operator resumes it" in page
            assert [act for act in ("claim", "begin", "done", "refused") if f'/tasks/{task["id"]}/{act}"' in page] == []
        assert (await whole.post(f"/v1/rotations/{rotation}/resume", json={"why": "back"})).status_code == 200
        assert f'/tasks/{task["id"]}/done"' in (await reader.get(f"/tasks/{task['id']}")).text


async def test_another_person_gives_a_task_back_for_its_holder(whole, connected, plan, until):
    """The form names the holder; a holder who has changed meanwhile is not overruled."""
    rotation = await started(whole, plan)

    async def tasks():
        return (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]

    (task,) = await until(tasks, bool)
    address = f"/tasks/{task['id']}"
    other = await key_of(connected.store, "otto", Role.OPERATOR)
    async with reading(connected, KEY) as reader, reading(connected, other) as second:
        await reader.post(f"{address}/claim", data={})
        page = (await second.get(address)).text
        sent = fields(page, f"{address}/refused") | {"why": "ann is ill"}
        assert sent["holder"] == "ann"
        assert (
            "eve does not hold this task"
            in (await second.post(f"{address}/refused", data=sent | {"holder": "eve"})).text
        )
        assert (await second.post(f"{address}/refused", data=sent)).status_code == 303
        closed = (await second.get(address)).text
        assert "given back: ann (ended by otto)" in unescape(closed)
        assert "ann is ill" in closed


@pytest.mark.usefixtures("rotating")
async def test_a_replacement_says_whether_to_begin(reader, store, make):
    """Unclaimed it is to be claimed first; claimed without proof nothing is begun."""
    assert "Claim it before you do anything" in (await reader.get("/tasks/task-1")).text
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    page = (await reader.get("/tasks/task-1")).text
    assert "The proof does not hold now: begin nothing." in page
    assert 'role="alert"' in page
    assert "Have all proof read again now" in page
    assert 'action="/tasks/task-1/begin"' not in page, "it would be refused"
    assert "Take the certificate file" in page


@pytest.mark.usefixtures("rotating")
async def test_nothing_is_begun_while_the_server_is_silent(reader, store, make):
    """The proof holds, and the server does not answer: the page does not say to begin. A lost file is made again."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    await store.tasks.note_proof("task-1", make.at(days=3650), make.at(days=3650))
    page = (await reader.get("/tasks/task-1")).text
    assert "begin nothing before the server answers again" in page
    assert "The proof holds" not in page
    assert 'action="/tasks/task-1/claim"' in page.split("lost with its password?")[1]


@pytest.mark.usefixtures("rotating")
async def test_nothing_is_begun_while_another_server_is_silent(unconnected, store, make, monkeypatch):
    """The service does not replace a certificate while a server that is not replaced yet is silent: nor does a page."""
    state = rotation_state(make)

    async def asked(*_args):
        return state

    monkeypatch.setattr("api.pages.task_page.state_now", asked)  # no Temporal runs here
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    await store.tasks.note_proof("task-1", make.at(days=3650), make.at(days=3650))
    async with reading(replace(unconnected, probe=Ports({"sepm1": OLD, "sepm2": None}))) as reader:
        page = (await reader.get("/tasks/task-1")).text
    assert "sepm2 does not answer. If you have not begun, begin nothing" in page
    assert "The proof holds" not in page
    async with reading(replace(unconnected, probe=Ports({"sepm1": OLD, "sepm2": OLD}))) as reader:
        assert "The proof holds. Begin before" in (await reader.get("/tasks/task-1")).text


@pytest.mark.usefixtures("rotating")
async def test_a_task_of_a_rotation_that_turns_back_is_given_back(reader, reading_as, store, make):
    """Its holder begins nothing more, and says what was done; another person reads that it is not wanted any more."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    found = warning(GIVE_BACK, "a title", "the rotation turns back: ann gives the task back")
    await store.rotations.project("rot-1", Progress(attention=(found,)), make.t0)
    page = (await reader.get("/tasks/task-1")).text
    assert "begin nothing more of this task" in page
    assert "Say what was done of it at the console" in page
    assert "The proof" not in page.split("<h2>")[0]
    async with reading_as("otto", Role.OPERATOR) as other:
        assert "this task is not wanted any more" in (await other.get("/tasks/task-1")).text


@pytest.mark.usefixtures("rotating")
async def test_only_its_holder_gives_a_replacement_back(reader, reading_as, store, make):
    """Another person is shown why, and gets no form before the rotation is ended from outside."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    async with reading_as("otto", Role.OPERATOR) as other:
        page = (await other.get("/tasks/task-1")).text
    assert "only ann gives this task back" in page
    assert "/tasks/task-1/refused" not in page
    await store.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED, finished_at=make.t0), make.t0)
    async with reading_as("olga", Role.OPERATOR) as other:
        pages = [(await each.get("/tasks/task-1")).text for each in (other, reader)]
    for page in pages:
        assert 'action="/tasks/task-1/refused"' in page
        assert "do nothing of it at the console" in page
        assert 'href="/sites/site-1/restore"' in page
        left = [act for act in ("claim", "begin", "done", "file") if f'action="/tasks/task-1/{act}"' in page]
        assert left == [], "an ended rotation gives no task out any more"


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_do_tasks_sees_who_can(reading_as):
    """A viewer gets no form; an auditor reads names."""
    for role, text in ((Role.VIEWER, "operator or administrator (admin) or robot"), (Role.AUDITOR, "have one of ann")):
        async with reading_as(f"one {role}", role) as viewer:
            page = (await viewer.get("/tasks/task-1")).text
            assert text in page
            assert "/tasks/task-1/claim" not in page
            for act in ("claim", "begin", "done", "refused", "file"):
                assert (await viewer.post(f"/tasks/task-1/{act}", data={"why": "x"})).status_code == 403


@pytest.mark.usefixtures("rotating")
async def test_a_robot_sees_the_card_and_no_link_it_may_not_follow(reading_as):
    """It may do tasks, and sees no rotation."""
    async with reading_as("rob", Role.ROBOT) as robot:
        page = (await robot.get("/tasks/task-1")).text
        assert "/tasks/task-1/claim" in page
        assert "/rotations/" not in page
        assert (await robot.get("/rotations/rot-1")).status_code == 403


async def test_a_task_that_is_not_there(reader):
    """A page says so."""
    assert (await reader.get("/tasks/none")).status_code == 404
    assert (await reader.post("/tasks/none/claim", data={})).status_code == 404


@pytest.mark.usefixtures("rotating")
async def test_a_file_that_is_not_the_holders(reader):
    """The file is for the holder of the task: a problem says so, and no password is shown."""
    refused = await reader.post("/tasks/task-1/file", data={})
    assert refused.status_code in (404, 409)
    assert "download" not in refused.text


@pytest.mark.usefixtures("rotating")
async def test_a_file_that_was_taken_is_not_offered_again(reader, store, make):
    """The card says who has it; the next claim has another one."""
    await store.tasks.transition("task-1", {TaskState.OPEN}, TaskState.CLAIMED, who="ann", at=make.t0)
    assert 'action="/tasks/task-1/file"' in (await reader.get("/tasks/task-1")).text
    await store.tasks.issue_file("task-1", "ann", make.t0)
    page = (await reader.get("/tasks/task-1")).text
    assert "ann has taken the file of this claim" in page
    assert 'action="/tasks/task-1/file"' not in page
    await store.tasks.transition("task-1", {TaskState.CLAIMED}, TaskState.CLAIMED, who="ann", at=make.t0)
    assert 'action="/tasks/task-1/file"' in (await reader.get("/tasks/task-1")).text
