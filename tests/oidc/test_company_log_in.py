"""The code flow of pages: there and back, and every answer that opens nothing."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.responses import JSONResponse

from oidc.company_log_in import LogInAttempt
from oidc.errors import NoRole, ProviderAway, TokenRefused
from oidc.settings import Algorithm
from oidc.tokens import access_token_hash
from rotation.identity.permission import Role
from tests.oidc.conftest import NOW
from tests.oidc.provider import CLIENT, NAME, OTHER, REDIRECT, SECRET, SUBJECT, by_hand

AT = int(NOW.timestamp())


async def answer_to(log_in, attempt) -> dict[str, str]:
    """What the provider sends a browser back with."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        sent = (await browser.get(await log_in.page(attempt))).headers["location"]
    assert sent.startswith(f"{REDIRECT}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(sent).query).items()}


@pytest.fixture
def attempt() -> LogInAttempt:
    """A log-in that a browser has begun."""
    return LogInAttempt.new()


async def test_a_person_logs_in(log_in, attempt):
    """There with state, nonce and challenge; back with the person's name and roles. The verifier stays here."""
    page = await log_in.page(attempt)
    assert attempt.verifier not in page
    assert {"S256", attempt.state, attempt.nonce} <= {values[0] for values in parse_qs(urlsplit(page).query).values()}
    found = await log_in.finish(attempt, await answer_to(log_in, attempt))
    assert (found.subject, found.name, found.grant.roles) == (SUBJECT, NAME, (Role.ADMIN,))


@pytest.fixture
def file(tmp_path):
    """The file of the client's secret."""
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    return file


async def test_each_attempt_is_another(attempt):
    """State, nonce and verifier have 256 random bits each, and a verifier's form (RFC 7636: 43 characters)."""
    texts = [*attempt.model_dump().values(), *LogInAttempt.new().model_dump().values()]
    assert len(set(texts)) == 6
    assert {len(text) for text in texts} == {43}


async def test_a_code_counts_once_and_for_one_browser(log_in, attempt):
    """With the verifier of another browser, or a second time, the provider refuses it."""
    answer = await answer_to(log_in, attempt)
    other = attempt.model_copy(update={"verifier": LogInAttempt.new().verifier})
    with pytest.raises(TokenRefused, match="code"):
        await log_in.finish(other, answer)
    answer = await answer_to(log_in, attempt)
    await log_in.finish(attempt, answer)
    with pytest.raises(TokenRefused, match="code"):
        await log_in.finish(attempt, answer)


@pytest.mark.parametrize(
    "changed", [{"state": "made up"}, {"state": ""}, {"iss": "https://other.example"}, {"code": ""}]
)
async def test_an_answer_to_something_else_is_refused(log_in, provider, attempt, changed):
    """Another state, another provider, or no code: the code is not even sent."""
    with pytest.raises(TokenRefused):
        await log_in.finish(attempt, await answer_to(log_in, attempt) | changed)
    assert provider.asked["/token"] == 0


async def test_a_provider_that_names_itself_must(opened, provider, attempt):
    """Where its description has it, an answer without its name is refused (RFC 9207)."""
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    log_in = opened(provider.settings())
    answer = await answer_to(log_in, attempt)
    with pytest.raises(TokenRefused, match="another provider"):
        await log_in.finish(attempt, answer)
    assert await log_in.finish(attempt, answer | {"iss": provider.issuer})


async def test_a_person_who_was_not_let_in(log_in, attempt):
    """The provider's own refusal is one here; its text, which any page may write into an address, is not repeated."""
    answer = {"error": "access_denied", "error_description": "call 555-1234", "state": attempt.state}
    with pytest.raises(TokenRefused) as refusal:
        await log_in.finish(attempt, answer)
    assert "555" not in str(refusal.value)


FORGED = {
    "another nonce": {"nonce": "made up"},
    "no nonce": {"nonce": None},
    "a wrong at_hash": {"at_hash": "made-up"},
    "at_hash of another token": {"at_hash": access_token_hash("another", Algorithm.RS256)},
    "at_hash by another hash": {"at_hash": access_token_hash("an access token that is opaque", Algorithm.RS512)},
    "another audience": {"aud": "another client"},
    "several audiences and no azp": {"aud": [CLIENT, "another"]},
    "for another client": {"azp": "another client"},
    "another issuer": {"iss": "https://login.example.com"},
    "expired": {"exp": AT - 60},
    "of the future": {"iat": AT + 61},
    "an access token": {"header": {"typ": "at+jwt"}},
    "another key": {"key": OTHER},
    "an unknown key": {"key": OTHER, "kid": "made-up"},
}


@pytest.mark.parametrize("changes", FORGED.values(), ids=FORGED)
async def test_a_forged_id_token_is_refused(log_in, provider, attempt, changes):
    """Even when it comes from the token endpoint."""
    answer = await answer_to(log_in, attempt)
    provider.id_claims = changes
    with pytest.raises(TokenRefused) as refusal:
        await log_in.finish(attempt, answer)
    assert not isinstance(refusal.value, NoRole)
    assert SUBJECT not in str(refusal.value)


@pytest.mark.parametrize("secret", [b"", b"s3cret"])
async def test_an_unsigned_id_token_is_refused(log_in, provider, attempt, secret):
    """`none`, and HMAC, which OpenID Connect would let the client's secret do."""
    answer = await answer_to(log_in, attempt)
    claims = provider.claimed(aud=CLIENT, nonce=attempt.nonce)
    tokens = {"id_token": by_hand({"alg": "HS256" if secret else "none"}, claims, secret), "access_token": "x"}
    provider.answers["/token"] = JSONResponse(tokens)
    with pytest.raises(TokenRefused, match="algorithm"):
        await log_in.finish(attempt, answer)


@pytest.mark.parametrize(
    "changes", [{"at_hash": None}, {"aud": [CLIENT]}, {"aud": [CLIENT, "another"], "azp": CLIENT}], ids=str
)
async def test_what_may_differ(log_in, provider, attempt, changes):
    """at_hash may be missing; several audiences are good with the client's name in azp."""
    answer = await answer_to(log_in, attempt)
    provider.id_claims = changes
    assert (await log_in.finish(attempt, answer)).subject == SUBJECT


@pytest.mark.parametrize(
    ("methods", "sent"),
    [
        (None, "Basic cm90YXRvcitwYWdlczpzM2NyZXQrJTI2K21vcmU="),
        (["client_secret_basic"], "Basic cm90YXRvcitwYWdlczpzM2NyZXQrJTI2K21vcmU="),
        (["client_secret_post"], f"{CLIENT}:{SECRET}"),
    ],
)
async def test_a_client_with_a_secret(opened, provider, file, methods, sent):
    """It is sent in the way that the provider takes: a header whose parts are encoded as in a form, or the form."""
    attempt = LogInAttempt.new()
    provider.metadata = {"token_endpoint_auth_methods_supported": methods}
    log_in = opened(provider.settings(client_secret_file=file))
    await log_in.finish(attempt, await answer_to(log_in, attempt))
    assert provider.authenticated == [sent]
    file.unlink()
    with pytest.raises(ProviderAway, match="FileNotFoundError"):
        await log_in.finish(attempt, await answer_to(log_in, attempt))


async def test_a_public_client_sends_its_name_alone(log_in, provider, attempt):
    """PKCE proves who has begun the log-in."""
    await log_in.finish(attempt, await answer_to(log_in, attempt))
    assert provider.authenticated == [f"{CLIENT}:"]


@pytest.mark.parametrize(
    ("metadata", "why"),
    [
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ({"authorization_endpoint": None}, "PKCE"),
        ({"issuer": "https://login.example.com"}, "another issuer"),
        ({"issuer": None}, "issuer"),
        ({"jwks_uri": "http://login.example.com/keys"}, "TLS"),
        ({"token_endpoint": "file:///etc/passwd"}, "TLS"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "TLS"),
    ],
    ids=str,
)
async def test_a_provider_that_cannot_be_used(opened, provider, attempt, metadata, why):
    """Without PKCE, of another issuer, or with addresses without TLS: no browser is sent there."""
    provider.metadata = metadata
    with pytest.raises(ProviderAway, match=why):
        await opened(provider.settings()).page(attempt)


async def test_an_exchange_that_fails_is_an_outage(log_in, provider, attempt):
    """A wrong secret of ours, or an answer without tokens, is no fault of the person; no text of it is repeated."""
    for answer in (JSONResponse({"error": "invalid_client", "error_description": "s3cret"}, 401), JSONResponse({})):
        sent = await answer_to(log_in, attempt)
        provider.answers["/token"] = answer
        with pytest.raises(ProviderAway) as away:
            await log_in.finish(attempt, sent)
        assert "s3cret" not in str(away.value)
