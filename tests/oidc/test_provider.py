"""What is fetched from the provider: how often, how much, and what counts while it is away."""

from datetime import timedelta

import pytest
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse

from oidc.cached import COUNTS, FRESH, PAUSE
from oidc.errors import ProviderAway, TokenRefused
from tests.oidc.provider import OTHER, SUBJECT, public

KEYS, DISCOVERY = "/keys", "/.well-known/openid-configuration"
A_SECOND = timedelta(seconds=1)


async def test_documents_are_fetched_once(log_in, provider, clock):
    """Until they are ten minutes old."""
    for _ in range(5):
        await log_in.bearer(provider.token())
    assert (provider.asked[DISCOVERY], provider.asked[KEYS]) == (1, 1)
    clock.now += FRESH
    await log_in.bearer(provider.token())
    assert (provider.asked[DISCOVERY], provider.asked[KEYS]) == (2, 2)


async def test_a_new_key_is_fetched(log_in, provider, clock):
    """The first token that names it has the keys fetched again."""
    await log_in.bearer(provider.token())
    provider.keys = [public(OTHER, "new")]
    clock.now += PAUSE
    assert (await log_in.bearer(provider.token(OTHER, kid="new"))).subject == SUBJECT
    with pytest.raises(TokenRefused):
        await log_in.bearer(provider.token())


async def test_made_up_keys_do_not_burden_the_provider(log_in, provider, clock):
    """Whatever ids callers name, keys are fetched every ten seconds at most."""
    for number in range(50):
        with pytest.raises(TokenRefused):
            await log_in.bearer(provider.token(OTHER, kid=f"made-up-{number}"))
    assert provider.asked[KEYS] == 1
    clock.now += PAUSE
    for number in range(50):
        with pytest.raises(TokenRefused):
            await log_in.bearer(provider.token(OTHER, kid=f"made-up-{number}"))
    assert provider.asked[KEYS] == 2


async def test_keys_count_on_while_the_provider_is_away(log_in, provider, clock):
    """For an hour; then no token is judged, and afterwards it goes on by itself."""
    await log_in.bearer(provider.token())
    provider.answers[KEYS] = PlainTextResponse("away", 502)
    clock.now += COUNTS - A_SECOND
    assert await log_in.bearer(provider.token())
    with pytest.raises(ProviderAway):
        await log_in.bearer(provider.token(OTHER, kid="unknown"))
    clock.now += A_SECOND
    with pytest.raises(ProviderAway, match="502"):
        await log_in.bearer(provider.token())
    provider.answers.clear()
    clock.now += PAUSE
    assert await log_in.bearer(provider.token(exp=2_000_000_000))


async def test_a_provider_that_fails_is_not_asked_at_once_again(opened, provider):
    """Requests in the ten seconds after a failure are answered without it."""
    provider.answers[DISCOVERY] = PlainTextResponse("away", 503)
    log_in = opened(provider.settings())
    for _ in range(20):
        with pytest.raises(ProviderAway):
            await log_in.bearer(provider.token())
    assert provider.asked[DISCOVERY] == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (PlainTextResponse("x" * (1 << 20) + "x"), "1048576 bytes"),
        (PlainTextResponse("no JSON"), "cannot be read"),
        (JSONResponse({"keys": "none"}), "cannot be read: keys"),
        (JSONResponse({"keys": ["none"]}), "cannot be read"),
        (JSONResponse([]), "cannot be read"),
        (RedirectResponse("/elsewhere"), "307"),
        (PlainTextResponse("[" * 100_000), "cannot be read"),
    ],
    ids=["endless", "text", "no list", "no keys", "a list", "a redirect", "nested"],
)
async def test_an_odd_answer_is_an_outage(opened, provider, answer, why):
    """Too long, no JSON, another form, or a redirect, which is not followed."""
    provider.answers[KEYS] = answer
    with pytest.raises(ProviderAway, match=why):
        await opened(provider.settings()).bearer(provider.token())
