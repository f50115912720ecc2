"""A rotation by `Accept-Language`: why it waits, attention, its task and its trail, with codes as they are."""

import pytest

from rotation.finding import warning
from rotation.plan.card.cards import instructions
from rotation.plan.card.label import ConsoleLanguage
from store.progress import Progress, RotationStatus
from store.rotation.events import NewEvent
from tests.store.conftest import Make
from texts.catalogue import translator
from texts.language import Language
from texts.writing import whole

CZECH = {"Accept-Language": "cs"}
SILENT = (
    "3 clients have not come back for three heartbeats, among them PC-1; unless they are switched off, put the old "
    "certificate back (roll back)"
)
ASKED = warning(
    "silent-after-swap", "clients that the change has silenced", SILENT, "options: retry; question 0123456789ab"
)


@pytest.fixture
def make() -> Make:
    """Values of the domain."""
    return Make()


@pytest.fixture
async def rotating(store, make):
    """A rotation that asks for a person, with a task and an event."""
    await make.rotate(store)
    shown = Progress(status=RotationStatus.RUNNING, step_title="Survey the site", attention=(ASKED,))
    await store.rotations.project("rot-1", shown, make.t0)
    event = NewEvent(at=make.t0, kind="quiet", message=f"Survey the site: {SILENT}", data={"why": "because"}, key="k")
    await store.events.append("rot-1", "site-1", event)


@pytest.mark.usefixtures("rotating")
async def test_a_rotation_speaks_the_language(api):
    """The sentence, attention and the title are Czech; codes, moves and tokens are as in English."""
    english = (await api.get("/v1/rotations/rot-1")).json()
    czech = (await api.get("/v1/rotations/rot-1", headers=CZECH)).json()
    assert english["waiting_for"].startswith("Clients have not come back since the replacement.")
    assert czech["waiting_for"].startswith("Klienti se od výměny neozvali.")
    assert english["attention"][0]["message"] == SILENT
    asked = czech["attention"][0]
    assert asked["message"].startswith(
        "3 klienti se tři intervaly hlášení neozvali, například PC-1; nejsou-li vypnutí,"
    )
    assert (asked["subject"], asked["code"]) == ("klienti, které změna umlčela", "silent-after-swap")
    assert asked["remedy"] == "možnosti: retry; otázka 0123456789ab"
    assert czech["step_title"] == "Zjistit stav pracoviště"
    assert (await api.get("/v1/rotations", headers=CZECH)).json()["items"] == [czech]


@pytest.mark.usefixtures("rotating")
async def test_a_task_is_the_card_of_its_work(api, store, make):
    """Each line that follows from the work is that of the page, and what was added by hand stays."""
    task = make.task("task-2")
    lines = (*instructions(task.work, task.id, task.evidence), "Ring the night watch")
    await store.tasks.add(task.model_copy(update={"instructions": lines}))
    by = translator(Language.CZECH)
    card = instructions(task.work, task.id, task.evidence, lambda each: whole(each, by), ConsoleLanguage.CZECH)
    expected = [*card, "Ring the night watch"]
    assert (await api.get("/v1/tasks/task-2", headers=CZECH)).json()["instructions"] == expected
    assert (await api.get("/v1/tasks/task-2")).json()["instructions"] == list(lines)


@pytest.mark.usefixtures("rotating")
async def test_events_come_in_the_language_and_stored_ones_stay(api, store):
    """The trail and the stream, with the hash of the English text; reasons of people stay."""
    page = (await api.get("/v1/rotations/rot-1/events", headers=CZECH)).json()["items"]
    (stored,) = await store.events.list("rot-1", 0, 10)
    assert page[0]["message"].startswith("Zjistit stav pracoviště: 3 klienti")
    assert (page[0]["data"], page[0]["hash"]) == ({"why": "because"}, stored.hash)
    assert stored.message == f"Survey the site: {SILENT}"
