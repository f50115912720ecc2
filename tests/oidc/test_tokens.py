"""Tokens of programs: what is accepted, and every forgery that is not."""

import json
from datetime import timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oidc.errors import NoRole, ProviderAway, TokenRefused
from oidc.tokens import SKEW
from rotation.identity.permission import Role
from tests.oidc.conftest import NOW
from tests.oidc.provider import AUDIENCE, CLIENT, NAME, OTHER, P256, ROLE, RSA, SUBJECT, WEAK, by_hand, pem, public

P384 = ec.generate_private_key(ec.SECP384R1())
AT = int(NOW.timestamp())


async def test_a_good_token_is_a_log_in(log_in, provider):
    """Its issuer and subject, its name, and the roles that the settings give to what it claims."""
    found = await log_in.bearer(provider.token())
    assert (found.issuer, found.subject, found.name) == (provider.issuer, SUBJECT, NAME)
    assert (found.grant.roles, found.grant.sites) == ((Role.ADMIN,), None)


@pytest.mark.parametrize(
    "good",
    [
        {"key": P256, "algorithm": "ES256", "kid": "ec"},
        {"header": {"typ": "at+jwt"}},
        {"header": {"typ": "application/at+jwt"}},
        {"aud": ["another", AUDIENCE]},
        {"nbf": AT},
        {"exp": AT - 59},
        {"iat": AT + 59, "nbf": AT + 59},
        {"iat": AT - 0.5},
        {"roles": ROLE},
        {"nonce": "of Entra or of an older Keycloak"},
        {"azp": CLIENT, "client_id": CLIENT},
    ],
    ids=[
        "P-256",
        "at+jwt",
        "typ",
        "two audiences",
        "nbf",
        "just over",
        "skewed",
        "fraction",
        "one role",
        "nonce",
        "ours",
    ],
)
async def test_what_providers_write_is_accepted(log_in, provider, good):
    """Both algorithms, RFC 9068, several audiences, clocks that differ by less than a minute, a role as a text."""
    assert (await log_in.bearer(provider.token(**good))).subject == SUBJECT


FORGED = {
    "signed by nothing": lambda p: by_hand({"alg": "none", "typ": "JWT"}, p.claimed()),
    "signed by nothing, named oddly": lambda p: by_hand({"alg": "nOnE", "kid": "rsa"}, p.claimed()),
    "signed by nothing, named as RS256": lambda p: by_hand({"alg": "RS256", "kid": "rsa"}, p.claimed()),
    "HMAC with the public key": lambda p: by_hand({"alg": "HS256", "kid": "rsa"}, p.claimed(), pem(RSA)),
    "HMAC named as RS256": lambda p: by_hand({"alg": "RS256", "kid": "rsa"}, p.claimed(), pem(RSA)),
    "HMAC with the secret of the page": lambda p: by_hand({"alg": "HS256"}, p.claimed(), b"s3cret & more"),
    "another key under the id of theirs": lambda p: p.token(OTHER),
    "another key under an id of its own": lambda p: p.token(OTHER, kid="other"),
    "another key that it brings along": lambda p: p.token(
        OTHER, kid="other", header={"jwk": public(OTHER, "other"), "jku": f"{p.issuer}/keys", "x5u": f"{p.issuer}/keys"}
    ),
    "an algorithm that is not set": lambda p: p.token(algorithm="RS512"),
    "the other key's algorithm": lambda p: p.token(P256, "ES256", kid="rsa"),
    "an id that is no text": lambda p: by_hand({"alg": "RS256", "kid": ["rsa"]}, p.claimed(), b"x"),
    "an unknown critical header": lambda p: p.token(header={"crit": ["exp"], "exp": AT}),
    "an unencoded payload": lambda p: p.token(header={"crit": ["b64"], "b64": False}),
    "a log-out token": lambda p: p.token(header={"typ": "logout+jwt"}),
    "bound to a key of its holder": lambda p: p.token(cnf={"jkt": "x"}),
    "issued to another client": lambda p: p.token(azp="another program"),
    "issued to another client, as RFC 9068 has it": lambda p: p.token(client_id="another program"),
    "issued to another client, as Entra ID has it": lambda p: p.token(appid="another program"),
    "issued to another client, as Okta has it": lambda p: p.token(cid="another program"),
    "issued to two clients": lambda p: p.token(azp=CLIENT, client_id="another program"),
    "issued to ours in another case": lambda p: p.token(azp=CLIENT.upper()),
    "issued to a client that is no text": lambda p: p.token(client_id=[CLIENT]),
    "issued to an empty client": lambda p: p.token(azp=""),
    "an ID token": lambda p: p.token(at_hash="x"),
    "an ID token of the pages": lambda p: p.token(aud=CLIENT),
    "another audience": lambda p: p.token(aud="api://another"),
    "another audience, in another case": lambda p: p.token(aud=AUDIENCE.upper()),
    "no audience": lambda p: p.token(aud=None),
    "an empty audience": lambda p: p.token(aud=[]),
    "an audience that is no text": lambda p: p.token(aud=[AUDIENCE, 1]),
    "another issuer": lambda p: p.token(iss="https://login.example.com"),
    "another issuer, by a slash": lambda p: p.token(iss=f"{p.issuer}/"),
    "no issuer": lambda p: p.token(iss=None),
    "no subject": lambda p: p.token(sub=None),
    "an empty subject": lambda p: by_hand_signed(p, sub=""),
    "a subject that cannot be stored": lambda p: p.token(sub="ann\x00"),
    "expired": lambda p: p.token(exp=AT - 60),
    "never expires": lambda p: p.token(exp=None),
    "expires at no number": lambda p: p.token(exp="tomorrow"),
    "expires at infinity": lambda p: p.token(exp=float("inf")),
    "expires at true": lambda p: p.token(exp=True),
    "issued in the future": lambda p: p.token(iat=AT + 61),
    "issued at no time": lambda p: p.token(iat=None),
    "counts in the future": lambda p: p.token(nbf=AT + 61),
    "claims that are a list": lambda _: by_hand({"alg": "RS256", "kid": "rsa"}, ["iss"], b"x"),
    "a header that is a list": lambda p: by_hand(["alg"], p.claimed()),
    "deeply nested": lambda _: f"{'W1tb' * 4000}.e30.",
    "too long": lambda p: p.token(padding="x" * 20_000),
    "no token": lambda _: "open sesame",
    "nothing": lambda _: "",
    "five parts": lambda _: ".".join(["e30"] * 5),
}


def by_hand_signed(provider, **changes):
    """A token with claims that jwt.encode would refuse."""
    return jwt.api_jws.encode(json.dumps(provider.claimed() | changes).encode(), RSA, "RS256", headers={"kid": "rsa"})


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
async def test_a_forged_token_is_refused(log_in, provider, forged):
    """Refused, and not as an outage or an error of ours; and the text has nothing of the token."""
    token = forged(provider)
    with pytest.raises(TokenRefused) as refusal:
        await log_in.bearer(token)
    assert not isinstance(refusal.value, NoRole)
    for part in token.split("."):
        assert len(part) < 10 or part not in str(refusal.value)
    assert SUBJECT not in str(refusal.value)


async def test_a_weak_key_is_refused(log_in, provider):
    """Even one that the provider publishes itself."""
    provider.keys.append(public(WEAK, "weak"))
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = provider.token(WEAK, kid="weak")
    with pytest.raises(TokenRefused, match="InvalidKeyError"):
        await log_in.bearer(token)


@pytest.mark.parametrize("kid", ["rsa", "only"])
async def test_a_key_for_something_else_is_none(opened, provider, kid):
    """One that encrypts, one of another algorithm, one on another curve, a secret, and two of the same id."""
    for keys, key, algorithm in (
        ([public(RSA, kid, use="enc")], RSA, "RS256"),
        ([public(RSA, kid, alg="PS256")], RSA, "RS256"),
        ([public(P384, kid)], P256, "ES256"),
        ([{"kty": "oct", "k": "c2VjcmV0", "kid": kid}], RSA, "RS256"),
        ([public(RSA, kid), public(OTHER, kid)], RSA, "RS256"),
        ([{"kty": "RSA", "n": "!", "e": "AQAB", "kid": kid}], RSA, "RS256"),
    ):
        provider.keys = keys
        with pytest.raises(TokenRefused):
            await opened(provider.settings()).bearer(provider.token(key, algorithm, kid=kid))


async def test_without_an_id_the_only_key_is_taken(opened, provider):
    """Of two that would fit, none."""
    assert (await opened(provider.settings()).bearer(provider.token(kid=None))).subject == SUBJECT
    provider.keys.append(public(OTHER, "other"))
    with pytest.raises(TokenRefused, match="no key"):
        await opened(provider.settings()).bearer(provider.token(kid=None))


async def test_a_token_ends_by_the_clock_of_the_service(log_in, provider, clock):
    """A minute after its end, for clocks that differ; not later."""
    token = provider.token()
    clock.now += timedelta(hours=1) + SKEW - timedelta(seconds=1)
    assert await log_in.bearer(token)
    clock.now += timedelta(seconds=1)
    with pytest.raises(TokenRefused, match="expired"):
        await log_in.bearer(token)


async def test_where_no_audience_is_set_no_program_gets_in(opened, provider):
    """Pages alone: no token opens the API."""
    with pytest.raises(TokenRefused, match="AUDIENCE"):
        await opened(provider.settings(audience=None)).bearer(provider.token())


async def test_programs_that_are_listed_bring_tokens(opened, provider):
    """And the service's own client; where some are listed, a token that names none is refused."""
    log_in = opened(provider.settings(clients=("robot 1", "robot 2")))
    for client in ({"azp": "robot 1"}, {"client_id": "robot 2"}, {"azp": CLIENT}):
        assert (await log_in.bearer(provider.token(**client))).subject == SUBJECT
    for refused in ({}, {"azp": "robot 3"}, {"azp": "robot"}, {"azp": "robot 1 robot 2"}):
        with pytest.raises(TokenRefused, match="client"):
            await log_in.bearer(provider.token(**refused))
    without_pages = provider.settings(client_id=None, redirect_uri=None)
    with pytest.raises(TokenRefused, match="ROTATOR_OIDC_CLIENTS"):
        await opened(without_pages).bearer(provider.token(azp=CLIENT))


async def test_a_name_that_cannot_be_read_is_not_taken(log_in, provider):
    """The subject stands in for a name that is missing, empty or mixes alphabets."""
    for name in (None, "", "\u0410nn", 7, "x" * 101, "a\nb\x07"):
        assert (await log_in.bearer(provider.token(name=name))).name == SUBJECT
    with pytest.raises(TokenRefused, match="name"):
        await log_in.bearer(provider.token(name="", sub="!?"))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
async def test_no_altered_token_is_accepted(log_in, provider, data):
    """Whatever character is changed, left out or added, the token is refused."""
    token = provider.token(P256, "ES256", kid="ec")
    at = data.draw(st.integers(0, len(token) - 1))
    new = data.draw(st.text("ABCZabcz0189-_.", max_size=2))
    altered = token[:at] + new + token[at + 1 :]
    if altered == token:
        return
    try:
        found = await log_in.bearer(altered)
    except TokenRefused:
        return
    # the last character of a part has bits that mean nothing
    assert (found.subject, found.grant.roles) == (SUBJECT, (Role.ADMIN,))
    assert token[at + 1 : at + 2] in ("", ".")


async def test_away_is_not_forged(opened, spare):
    """While the provider has never answered, a token is neither right nor wrong."""
    log_in, token = opened(spare.settings()), spare.token()
    await spare.stop()
    with pytest.raises(ProviderAway):
        await log_in.bearer(token)
