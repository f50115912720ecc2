"""The sentence that says why a rotation waits is the same in page, mail, command line, API and Temporal UI."""

from functools import partial
from html import unescape

import pytest

from api.rotation.rotation_document import Live, RotationShown
from api.rotation.waiting import why_waiting
from api.service_checks import Known
from emulator.scenarios import one_server
from engine.client.rotations import state
from engine.ids import rotation_workflow
from notifying.sink import Sinks
from notifying.wording import message_of
from rotation.notice.channel import ChannelSettings, MailSecurity, MailTarget, MessageLanguage
from rotation.notice.notice import Notice, NoticeKind
from rotation.running.waits.of_state import situation_of
from rotation.running.waits.waiting_for import waiting_for
from rotation.text.plain_text import markdown
from service.notices.notifier import Notifier
from store.progress import Rotation, RotationStatus
from store.trail.site_trail import Author
from tests.api.conftest import as_worker
from tests.api.hand_outs import start_again
from tests.api.identified import KEY
from tests.api.pages.conftest import reading
from tests.api.rotation.test_rotations import order_of
from tests.notifying.sinks import MAIL, Hook, MailServer, Names
from tests.workflows import played
from texts.catalogue import translator
from texts.language import Language
from texts.writing import written
from workflows.hosts.ui_details import details

ENGLISH = translator(Language.ENGLISH)


@pytest.fixture
async def mails(connected, worker_keys, tmp_path):
    """Sends what is due to a real mail server; gives the texts of all mails that it has taken."""
    hook = Hook(tmp_path)
    server = MailServer(hook)
    async with server.running("none"), as_worker(connected, worker_keys) as store:
        target = MailTarget(
            host=MAIL, port=server.port, security=MailSecurity.NONE, sender="r@x.test", recipients=("a@x.test",)
        )
        await store.channels.add(ChannelSettings(name="ops", target=target), None, Author(who="ann"), connected.clock())
        settings = hook.settings()
        sinks = Sinks(settings, Names().resolve)
        notifier = Notifier(store, settings, sinks=sinks, ask=partial(state, connected.temporal))

        async def sent():
            await notifier.turn()
            return [mail.get_content() for _, mail in server.mails]

        yield sent


@pytest.fixture
def everywhere(whole, connected, rotator, until):
    """Waits until the API shows a sentence with some words, and looks whether all other places show the same."""

    async def look(rotation, words):
        async def of_api():
            return (await whole.get(f"/v1/rotations/{rotation}?live=true")).json()

        async def of_all():
            """The sentence of the API, and where it is not shown; none where it has changed meanwhile."""
            shown = await of_api()
            text = shown["waiting_for"]
            async with reading(connected, KEY) as reader:
                page = unescape((await reader.get(f"/rotations/{rotation}")).text)
            _, out, _ = await rotator("status", rotation)
            handle = connected.temporal.get_workflow_handle(rotation_workflow(shown["site_id"]))
            details = (await handle.query("__temporal_workflow_metadata")).current_details
            places = {"page": text in page, "cli": f"Why it waits: {text}" in out, "ui": markdown(text) in details}
            return (await of_api())["waiting_for"] == text, text, [name for name, found in places.items() if not found]

        await until(of_api, lambda shown: words in shown["waiting_for"])
        _, text, missing = await until(of_all, lambda found: found[0])
        assert words in text
        assert missing == [], text
        return text

    return look


async def test_one_sentence_in_five_places(whole, plan, everywhere, until, mails):
    """A task, its claim, a hold, a question and the end: each place shows what the API shows."""
    rotation = (await whole.post("/v1/rotations", json=order_of(plan))).json()["id"]
    path = f"/v1/rotations/{rotation}"

    async def say(where, **body):
        answer = await whole.post(where, json=body)
        assert answer.status_code == 200, answer.text

    opened = await everywhere(rotation, "is open. An operator claims it")
    await until(mails, lambda found: any(f"How it stands: {opened}" in each for each in found))
    (task,) = (await whole.get("/v1/tasks", params={"rotation_id": rotation})).json()["items"]
    await say(f"/v1/tasks/{task['id']}/claim")
    await everywhere(rotation, "ann does the task")
    await say(f"{path}/hold", why="a change freeze <b>")
    await everywhere(rotation, "ann holds the rotation: a change freeze <b>")
    await say(f"{path}/resume")
    await say(f"/v1/tasks/{task['id']}/refused", why="not me")
    given_back = await everywhere(rotation, "was given back")
    await until(mails, lambda found: any(f"How it stands: {given_back}" in each for each in found))
    shown = (await whole.get(f"{path}?live=true")).json()
    await say(f"{path}/retry", why="again", question=shown["live"]["attention"][0]["question"])
    await everywhere(rotation, "is open. An operator claims it")
    await say(f"{path}/cancel", why="a test")
    await start_again(whole, until, rotation)
    await until(lambda: whole.get(path), lambda answer: answer.json()["status"] == "cancelled")
    ended = await everywhere(rotation, "Cancelled: ")
    await until(mails, lambda found: any(f"How it stands: {ended}" in each for each in found))


async def test_it_is_the_same_at_each_wait_of_a_whole_rotation():
    """From the API's document, which page and command line show, and the workflow's state, which UI and mail do."""
    seen: set[str] = set()

    def compare(here_state):
        now = here.stage.clock.now()
        rotation = Rotation(
            id=here_state.rotation_id, site_id=here_state.site_id, plan_id=here_state.plan_id,
            plan_hash=here_state.plan_hash, started_by="ann", created_at=now, updated_at=now, last_event=1,
            status=RotationStatus(here_state.outcome.value if here_state.outcome else "running"),
            held=bool(here_state.held_by),
        )  # fmt: skip
        shown = RotationShown.of(rotation, Known(None), Live.of(here_state, {}))
        own = waiting_for(situation_of(here_state, now))
        assert why_waiting(shown, now) == own
        text = written(own, ENGLISH)
        assert markdown(text) in details(here_state, now)
        notice = Notice(key="n", kind=NoticeKind.ATTENTION, at=now, waits=own)
        assert f"How it stands: {text}\n" in message_of("m", [notice], MessageLanguage.ENGLISH, "https://x.test").text
        seen.add(own.text)

    async with played.play(played.Deed(compare, lambda _: None), spec=one_server(clients=4)) as here:
        await here.run()
    assert len(seen) >= 6
