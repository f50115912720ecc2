"""Mail: over TLS or STARTTLS with a log-in, under the same Message-ID each time."""

import pytest
from pydantic import SecretStr

from notifying.errors import AddressRefused, ChannelAway, MessageRefused
from notifying.sink import Sinks
from rotation.notice.channel import MailSecurity, MailTarget, MessageLanguage
from tests.notifying.sinks import MAIL, MailServer

HUSH = SecretStr("hush")


@pytest.fixture
def server(hook):
    """A mail server that does not run yet."""
    return MailServer(hook)


def target(server, **changes):
    """Where mail goes."""
    usual = {"host": MAIL, "port": server.port, "sender": "rotator@x.test", "recipients": ("a@x.test", "b@x.test")}
    return MailTarget.model_validate({**usual, **changes})


@pytest.mark.parametrize("security", MailSecurity)
async def test_a_mail_goes_to_all_recipients(server, sinks, message, security):
    """With subject, text and link; sent again it has the same Message-ID."""
    async with server.running(security):
        sink = sinks.of(target(server, security=security), None)
        assert [await sink.send(message()) for _ in range(2)] == ["", ""]
    (to, mail), (_, again) = server.mails
    assert to == ("a@x.test", "b@x.test")
    assert mail["Message-ID"] == again["Message-ID"] == "<msg_c_1@x.test>"
    assert mail["Subject"] == "Vienna: a person is needed: sepm1"
    assert "Link: https://rotator.test/rotations/rot-1" in mail.get_content()
    assert (mail["Auto-Submitted"], mail["Date"].datetime.year) == ("auto-generated", 2026)


async def test_czech_arrives_whole(server, sinks, message):
    """Letters outside of ASCII survive in subject and text."""
    async with server.running("starttls"):
        await sinks.of(target(server), None).send(message(language=MessageLanguage.CZECH))
    ((_, mail),) = server.mails
    assert mail["Subject"] == "Vienna: je potřeba zásah člověka: sepm1"
    assert "operátor odstraní příčinu" in mail.get_content()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_log_in_is_sent_over_tls_only(server, sinks, message, security):
    """A wrong password is the channel's fault, and its text is in no reason."""
    async with server.running(security, log_in=True):
        with_user = target(server, security=security, username="rotator")
        await sinks.of(with_user, HUSH).send(message())
        with pytest.raises(ChannelAway, match="SMTPAuthenticationError 535") as raised:
            await sinks.of(with_user, SecretStr("s3cret")).send(message())
        assert "s3cret" not in str(raised.value)
        with pytest.raises(ChannelAway, match="password"):
            await sinks.of(with_user, None).send(message())
    assert set(server.users) == {(b"rotator", b"hush"), (b"rotator", b"s3cret")}
    assert len(server.mails) == 1


async def test_no_password_goes_to_a_server_without_tls(server, sinks, message):
    """A server, or an attacker in between, that offers no STARTTLS gets neither password nor mail."""
    async with server.running("none", log_in=True):
        with pytest.raises(ChannelAway):
            await sinks.of(target(server, username="rotator"), HUSH).send(message())
    assert (server.users, server.mails) == ([], [])


async def test_a_certificate_of_another_name_is_refused(server, sinks, names, message):
    """It is verified for the host that was named, not for the address."""
    names.known["logs.test"] = ("127.0.0.1",)
    async with server.running("starttls", log_in=True):
        with pytest.raises(ChannelAway):
            await sinks.of(target(server, host="logs.test", username="rotator"), HUSH).send(message())
    assert server.users == []


async def test_refusals_of_the_server(server, sinks, message):
    """One recipient of two: noted. All, for good: the message is refused. For now: the channel is away."""
    async with server.running("starttls"):
        sink = sinks.of(target(server), None)
        server.refuses = {"a@x.test": "550 no such user"}
        assert await sink.send(message()) == "refused for a@x.test"
        server.refuses |= {"b@x.test": "550 no such user"}
        with pytest.raises(MessageRefused, match="550"):
            await sink.send(message())
        server.refuses |= {"b@x.test": "450 greylisted"}
        with pytest.raises(ChannelAway, match="450"):
            await sink.send(message())
        server.refuses = {"data": "554 no"}
        with pytest.raises(MessageRefused, match="554"):
            await sink.send(message())
    with pytest.raises(ChannelAway, match="does not answer"):
        await sink.send(message())


async def test_a_mail_server_that_turns_private_is_refused(server, hook, names, message):
    """As a webhook: without its name in the setting no connection is made."""
    async with server.running("starttls"):
        with pytest.raises(AddressRefused):
            await Sinks(hook.settings(private_hosts=""), names.resolve).of(target(server), None).send(message())


async def test_names_of_others_add_no_header(server, sinks, message):
    """A line break in the name of a site is text."""
    async with server.running("starttls"):
        await sinks.of(target(server), None).send(message(site_name="Vienna\r\nBcc: evil@x.test", subject="\u202eexe"))
    ((to, mail),) = server.mails
    assert (to, mail["Bcc"]) == (("a@x.test", "b@x.test"), None)
    assert mail["Subject"] == "Vienna Bcc: evil@x.test: a person is needed: \\u202eexe"
