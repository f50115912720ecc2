"""Channels over the API: added, changed, removed and tested by admins; where each leads to is checked."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr

from notifying.errors import NotifySettingsWrong
from notifying.settings import NotifySettings
from notifying.signature import new_secret
from notifying.sink import Sinks
from rotation.identity.permission import Role
from rotation.notice.channel import ChannelSettings
from rotation.values import SiteId
from store.trail.site_trail import Author
from tests.api.conftest import calling
from tests.api.identified import key_of
from tests.notifying.sinks import Names

HOOK: dict[str, Any] = {"name": "tickets", "target": {"kind": "webhook", "url": "https://hooks.test/a"}}
TARGET = {
    "kind": "mail",
    "host": "mail.test",
    "username": "rotator",
    "sender": "rotator@x.test",
    "recipients": ["a@x.test"],
}
MAIL = {"name": "mail", "target": TARGET}
SECRET = new_secret().get_secret_value()


@pytest.fixture
def names():
    """Names that are public at first."""
    found = Names()
    found.known = {"hooks.test": ("8.8.8.8",), "mail.test": ("8.8.4.4",), "inside.test": ("10.0.0.1",)}
    return found


@pytest.fixture
async def api(unconnected, names):
    """An API that resolves these names."""
    sinks = Sinks(NotifySettings(private_hosts=""), names.resolve)
    async with calling(replace(unconnected, sinks=sinks)) as opened:
        yield opened


async def added(api, settings=HOOK, **more):
    """A channel that the admin has added."""
    answer = await api.post("/v1/channels", json={"settings": settings, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_webhook_gets_a_key_that_is_shown_once(api):
    """A secret that was given is not shown at all, and neither is in any later answer."""
    answer = await api.post("/v1/channels", json={"settings": HOOK})
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    made = answer.json()
    assert made["signing_key"].startswith("whsec_")
    given = await added(api, HOOK | {"name": "other"}, secret=SECRET)
    assert given["signing_key"] is None
    listed = await api.get("/v1/channels")
    assert [each["settings"]["name"] for each in listed.json()["items"]] == ["other", "tickets"]
    for secret in (made["signing_key"], SECRET):
        assert secret not in listed.text
    place = answer.headers["location"]
    assert (await api.get(place)).json() == made["channel"]
    changed = await api.put(place, json={"settings": HOOK | {"language": "cs"}})
    assert changed.json()["signing_key"] is None, "the known one stays"
    moved = HOOK | {"target": {"kind": "webhook", "url": "https://hooks.test/b"}}
    assert (await api.put(place, json={"settings": moved})).json()["signing_key"] not in {None, made["signing_key"]}
    removed = await api.delete(place)
    assert removed.json()["id"] == made["channel"]["id"]
    assert (await api.get(place)).status_code == 404


async def test_with_a_wrong_setting_no_channel_is_kept_and_it_is_seen(connected, problem):
    """Each request names the setting; what is there stays, and the service is ready and says that messages are off."""
    wrong = NotifySettingsWrong("ROTATOR_NOTIFY_EVERY: Input should be a valid timedelta")
    async with calling(replace(connected, sinks=wrong)) as api:
        assert (await api.get("/healthz/ready")).json()["notifications"] == "unused"
        for _ in range(2):
            refusal = problem(await api.post("/v1/channels", json={"settings": HOOK}), 409, "channel-address")
            assert refusal["detail"].startswith("ROTATOR_NOTIFY_EVERY")
            assert "start them again" in refusal["remedy"]
        settings = ChannelSettings.model_validate(HOOK)
        await connected.store.channels.add(settings, SecretStr(SECRET), Author(who="ann"), connected.clock())
        answer = await api.get("/healthz/ready")
        assert (answer.status_code, answer.json()) == (200, {"status": "ready", "notifications": "off"})


async def test_a_token_goes_with_its_header(api, problem):
    """It is kept with the signing key, shown in no answer, and is needed where a header is named."""
    settings = HOOK | {"target": HOOK["target"] | {"token_header": "X-Automation-Webhook-Token"}}
    answer = await api.post("/v1/channels", json={"settings": settings, "token": "t0ken"})
    assert answer.status_code == 201
    assert answer.json()["signing_key"].startswith("whsec_")
    assert "t0ken" not in answer.text
    assert (await api.put(answer.headers["location"], json={"settings": settings})).json()["signing_key"] is None
    for wrong, token in ((settings, None), (HOOK, "t0ken"), (settings, " t"), (MAIL, "t"), (settings, "a\r\nb")):
        body = {"settings": wrong | {"name": "x"}, "token": token}
        problem(await api.post("/v1/channels", json=body), 409, "channel-secret")
    host = HOOK | {"name": "x", "target": HOOK["target"] | {"token_header": "Host"}}
    problem(await api.post("/v1/channels", json={"settings": host, "token": "t"}), 422, "invalid-request")


async def test_where_a_channel_leads_to_is_checked(api, names, problem):
    """When it is added and when it is changed: an address inside, or none, is refused, and nothing is kept."""
    for host in ("inside.test", "127.0.0.1", "[::1]", "169.254.169.254", "unknown.test"):
        wrong = {"name": "x", "target": {"kind": "webhook", "url": f"https://{host}/"}}
        refusal = problem(await api.post("/v1/channels", json={"settings": wrong}), 409, "channel-address")
        assert "ROTATOR_NOTIFY_PRIVATE_HOSTS" in refusal["remedy"]
    mail = {"name": "mail", "target": TARGET | {"host": "inside.test"}}
    problem(await api.post("/v1/channels", json={"settings": mail, "secret": "p"}), 409, "channel-address")
    syslog = {"name": "s", "target": {"kind": "syslog", "host": "inside.test"}}
    problem(await api.post("/v1/channels", json={"settings": syslog}), 409, "channel-address")
    assert (await api.get("/v1/channels")).json()["items"] == []
    place = f"/v1/channels/{(await added(api))['channel']['id']}"
    names.known["hooks.test"] = ("10.0.0.1",)
    problem(await api.put(place, json={"settings": HOOK}), 409, "channel-address")


@pytest.mark.parametrize(
    ("settings", "secret"),
    [
        (MAIL, None),
        (HOOK, "hush"),
        (HOOK, "whsec_YWJj"),
        ({"name": "s", "target": {"kind": "syslog", "host": "mail.test"}}, "x"),
    ],
    ids=["mail without its password", "no key", "a short key", "syslog has none"],
)
async def test_a_secret_that_does_not_fit_is_refused(api, problem, settings, secret):
    """With what would fit."""
    problem(await api.post("/v1/channels", json={"settings": settings, "secret": secret}), 409, "channel-secret")


@pytest.mark.parametrize(
    "change",
    [
        {"target": {"kind": "webhook", "url": "http://hooks.test/"}},
        {"target": {"kind": "pager"}},
        {"digest": "P40D"},
        {"escalates_after": "PT1S"},
        {"quiet": {"begins": "07:00", "ends": "07:00"}},
        {"quiet": {"zone": "Atlantis"}},
        {"kinds": []},
        {"kinds": ["anything"]},
        {"language": "de"},
        {"name": "a\nb"},
        {"unknown": True},
    ],
)
async def test_what_cannot_be_meant_is_refused(api, problem, change):
    """Every bound of a channel is held at the door."""
    problem(await api.post("/v1/channels", json={"settings": HOOK | change}), 422, "invalid-request")


async def test_some_settings_are_changed_and_the_others_stay(api, problem):
    """With the secret. Null is a value where a channel may do without; what is not fitting, or away, is refused."""
    made = await added(api, HOOK | {"digest": "PT1H", "kinds": ["attention"]})
    place = f"/v1/channels/{made['channel']['id']}"
    changed = await api.patch(place, json={"name": "mine", "digest": None, "language": "cs"})
    assert changed.status_code == 200, changed.text
    settings = made["channel"]["settings"] | {"name": "mine", "digest": None, "language": "cs"}
    assert (changed.json()["settings"], changed.json()["has_secret"]) == (settings, True)
    assert (await api.patch(place, json={"name": None})).json()["settings"] == settings
    problem(await api.patch(place, json={"digest": "P40D"}), 422, "invalid-request")
    problem(await api.patch(place, json={"target": HOOK["target"]}), 422, "invalid-request")
    problem(await api.patch(place, json={"sites": ["none"]}), 404, "unknown-site")
    await added(api, HOOK | {"name": "other"})
    problem(await api.patch(place, json={"name": "other"}), 409, "channel-exists")
    problem(await api.patch("/v1/channels/none", json={"language": "cs"}), 404, "unknown-channel")
    assert (await api.get(place)).json() == changed.json()


async def test_of_two_changes_of_one_channel_none_is_lost(api):
    """The second change is made on what the first one left, or it is refused: each answer of 200 is kept."""
    place = f"/v1/channels/{(await added(api))['channel']['id']}"
    wanted = ({"language": "cs"}, {"digest": "PT1H"}, {"escalates_after": "PT2H"})
    answers = await asyncio.gather(*(api.patch(place, json=each) for each in wanted))
    assert {each.status_code for each in answers} <= {200, 412}
    made = [each for each, answer in zip(wanted, answers, strict=True) if answer.status_code == 200]
    assert made
    settings = (await api.get(place)).json()["settings"]
    assert [settings | each for each in made] == [settings] * len(made)


async def test_names_and_sites_are_known(api, problem):
    """One name, one channel; and a site that is not there would call no person, ever."""
    made = await added(api)
    problem(await api.post("/v1/channels", json={"settings": HOOK}), 409, "channel-exists")
    other = await added(api, HOOK | {"name": "other"})
    place = f"/v1/channels/{other['channel']['id']}"
    problem(await api.put(place, json={"settings": HOOK}), 409, "channel-exists")
    problem(await api.post("/v1/channels", json={"settings": HOOK | {"sites": ["none"]}}), 404, "unknown-site")
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/deliveries"), ("POST", "/test")):
        problem(await api.request(method, f"/v1/channels/none{path}"), 404, "unknown-channel")
    problem(await api.put("/v1/channels/none", json={"settings": HOOK}), 404, "unknown-channel")
    assert made["channel"]["waiting"] == 0


async def test_a_test_message_waits_for_the_worker(api, store):
    """It is in the outbox at once, and the list shows what becomes of it."""
    place = f"/v1/channels/{(await added(api))['channel']['id']}"
    answer = await api.post(f"{place}/test")
    assert answer.status_code == 202
    (delivery,) = (await api.get(f"{place}/deliveries")).json()["items"]
    assert (delivery["message_id"], delivery["kind"]) == (answer.json()["message_id"], "test")
    assert (delivery["state"], delivery["attempts"]) == ("waiting", 0)
    assert (await api.get(place)).json()["waiting"] == 1
    assert await store.deliveries.due_channels(datetime.fromisoformat(delivery["due_at"]))


@pytest.mark.parametrize("roles", [(Role.OPERATOR,), (Role.APPROVER, Role.OPERATOR), (Role.AUDITOR,), (Role.ADMIN,)])
async def test_other_people_neither_see_nor_set_channels(api, store, problem, roles):
    """Addresses of people are not for everybody; an admin of some sites is no admin of channels."""
    place = f"/v1/channels/{(await added(api))['channel']['id']}"
    sites = (SiteId("site-1"),) if Role.ADMIN in roles else None
    header = {"Authorization": f"Bearer {await key_of(store, 'olga', *roles, sites=sites)}"}
    for method, path in (("GET", "/v1/channels"), ("GET", place), ("DELETE", place), ("POST", f"{place}/test")):
        problem(await api.request(method, path, headers=header), 403, "forbidden")
    assert len((await api.get("/v1/channels")).json()["items"]) == 1


async def test_changes_are_on_the_trail_of_the_service(api):
    """With the name of the admin."""
    place = f"/v1/channels/{(await added(api))['channel']['id']}"
    await api.put(place, json={"settings": HOOK})
    await api.delete(place)
    events = (await api.get("/v1/audit/events")).json()["items"]
    found = [(each["kind"], each["who"]) for each in events if each["kind"].startswith("channel-")]
    assert found == [(kind, "ann") for kind in ("channel-added", "channel-changed", "channel-removed")]
