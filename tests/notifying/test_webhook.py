"""Webhooks: signed, over verified TLS, to an address that was checked at this very connection."""

import pytest
from pydantic import SecretStr

from notifying.errors import AddressRefused, ChannelAway, MessageRefused
from notifying.signature import key_of, new_secret, with_token
from notifying.sink import Sinks
from rotation.notice.channel import WebhookTarget
from tests.notifying.sinks import HOOKS


@pytest.fixture
def sink(hook, sinks):
    """The sink of the webhook that listens."""
    return sinks.of(WebhookTarget(url=hook.url), hook.secret)


async def test_a_message_is_signed_and_says_what_it_is(hook, sink, message):
    """Another library verifies it; it has site, rotation, text and link, and the id of the message."""
    await sink.send(message())
    ((message_id, body),) = hook.taken
    assert (message_id, body["type"], body["timestamp"]) == ("msg_c_1", "rotator.notice", "2026-03-01T08:00:00Z")
    (notice,) = body["data"]["notices"]
    assert notice["link"] == body["data"]["link"] == "https://rotator.test/rotations/rot-1"
    assert (notice["notice"]["kind"], notice["notice"]["site_name"]) == ("attention", "Vienna")
    assert hook.hosts == [f"{HOOKS}:{hook.server.port}"]


async def test_the_same_message_has_the_same_id_and_body(hook, sink, message):
    """So a receiver that has it already can tell."""
    await sink.send(message())
    await sink.send(message())
    assert hook.taken[0] == hook.taken[1]


async def test_a_name_that_turns_private_is_refused(hook, names, message, sinks):
    """It was public when the channel was added; at the connection its address is another one, and nothing is sent."""
    target = WebhookTarget(url=hook.url)
    outside = Sinks(hook.settings(private_hosts=""), names.resolve)
    names.known[HOOKS] = ("8.8.8.8",)
    await outside.check(target)
    for turned in (("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::ffff:192.168.0.1",), ("64:ff9b::a00:1",), ("fd00::1",)):
        names.known[HOOKS] = turned
        with pytest.raises(AddressRefused, match="ROTATOR_NOTIFY_PRIVATE_HOSTS"):
            await outside.of(target, hook.secret).send(message())
    assert hook.server.asked == []
    names.known[HOOKS] = ("127.0.0.1",)
    await sinks.of(target, hook.secret).send(message())
    assert len(hook.taken) == 1


async def test_the_name_is_looked_up_once_for_a_connection(hook, names, sink, message):
    """No second look-up comes between the check and the connection: it could give another address."""
    await sink.send(message())
    assert names.asked == [(HOOKS, hook.server.port)]


async def test_a_redirect_is_checked_as_the_first_address(hook, names, sink, message):
    """One that leads inside is not followed; one that may be gets the same post, signed."""
    there = {"Location": f"https://elsewhere.test:{hook.server.port}/b"}
    hook.answers = [(307, "", there)]
    with pytest.raises(AddressRefused, match=r"elsewhere\.test"):
        await sink.send(message())
    assert (len(hook.server.asked), hook.taken) == (1, [])
    names.known["elsewhere.test"] = ("169.254.169.254",)
    hook.answers = [(308, "", there)]
    with pytest.raises(AddressRefused):
        await (
            Sinks(hook.settings(private_hosts=f"{HOOKS},elsewhere.test"), names.resolve)
            .of(WebhookTarget(url=hook.url), hook.secret)
            .send(message())
        )
    hook.answers = [(307, "", {"Location": "/c"})]
    await sink.send(message())
    assert [asked.path for asked in hook.server.asked[-2:]] == ["/rotator", "/c"]
    assert len(hook.taken) == 1


async def test_a_token_goes_to_the_host_that_was_named_only(hook, names, message):
    """Beside the signature, and to no other host that this one redirects to."""
    target = WebhookTarget(url=hook.url, token_header="Authorization")
    secret = with_token(hook.secret, SecretStr("Bearer t0ken"))
    names.known["elsewhere.test"] = ("127.0.0.1",)
    sink = Sinks(hook.settings(private_hosts=f"{HOOKS},elsewhere.test"), names.resolve).of(target, secret)
    hook.answers = [
        (307, "", {"Location": "/b"}),
        (307, "", {"Location": f"https://elsewhere.test:{hook.server.port}/"}),
    ]
    await sink.send(message())
    sent = [asked.headers.get("authorization") for asked in hook.server.asked]
    assert sent == ["Bearer t0ken", "Bearer t0ken", None]
    assert len(hook.taken) == 1


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((500, ""), ChannelAway),
        ((429, ""), ChannelAway),
        ((401, ""), ChannelAway),
        ((404, ""), ChannelAway),
        ((302, "", {"Location": "https://elsewhere.test/"}), ChannelAway),
        ((307, "", {"Location": "http://hooks.test/"}), ChannelAway),
        ((307, "", {"Location": "https://[/"}), ChannelAway),
        ((307, ""), ChannelAway),
        ((400, ""), MessageRefused),
        ((413, ""), MessageRefused),
        ((422, ""), MessageRefused),
    ],
)
async def test_what_is_not_taken_says_why(hook, sink, message, answer, fault):
    """A message that is refused is another thing than a channel that is away."""
    hook.answers = [answer]
    with pytest.raises(fault) as raised:
        await sink.send(message())
    assert type(raised.value) is fault
    assert HOOKS in str(raised.value)
    assert "a=1" not in str(raised.value), "the address may hold a secret"


async def test_redirects_have_an_end(hook, sink, message):
    """A receiver that redirects for ever is given up."""
    hook.answers = [(307, "", {"Location": f"/{number}"}) for number in range(9)]
    with pytest.raises(ChannelAway, match="more than 3"):
        await sink.send(message())


async def test_a_certificate_of_no_known_authority_is_refused(hook, names, message):
    """Nothing is sent to a server that does not prove its name."""
    for settings in (hook.settings(ca=None), hook.settings()):
        port = hook.server.port
        url = hook.url if settings.ca is None else f"https://logs.test:{port}/"
        with pytest.raises(ChannelAway, match="not trusted"):
            await Sinks(settings, names.resolve).of(WebhookTarget(url=url), hook.secret).send(message())
    assert hook.server.asked == []


async def test_a_host_that_is_away_is_named(sinks, message):
    """No address, or no server at it."""
    for url in ("https://unknown.test/", "https://hooks.test:1/"):
        with pytest.raises(ChannelAway):
            await sinks.of(WebhookTarget(url=url), new_secret()).send(message())
    with pytest.raises(ChannelAway, match="signing key"):
        await sinks.of(WebhookTarget(url="https://hooks.test:1/"), None).send(message())


def test_a_secret_is_a_key_of_some_length():
    """A new one counts; what is too short, or no base64, is refused."""
    assert len(key_of(new_secret())) == 32
    for wrong in ("", "whsec_", "whsec_YWJj", "whsec_!!", new_secret().get_secret_value().removeprefix("whsec_")):
        with pytest.raises(ValueError, match="whsec_"):
            key_of(type(new_secret())(wrong))
