"""A rotation on the real Temporal calls a person over a real webhook, and its API shows what is linked."""

from functools import partial
from urllib.parse import urlsplit

from engine.client.rotations import state
from notifying.sink import Sinks
from rotation.notice.channel import ChannelSettings, WebhookTarget
from service.notices.notifier import Notifier
from store.trail.site_trail import Author
from tests.api.conftest import as_worker
from tests.api.rotation.test_rotations import order_of
from tests.notifying.sinks import Hook, Names


async def test_a_rotation_calls_and_its_links_lead_there(whole, connected, plan, until, *, worker_keys, tmp_path):
    """Its first task is announced with site, step and a link that the API answers; a hold and a cancel end it so."""
    rotation = (await whole.post("/v1/rotations", json=order_of(plan))).json()["id"]
    names = Names()
    async with Hook(tmp_path).running() as hook, as_worker(connected, worker_keys) as store:
        settings = ChannelSettings(name="ops", target=WebhookTarget(url=hook.url))
        await store.channels.add(settings, hook.secret, Author(who="ann"), connected.clock())
        notifier = Notifier(
            store,
            hook.settings(),
            sinks=Sinks(hook.settings(), names.resolve),
            ask=partial(state, connected.temporal),
        )

        async def kinds():
            await notifier.turn()
            return [body["data"]["notices"][0]["notice"]["kind"] for _, body in hook.taken]

        await until(kinds, lambda found: "task-opened" in found)
        answer = await whole.post(f"/v1/rotations/{rotation}/cancel", json={"why": "a test"})
        assert answer.status_code in {200, 202}, answer.text
        await until(kinds, lambda found: "rotation-ended" in found)
        links = {urlsplit(body["data"]["link"]).path for _, body in hook.taken}
        titles = [body["data"]["title"] for _, body in hook.taken]
    assert [(await whole.get(link)).status_code for link in links] == [200] * len(links)
    assert len(links) >= 2
    assert titles[-1].endswith("the rotation was cancelled; the certificates are those of before")
