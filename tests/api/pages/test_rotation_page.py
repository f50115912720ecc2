"""The page of a rotation: why it waits, its steps, what may be done and why not, and its moves."""

import re
from datetime import timedelta
from html import unescape

import pytest

from rotation.identity.permission import Role
from rotation.plan.step import Console, Holdout
from rotation.plan.work.task import TaskState
from rotation.values import PlanId, RotationId, ServerName, SiteId
from store.progress import Progress, RotationStatus
from store.rotation.events import NewEvent
from tests.api.identified import KEY, key_of
from tests.api.pages.conftest import CZECH, reading, state_of
from tests.api.pages.rotation.test_held_canaries import READING

REASON = "the certificate ends in May"


async def started(whole, plan):
    """A rotation that runs."""
    order = {"plan_id": plan["id"], "plan_hash": plan["hash"], "why": REASON}
    answer = await whole.post("/v1/rotations", json=order)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to an address."""
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


async def test_a_rotation_is_read_held_and_resumed(whole, connected, plan, until):
    """The page shows the sentence of the API, a step by name, and holds and resumes as the API does."""
    rotation = await started(whole, plan)
    address = f"/rotations/{rotation}"

    async def waits():
        return (await whole.get(f"/v1/rotations/{rotation}?live=true")).json()

    await until(waits, lambda shown: (shown["live"] or {}).get("task"))
    async with reading(connected, KEY) as reader:
        page = (await reader.get(address)).text
        assert (await waits())["waiting_for"] in unescape(page)
        assert 'aria-current="step"' in page
        assert page.index('id="moves"') < page.index('id="steps"') < page.index('id="words"')
        assert "The service has seen no new certificate yet" in page
        assert "<b>Resume</b>: not offered: " in page
        assert "the rotation is not held" in page
        async with reading(connected, await key_of(connected.store, "vera", Role.VIEWER)) as viewer:
            seen = unescape((await viewer.get(address)).text)
            assert "<b>Hold</b>: not offered: Your roles do not let you. have a person with the role operator" in seen
            assert f'action="{address}/' not in seen
        czech = unescape((await reader.get(address, headers=CZECH)).text)
        assert ("the rotation waits for no gate" in page, "the rotation waits for no gate" in czech) == (True, False)
        sent = fields(page, f"{address}/hold") | {"why": "a freeze <b>"}
        for _ in range(2):  # a form that is sent twice holds once
            answer = await reader.post(f"{address}/hold", data=sent)
            assert (answer.status_code, answer.headers["location"]) == (303, address)
        held = (await reader.get(address)).text
        assert "holds the rotation: a freeze &lt;b&gt;. Nothing goes on" in held
        assert "<b>Hold</b>: not offered: ann already holds the rotation" in unescape(held)
        assert "zastavil" in (await reader.get(address, headers=CZECH)).text
        refused = await reader.post(f"{address}/hold", data={"why": "again"})
        assert refused.status_code == 409
        assert "ann already holds the rotation" in refused.text
        assert f'href="{address}"' in refused.text
        assert (await reader.post(f"{address}/resume", data=fields(held, f"{address}/resume"))).status_code == 303
        empty = await reader.post(f"{address}/cancel", data={})
        assert "the move needs a reason" in empty.text
        cancelled = await reader.post(f"{address}/cancel", data={"why": "not today"})
        assert cancelled.status_code == 303
    await until(waits, lambda shown: shown["status"] != "running" or shown["live"]["cancelling_by"])


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_move_sees_that(unconnected):
    """Without Temporal no move is offered; a viewer's form is refused, and the page says who may."""
    async with reading(unconnected, await key_of(unconnected.store, "vera", Role.VIEWER)) as viewer:
        page = (await viewer.get("/rotations/rot-1")).text
        assert "The rotation cannot be asked now" in page
        refused = await viewer.post("/rotations/rot-1/hold", data={"why": "x"})
        assert refused.status_code == 403
        assert "operator or admin" in refused.text


@pytest.mark.usefixtures("rotating")
async def test_what_was_taken_is_confirmed(reader):
    """“Read now” and “Wait longer” change nothing that the page shows at once; another move is not confirmed so."""
    for move, shown in (("look_again", "“Read now” is taken"), ("extend", "“Wait longer” is taken")):
        assert shown in unescape((await reader.get(f"/rotations/rot-1?taken={move}")).text)
    for path in ("/rotations/rot-1", "/rotations/rot-1?taken=cancel"):
        assert "is taken" not in (await reader.get(path)).text, path
    assert (await reader.get("/rotations/rot-1?taken=x")).status_code == 422


@pytest.mark.usefixtures("rotating")
async def test_before_the_first_reading_no_client_was_read(reader):
    """The page of clients says so: that there is none would be another thing. There is nothing to take as CSV."""
    page = (await reader.get("/rotations/rot-1/clients?verdict=waiting")).text
    assert "No client has been read yet" in page
    assert "There is none" not in page
    assert "All as CSV" not in page


@pytest.mark.usefixtures("rotating")
async def test_a_gate_that_passed_unshown_is_not_shown_as_waiting(reader, store, make):
    """A later gate waits for what a server signs: behind the first one the page does not say that it still waits."""
    await store.rotations.project("rot-1", Progress(coverage=READING), make.t0)
    page = unescape((await reader.get("/rotations/rot-1")).text)
    assert "When the last gate passed, no client had taken a new policy from SEPM-1" in page
    assert "No client is missing" not in page


@pytest.mark.usefixtures("rotating")
async def test_the_clients_of_a_holdout_are_those_of_the_gate_before_it(reader, make, monkeypatch):
    """The list is headed by that gate: the page says that the holdout goes on with its proof."""
    step = Holdout(
        id="16-B5",
        number="B5",
        wave=0,
        title="Keep it",
        servers=(ServerName("sepm1"),),
        minimum=timedelta(days=1),
        maximum=timedelta(days=2),
    )
    state = state_of(make.plan().body.model_copy(update={"steps": (step,)}))

    async def asked(*_args):
        return state

    assert "goes on with the proof" not in (await reader.get("/rotations/rot-1/clients")).text
    monkeypatch.setattr("api.pages.clients_page.state_now", asked)  # no Temporal runs here
    page = unescape((await reader.get("/rotations/rot-1/clients")).text)
    assert "The rotation waits at “Keep it”, which goes on with the proof of this gate." in page
    assert "goes on with the proof" not in (await reader.get("/rotations/rot-1/clients?gate=09-B3")).text


@pytest.mark.usefixtures("rotating")
async def test_a_form_that_is_wrong_is_refused(reader):
    """A length of time that is none, a reason that is too long, and what no database keeps."""
    for data in ({"days": "x", "why": "w"}, {"days": "1000000", "why": "w"}, {"why": "w" * 2001, "days": "1"}):
        assert (await reader.post("/rotations/rot-1/extend", data=data)).status_code == 422
    many = {f"x{number}": "y" for number in range(300)}
    long = {"why": ("why", "w" * 2_000_000, "text/plain")}
    for sent in ({"data": many}, {"files": many}, {"files": {"why": (None, "w" * 2_000_000)}}, {"files": long}):
        assert (await reader.post("/rotations/rot-1/hold", **sent)).status_code == 422
    assert "NUL" in (await reader.post("/rotations/rot-1/hold", data={"why": "a\0b"})).text


async def test_what_is_not_there(reader):
    """An unknown rotation is a page that says so."""
    for path in ("/rotations/none", "/rotations/none/clients", "/rotations/none/clients.csv", "/rotations/a\0b"):
        answer = await reader.get(path.replace("\0", "%00"))
        assert answer.status_code == 404, path
        assert answer.headers["content-type"].startswith("text/html"), path


@pytest.mark.usefixtures("rotating")
async def test_another_site_is_not_there(reading_as):
    """Neither its rotation nor its clients nor a move."""
    async with reading_as("other", Role.ADMIN, sites=("elsewhere",)) as other:
        for path in ("/rotations/rot-1", "/rotations/rot-1/clients", "/rotations/rot-1/clients.csv"):
            assert (await other.get(path)).status_code == 404
        assert (await other.post("/rotations/rot-1/hold", data={"why": "x"})).status_code == 404


@pytest.mark.usefixtures("rotating")
async def test_an_ended_rotation_shows_how(reader, store, make):
    """Rolled back is not rotated, in words."""
    ended = Progress(status=RotationStatus.ROLLED_BACK, finished_at=make.at(days=1))
    await store.rotations.project("rot-1", ended, make.at(days=1))
    page = (await reader.get("/rotations/rot-1")).text
    assert "rolled back, not rotated" in page
    assert "The site is not rotated" in page
    assert "What you may do" not in page


@pytest.mark.usefixtures("rotating")
async def test_a_withdrawn_task_is_no_step_done(reader, store, make):
    """In the record of a rotation that has turned back: the replacement that was taken back is not shown as done."""
    replacing = Console(id="09-A9-sepm1", number="A9", title="Replace it", work=make.task().work)
    plan = make.plan("plan-9")
    body = plan.body.model_copy(update={"steps": (replacing, *plan.body.steps)})
    await store.plans.add(plan.model_copy(update={"body": body, "hash": body.content_hash()}))
    await store.tasks.transition(
        "task-1", {TaskState.OPEN}, TaskState.WITHDRAWN, who="the service", at=make.t0, note=""
    )
    ended = Progress(
        status=RotationStatus.ROLLED_BACK,
        step_index=2,
        step_count=2,
        finished_at=make.at(days=1),
        plan_id=PlanId("plan-9"),
    )
    await store.rotations.project("rot-1", ended, make.at(days=1))
    page = (await reader.get("/rotations/rot-1")).text
    assert re.findall(r'<span class="mark">(.*?)</span>', page) == ["✕ withdrawn", "✓ done"]


@pytest.mark.usefixtures("rotating")
async def test_the_oldest_entries_of_a_trail_are_a_link_away(reader, reading_as, store, make):
    """The page of the rotation has the newest ones, with a link to all of them, a hundred a page."""
    events = (
        NewEvent(at=make.t0, kind="step-began", message=f"entry {each}", data={}, key=f"k{each}") for each in range(120)
    )
    await store.events.append(RotationId("rot-1"), SiteId("site-1"), *events)
    page = (await reader.get("/rotations/rot-1")).text
    assert ("entry 119<" in page, "entry 0<" in page) == (True, False)
    assert 'href="/rotations/rot-1/trail"' in page
    first = (await reader.get("/rotations/rot-1/trail")).text
    assert ("entry 0<" in first, "entry 110<" in first) == (True, False)
    more = unescape(first.split('class="button" href="')[1].split('"')[0])
    assert "entry 119<" in (await reader.get(more)).text
    async with reading_as("other", Role.ADMIN, sites=("elsewhere",)) as other:
        assert (await other.get("/rotations/rot-1/trail")).status_code == 404
