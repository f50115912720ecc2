"""Sessions: tokens, retries, back-off and lost answers, against a real TLS server that answers by script."""

import asyncio
import pickle
from datetime import timedelta

import pytest
from pydantic import SecretStr, TypeAdapter

from rotation.values import Fingerprint
from sepm.access import Access, RequestLimits
from sepm.errors import (
    BadCredentials,
    Gone,
    NotPermitted,
    OutcomeUnknown,
    Refused,
    ServerFault,
    Throttled,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
    UntrustedCertificate,
)
from sepm.rest.session import Session
from sepm.tls.transport import TrustingTransport
from sepm.tls.trust import Trust

ANYTHING = TypeAdapter(dict[str, int])
AUTH = "/api/v1/identity/authenticate"
THING = "/api/v1/thing"
SECRETS = ("S3cret-Pass", "the-token")


def seconds(*values):
    """Durations."""
    return [timedelta(seconds=value) for value in values]


@pytest.fixture
def open_session(certificates, step_clock):
    """Opens a session with a server that has the first certificate."""

    def start(server, **limits):
        trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}))
        transport = TrustingTransport(trust, server.access.address)
        return Session(server.access, transport, clock=step_clock, limits=RequestLimits(**limits))

    return start


class Tokens:
    """A script with tokens that it hands out in order, and what it does with requests that carry the right one."""

    def __init__(self, life=3600, then=lambda _: (200, {"n": 1})):
        self.life = life
        self.then = then
        self.given = 0
        self.valid = True

    def __call__(self, asked):
        """The answer to a request."""
        if asked.path.endswith(AUTH):
            self.given += 1
            return 200, {"token": f"the-token-{self.given}", "tokenExpiration": self.life, "role": {"bitMask": 8}}
        if not self.valid or asked.headers.get("authorization") != f"Bearer the-token-{self.given}":
            token = asked.headers.get("authorization", "")
            return 401, {"error": "invalid_token", "error_description": f"Invalid access token: {token}"}
        return self.then(asked)


async def test_it_logs_on_once_for_many_requests(tls_server, open_session):
    """Concurrent requests share one token, got once, for our own application name."""
    script = Tokens()
    async with tls_server(script) as server, open_session(server) as session:
        answers = await asyncio.gather(*(session.get(THING, ANYTHING) for _ in range(5)))
    assert answers == [{"n": 1}] * 5
    assert script.given == 1
    assert server.asked[0].json == {"username": "admin", "password": "S3cret-Pass", "domain": ""}
    assert server.asked[0].target.endswith("?appName=sepm-rotator")


@pytest.mark.parametrize(
    ("life", "still_good", "renewed"),
    [(100, 94.9, 95), (3, 2.39, 2.4), (1, 0.79, 0.8)],
)
async def test_a_token_is_renewed_before_it_ends(tls_server, open_session, step_clock, life, still_good, renewed):  # noqa: PLR0917 - fixtures and cases
    """Five seconds before the end, or after 80 % of a life of a few seconds, by the injected clock."""
    script = Tokens(life)
    async with tls_server(script) as server, open_session(server) as session:
        await session.get(THING, ANYTHING)
        start = step_clock.passed
        step_clock.passed = start + timedelta(seconds=still_good)
        await session.get(THING, ANYTHING)
        assert script.given == 1
        step_clock.passed = start + timedelta(seconds=renewed)
        await session.get(THING, ANYTHING)
        assert script.given == 2


async def test_a_token_without_a_life_is_used_until_it_is_refused(tls_server, open_session, step_clock):
    """No number of seconds is made up where SEPM gives none."""
    script = Tokens(0)
    async with tls_server(script) as server, open_session(server) as session:
        await session.get(THING, ANYTHING)
        step_clock.passed += timedelta(days=9)
        await session.get(THING, ANYTHING)
    assert script.given == 1


async def test_a_forgotten_token_is_renewed_once(tls_server, open_session):
    """A restarted SEPM forgets its tokens: one new token, and the request is made again, a write too."""
    script = Tokens()
    async with tls_server(script) as server, open_session(server) as session:
        await session.get(THING, ANYTHING)
        script.given += 1  # the server moves on to a token that no client has
        await session.patch(THING, {"a": 1})
    assert server.paths("PATCH") == [THING, THING]


async def test_a_token_that_ends_while_the_session_keeps_quiet_is_renewed(tls_server, open_session, step_clock):
    """After a pause that outlives its token a request goes out with a new one, and is not taken for refused."""
    refusals: list[tuple[int, dict[str, str], dict[str, str]]] = [(429, {}, {"Retry-After": "60"})] * 3
    script = Tokens(30, lambda _: refusals.pop() if refusals else (200, {"n": 1}))
    async with tls_server(script) as server, open_session(server) as session:
        assert await session.get(THING, ANYTHING) == {"n": 1}
    sent = [asked.headers["authorization"] for asked in server.asked if asked.path.endswith(THING)]
    assert sent == [f"Bearer the-token-{number}" for number in (1, 2, 3, 4)]
    assert step_clock.passed >= timedelta(minutes=3)


async def test_a_second_401_is_unauthorised(tls_server, open_session):
    """A fresh token that is refused too ends it: exactly one logon more, and the token is not in the error."""
    script = Tokens()
    script.valid = False
    async with tls_server(script) as server, open_session(server) as session:
        with pytest.raises(Unauthorized) as caught:
            await session.get(THING, ANYTHING)
    assert script.given == 2
    assert server.paths("GET") == [THING, THING]
    assert not any(secret in repr(caught.value) + str(caught.value) for secret in SECRETS)


async def test_a_wrong_password_is_sent_once(tls_server, open_session):
    """SEPM answers 400 for it and locks accounts: later and concurrent requests fail without asking again."""

    def script(_):
        return 400, {"errorCode": "400", "appErrorCode": "", "errorMessage": "Bad S3cret-Pass"}

    async with tls_server(script) as server, open_session(server) as session:
        outcomes = await asyncio.gather(*(session.get(THING, ANYTHING) for _ in range(4)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [BadCredentials] * 4
    assert server.paths() == [AUTH]
    assert not any(secret in repr(outcomes) + str(outcomes[0]) for secret in SECRETS)
    assert not BadCredentials.retryable


async def test_an_account_of_a_lesser_kind_is_not_permitted(tls_server, open_session):
    """SEPM's REST asks for a system administrator, so another role is named at logon."""

    def script(_):
        return 200, {"token": "t", "tokenExpiration": 60, "role": {"bitMask": 4, "title": "domainadmin"}}

    async with tls_server(script) as server, open_session(server) as session:
        with pytest.raises(NotPermitted, match="no system administrator"):
            await session.get(THING, ANYTHING)


@pytest.mark.parametrize("fault", [None, (503, "busy"), (502, {}), (504, {})])
async def test_reads_are_repeated(tls_server, open_session, logged_on, step_clock, fault):
    """A dropped connection or a passing fault is tried again, with growing pauses."""
    answers = [fault, fault, (200, {"n": 2})]

    async with (
        tls_server(logged_on(lambda _: answers.pop(0))) as server,
        open_session(server) as session,
    ):
        assert await session.get(THING, ANYTHING) == {"n": 2}
    assert step_clock.pauses == seconds(1, 2)


async def test_reads_are_repeated_a_few_times_only(tls_server, open_session, logged_on):
    """An outage that lasts is Unreachable, which the caller retries for ever at its own pace."""
    async with tls_server(logged_on(lambda _: None)) as server, open_session(server) as session:
        with pytest.raises(Unreachable) as caught:
            await session.get(THING, ANYTHING)
    assert server.paths("GET") == [THING] * 4
    assert caught.value.retryable
    assert "site Test" in str(caught.value)


async def test_a_lasting_fault_is_a_server_fault(tls_server, open_session, logged_on):
    """502, 503 and 504 that stay, and 500 at once, are faults that may be retried later."""
    for status, times in ((503, 4), (500, 1)):
        async with (
            tls_server(logged_on(lambda _, status=status: (status, {}))) as server,
            open_session(server) as session,
        ):
            with pytest.raises(ServerFault) as caught:
                await session.get(THING, ANYTHING)
        assert (caught.value.status, caught.value.retryable) == (status, True)
        assert server.paths("GET") == [THING] * times


async def test_a_shut_port_is_unreachable(unused_tcp_port, certificates, step_clock):
    """No connection at all is Unreachable, for a write as well: nothing was sent."""
    access = Access(site="T", url=f"https://127.0.0.1:{unused_tcp_port}", username="u", password=SecretStr("p"))
    trust = Trust(fingerprints=frozenset({certificates[0].facts.fingerprint}))
    async with Session(access, TrustingTransport(trust, "T"), clock=step_clock) as session:
        with pytest.raises(Unreachable, match="the connection was refused"):
            await session.patch(THING, {})


@pytest.mark.parametrize("answer", [None, (500, {}), (503, {})])
async def test_a_write_whose_answer_is_lost_is_not_repeated(tls_server, open_session, logged_on, answer):
    """The change may have been made, so the caller must look; it is sent exactly once."""
    async with tls_server(logged_on(lambda _: answer)) as server, open_session(server) as session:
        with pytest.raises(OutcomeUnknown) as caught:
            await session.patch(THING, {"a": 1})
    assert server.paths("PATCH") == [THING]
    assert not caught.value.retryable
    assert "read the setting back" in caught.value.remedy


async def test_an_answer_that_never_comes_is_limited(tls_server, open_session, logged_on):
    """The limit is over the whole request: a read is Unreachable then, and a write has an unknown outcome."""
    ends = asyncio.Event()

    async def silent(_):
        await ends.wait()

    async with (
        tls_server(logged_on(silent)) as server,
        open_session(server, request_timeout=timedelta(seconds=0.3), read_retries=1) as session,
    ):
        with pytest.raises(Unreachable):
            await session.get(THING, ANYTHING)
        with pytest.raises(OutcomeUnknown):
            await session.patch(THING, {})
        ends.set()


async def test_writes_use_a_connection_of_their_own(tls_server, open_session, logged_on):
    """SEPM was seen to drop reused connections: a write never takes one, so its answer is not lost that way."""
    async with (
        tls_server(logged_on(lambda _: (200, {"n": 1}))) as server,
        open_session(server) as session,
    ):
        await session.get(THING, ANYTHING)
        await session.get(THING, ANYTHING)
        before = server.connections
        await session.patch(THING, {})
        await session.patch(THING, {})
        assert (before, server.connections) == (2, 4)  # logon, reads; then one for each write


async def test_throttling_waits_as_long_as_sepm_asks(tls_server, open_session, logged_on, step_clock):
    """`Retry-After` counts, in seconds or as a date on SEPM's clock."""
    answers = [
        (429, {}, {"Retry-After": "7"}),
        (429, {}, {"Retry-After": "Wed, 02 Jan 2030 12:00:09 GMT"}),
        (200, {"n": 1}),
    ]
    async with (
        tls_server(logged_on(lambda _: answers.pop(0))) as server,
        open_session(server) as session,
    ):
        await session.get(THING, ANYTHING)
    assert step_clock.pauses == seconds(7, 9)


async def test_throttling_ends(tls_server, open_session, logged_on, step_clock):
    """Without `Retry-After` the pauses grow up to a minute; then the error states when to come back. A write is
    repeated too, because a throttled request was not looked at.
    """
    async with tls_server(logged_on(lambda _: (429, {}))) as server, open_session(server) as session:
        with pytest.raises(Throttled) as caught:
            await session.patch(THING, {})
    assert step_clock.pauses == seconds(1, 2, 4, 8, 16, 32)
    assert caught.value.retry_after == timedelta(seconds=60)
    assert caught.value.retryable
    assert len(server.paths("PATCH")) == 7


async def test_a_very_long_retry_after_is_left_to_the_caller(tls_server, open_session, logged_on, step_clock):
    """A pause of an hour is left to the caller, which has durable timers."""
    async with (
        tls_server(logged_on(lambda _: (429, {}, {"Retry-After": "3600"}))) as server,
        open_session(server) as session,
    ):
        with pytest.raises(Throttled) as caught:
            await session.get(THING, ANYTHING)
    assert (step_clock.pauses, caught.value.retry_after) == ([], timedelta(hours=1))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {"errorCode": "400", "errorMessage": "no such list"}), Refused),
        ((409, {}), Refused),
        ((423, {}), Refused),
        ((403, {}), NotPermitted),
        ((410, {"errorMessage": "unknown group"}), Gone),
        ((404, {"errorCode": "404"}), Gone),
        ((404, "<html>Tomcat</html>"), UnexpectedAnswer),
        ((302, "", {"Location": "https://elsewhere.example/"}), UnexpectedAnswer),
        ((200, "<html>proxy</html>"), UnexpectedAnswer),
        ((200, {"n": "S3cret-Pass"}), UnexpectedAnswer),
        ((200, ["n"]), UnexpectedAnswer),
    ],
)
async def test_each_answer_has_its_error(tls_server, open_session, logged_on, answer, error):
    """Every answer that is no success is one typed error with a remedy, and holds no value of the body."""
    async with tls_server(logged_on(lambda _: answer)) as server, open_session(server) as session:
        with pytest.raises(error) as caught:
            await session.get(THING, ANYTHING)
    assert type(caught.value) is error
    assert caught.value.remedy
    assert not any(secret in repr(caught.value) for secret in SECRETS)


async def test_sepms_words_are_cleaned(tls_server, open_session, logged_on):
    """SEPM's message is passed on, without words long enough to be a token; object ids stay."""
    message = f"group {'AB' * 16} and token {'x1' * 30}"
    async with (
        tls_server(logged_on(lambda _: (400, {"errorMessage": message}))) as server,
        open_session(server) as session,
    ):
        with pytest.raises(Refused, match=rf"group {'AB' * 16} and token \[removed\]"):
            await session.get(THING, ANYTHING)


async def test_nothing_secret_is_shown(tls_server, open_session, capsys):
    """Neither the access, the session, its parts nor its logs show password or token."""
    answers = [None, (200, {"n": 1})]
    script = Tokens(then=lambda _: answers.pop(0))
    async with tls_server(script) as server, open_session(server) as session:
        await session.get(THING, ANYTHING)
        shown = repr(server.access) + server.access.model_dump_json() + repr(vars(session))
        shown += repr(vars(session._credentials))
    printed = capsys.readouterr()
    assert "sepm.retry" in printed.out + printed.err
    shown += printed.out + printed.err
    assert not any(secret in shown for secret in SECRETS)


@pytest.mark.parametrize("url", ["http://sepm:8446", "https://u:p@sepm:8446", "sepm:8446", "https://sepm/?a=b"])
def test_a_password_goes_over_https_only(url):
    """An address that is not plain HTTPS is refused before there is a session."""
    with pytest.raises(ValueError, match="REST address"):
        Access(site="T", url=url, username="u", password=SecretStr("p"))


def test_errors_survive_pickling():
    """Errors cross process borders whole: what happened, where, and what to do."""
    error = UntrustedCertificate("a", "b", "c", None, frozenset({Fingerprint("f")}))
    for original in (error, Throttled("a", "b", "c", timedelta(seconds=1)), ServerFault("a", "b", "c", 503)):
        copy = pickle.loads(pickle.dumps(original))
        assert (type(copy), copy.args, vars(copy)) == (type(original), original.args, vars(original))
