"""Heads at a webhook: over verified TLS with a token, each in order, kept while the webhook is away, and sent later."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from certificates.new_certificate import make_self_signed
from rotation.values import CertificateId
from store.settings import StoreSettings
from store.store import Store
from store.trail.head_sender import HeadSender
from store.trail.site_trail import SERVICE_TRAIL, Author, NewTrailEvent, TrailKind
from store.trail.webhook import Webhook, WebhookSettings, WebhookSettingsWrong
from tests.sepm.conftest import TlsServer, serve_one, server_context

TAKEN = (204, "")


class Receiver:
    """A webhook that answers as a test wants."""

    def __init__(self, folder):
        made = make_self_signed(
            ("127.0.0.1",), identity=CertificateId(""), now=datetime.now(UTC), valid_for=timedelta(days=1)
        )
        self.server = TlsServer(made, server_context(made, folder))
        self.ca, self.token = folder / "ca.pem", folder / "token"
        self.ca.write_text(made.certificate_pem)
        self.token.touch(0o600)
        self.token.write_text("s3cret\n")
        self.answers = []
        self.taken = []
        self.writers = set()

    def answer(self, asked):
        """What was agreed on; where nothing was, it takes what it gets."""
        status, body, *more = self.answers.pop(0) if self.answers else TAKEN
        if status == TAKEN[0]:
            self.taken += [(head["trail"], head["number"]) for head in json.loads(asked.body)["heads"]]
        return status, body, *more

    async def serve(self, reader, writer):
        """A connection."""
        self.writers.add(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while await serve_one(self.server, self.answer, reader, writer):
                pass
        self.writers.discard(writer)
        writer.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It listens, at the same port each time."""
        listener = await asyncio.start_server(self.serve, "127.0.0.1", self.server.port or 0, ssl=self.server.context)
        self.server.port = listener.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            listener.close()
            for writer in self.writers:
                writer.transport.abort()

    def settings(self, **changes):
        """How it is reached."""
        usual = {"url": SecretStr(f"https://127.0.0.1:{self.server.port}/heads"), "ca": self.ca}
        return WebhookSettings(**{**usual, "token_file": self.token, **changes})


@pytest.fixture
async def receiver(tmp_path):
    """A webhook that listens."""
    made = Receiver(tmp_path)
    async with made.running():
        yield made


@pytest.fixture
async def opened(tmp_path):
    """A store of its own."""
    made = await Store.open(StoreSettings(folder=tmp_path / "var"))
    yield made
    await made.close()


@pytest.fixture
def happens(opened, make):
    """Appends events of the service to its trail."""

    async def append(times=1):
        for number in range(times):
            event = NewTrailEvent(at=make.t0, kind=TrailKind.KEYSTORE_MADE, message=f"{number}", author=Author(who="a"))
            await opened.trail.append(SERVICE_TRAIL, event)

    return append


@pytest.fixture
async def sender(opened):
    """Makes senders that do not wait long between tries."""
    made = []

    def make(receiver, **changes):
        webhook = Webhook(receiver.settings(**changes))
        made.append(HeadSender(opened.heads, webhook, pause=timedelta(milliseconds=1)))
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def test_heads_arrive_once_and_in_order(opened, happens, sender, receiver):
    """With the token, as the file has them; what was sent is not sent again, also by another process."""
    await happens(2)
    sending = sender(receiver)
    assert sending.waiting() == 2
    assert await sending.send()
    await happens()
    assert await sender(receiver).send()
    assert receiver.taken == [("service", 1), ("service", 2), ("service", 3)]
    assert {asked.headers["authorization"] for asked in receiver.server.asked} == {"Bearer s3cret"}
    first = json.loads(receiver.server.asked[0].body)["heads"][0]
    assert json.dumps(first, separators=(",", ":")) in opened.heads.file.read_text()
    assert (sending.waiting(), len(receiver.server.asked)) == (0, 2)


async def test_heads_wait_while_the_webhook_is_away(happens, sender, tmp_path, capsys):
    """Five tries and one warning; the file keeps them, and they are sent when it is back."""
    receiver = Receiver(tmp_path)
    async with receiver.running():
        pass
    sending = sender(receiver)
    for _ in range(2):
        await happens()
        assert not await sending.send()
    assert sending.waiting() == 2
    async with receiver.running():
        receiver.answers = [(503, "")] * 4
        assert await sending.send()
        assert len(receiver.server.asked) == 5
        receiver.answers = [(503, "")] * 9
        await happens()
        assert not await sending.send()
        assert len(receiver.server.asked) == 10
    assert receiver.taken == [("service", 1), ("service", 2)]
    logged = capsys.readouterr().out
    assert logged.count("heads of trails wait for the webhook") == 2
    assert "s3cret" not in logged


@pytest.mark.parametrize("answer", [(302, "", {"Location": "https://127.0.0.1:1/other"}), (401, ""), (404, "")])
async def test_a_refusal_is_asked_once(happens, sender, receiver, answer):
    """A redirect is not followed, and what a person has to mend is not tried again at once."""
    await happens()
    receiver.answers = [answer] * 5
    sending = sender(receiver)
    assert not await sending.send()
    assert (len(receiver.server.asked), sending.waiting()) == (1, 1)


async def test_what_is_not_the_webhook_gets_nothing(happens, sender, receiver):
    """A certificate that nothing vouches for, and a token that others can read or that is not there."""
    await happens()
    assert not await sender(receiver, ca=None).send()
    receiver.token.chmod(0o644)
    assert not await sender(receiver).send()
    receiver.token.unlink()
    assert not await sender(receiver).send()
    assert receiver.server.received == b""


@pytest.mark.parametrize("url", ["http://127.0.0.1/heads", "https://u:p@h/", "https:///x", "nowhere", "https://[::/"])
def test_only_https_is_taken(url):
    """An address in clear text, with a password in it, or none at all is refused before anything begins."""
    with pytest.raises(WebhookSettingsWrong):
        Webhook(WebhookSettings(url=SecretStr(url)))


async def test_a_wrong_setting_stops_the_start(tmp_path):
    """The service does not start without the place that its operator has named."""
    with pytest.raises(WebhookSettingsWrong, match="https"):
        await Store.open(StoreSettings(folder=tmp_path, audit_webhook=SecretStr("http://h/")))
    with pytest.raises(WebhookSettingsWrong, match="PEM"):
        await Store.open(
            StoreSettings(folder=tmp_path, audit_webhook=SecretStr("https://h/"), audit_webhook_ca=tmp_path / "no")
        )


async def test_another_file_is_sent_from_its_beginning(opened, happens, sender, receiver):
    """After a restore the file is moved away; half a line and what is no head are passed over."""
    await happens(2)
    assert await sender(receiver).send()
    opened.heads.file.rename(opened.heads.file.with_name("former"))
    with opened.heads.file.open("w") as file:
        file.write('{"trail": "cut\n' + "x" * (200 << 10) + "\n")
    await happens()
    assert await sender(receiver).send()
    assert receiver.taken == [("service", 1), ("service", 2), ("service", 3)]


async def test_a_running_service_sends_at_once(happens, sender, receiver, until):
    """As soon as a head is there, and also those that wait for their minute when the store is closed."""
    task = asyncio.create_task(sender(receiver).run())
    await happens()
    await until(lambda: receiver.taken == [("service", 1)])
    await happens()
    await until(lambda: len(receiver.taken) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def until():
    """Waits for a condition."""

    async def waiting(condition):
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110 - it lies behind a socket
                await asyncio.sleep(0.02)

    return waiting
