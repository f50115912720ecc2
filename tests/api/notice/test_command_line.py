"""`rotator notify`: channels from the command line, and a test message over a real webhook."""

import asyncio
import json
from contextlib import suppress
from datetime import timedelta

import pytest

from service.notices.notifier import Notifier
from store.settings import StoreSettings
from store.store import Store
from tests.notifying.sinks import Hook


@pytest.fixture(autouse=True)
def _inside(monkeypatch):
    """This machine is a host that the API lets messages go to."""
    monkeypatch.setenv("ROTATOR_NOTIFY_PRIVATE_HOSTS", "localhost")


async def test_channels_are_added_listed_and_removed(rotator, tmp_path):
    """By what a person types: an address, hours, and files of secrets."""
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text("hush\n")
    mail = ("mailto:a@x.test,b@x.test", "--server", "8.8.8.8:25", "--from", "r@x.test", "--user", "r")
    when = (
        "--quiet",
        "20:00-07:00",
        "--zone",
        "Europe/Prague",
        "--weekends",
        "--digest",
        "PT4H",
        "--wakes",
        "gate-late",
    )
    code, out, err = await rotator("notify", "add", "ops", *mail, *when, "--secret-file", str(secret), "--json")
    assert code == 0, err
    settings = json.loads(out)["channel"]["settings"]
    assert settings["target"]["recipients"] == ["a@x.test", "b@x.test"]
    assert (settings["target"]["port"], settings["digest"]) == (25, "PT4H")
    assert settings["quiet"] == {"begins": "20:00:00", "ends": "07:00:00", "zone": "Europe/Prague", "weekends": True}
    token = ("--token-header", "X-Automation-Webhook-Token", "--token-file", str(secret))
    code, out, err = await rotator("notify", "add", "siem", "syslog+udp://8.8.8.8", "--kind", "attention")
    assert code == 0, err
    code, out, err = await rotator(
        "notify", "add", "tickets", "https://8.8.8.8/hook", "--escalates-after", "PT4H", *token
    )
    assert code == 0, err
    assert "whsec_" in out
    code, out, err = await rotator("notify", "add", "chat", "https://8.8.8.8/flow", "--form", "teams", "--json")
    assert code == 0, err
    assert json.loads(out)["channel"]["settings"]["target"]["form"] == "teams"
    code, out, _ = await rotator("notify", "list")
    assert all(text in out for text in ("ops", "siem", "8.8.8.8:514", "tickets", "a@x.test"))
    assert "hush" not in out
    assert (await rotator("notify", "remove", "siem"))[0] == 0
    assert "siem" not in (await rotator("notify", "list"))[1]


async def test_what_is_no_channel_is_refused(rotator, tmp_path):
    """With what it would be; and one that leads inside with the setting that would allow it."""
    for arguments, ends, text in (
        (("add", "x", "ftp://a"), 2, "none of https"),
        (("add", "x", "mailto:a@x.test"), 2, "--server"),
        (("add", "x", "syslog://a:b"), 2, "HOST:PORT"),
        (("add", "x", "https://8.8.8.8/", "--secret-file", str(tmp_path / "none")), 2, "no secret"),
        (("add", "x", "https://127.0.0.1/"), 1, "ROTATOR_NOTIFY_PRIVATE_HOSTS"),
        (("test", "none"), 2, "no channel none"),
    ):
        code, _, err = await rotator("notify", *arguments)
        assert (code, text in " ".join(err.split())) == (ends, True), err


async def test_a_test_message_goes_the_whole_way(rotator, tmp_path, worker_keys):
    """From the command over outbox and worker to a webhook, and back as an exit code: taken, or why not."""
    file = tmp_path / "key"
    async with Hook(tmp_path).running() as hook:
        file.touch(0o600)
        file.write_text(hook.secret.get_secret_value())
        place = f"https://localhost:{hook.server.port}/"
        code, _, err = await rotator("notify", "add", "tickets", place, "--secret-file", str(file))
        assert code == 0, err
        # the API holds the public half of the key only: a worker signs
        worker = await Store.open(StoreSettings(folder=tmp_path, worker_key_file=worker_keys.private))
        settings = hook.settings(every=timedelta(milliseconds=100), private_hosts="localhost")
        beside = asyncio.create_task(Notifier(worker, settings).run())
        try:
            code, out, err = await rotator("notify", "test", "tickets")
            assert (code, "has taken" in out) == (0, True), err
            hook.answers = [(503, "")]
            code, _, err = await rotator("notify", "test", "tickets")
            assert (code, "localhost answers 503" in err) == (1, True), err
        finally:
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
            await worker.close()
    ((_, body),) = hook.taken
    assert body["data"]["title"] == "Test message of the SEPM certificate rotator"
    assert "503" in (await rotator("notify", "deliveries", "tickets"))[1]
