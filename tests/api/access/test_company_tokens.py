"""Tokens of the company's log-in beside keys: the guard, the identities, and their admin."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import structlog

from oidc.company_log_in import CompanyLogIn
from rotation.identity.permission import Role
from tests.api.conftest import calling
from tests.api.identified import KEY, NAME, key_of
from tests.oidc.provider import AUDIENCE, CLIENT, OTHER, SUBJECT, TestProvider, by_hand, pem

ANN = "Ann Admin"


@pytest.fixture
async def provider():
    """A provider that answers."""
    started = await TestProvider().start()
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
async def parts(unconnected, provider):
    """Those of an API that trusts the provider."""
    log_in = CompanyLogIn(provider.settings(), unconnected.clock)
    yield replace(unconnected, log_in=log_in)
    await log_in.close()


@pytest.fixture
async def company(parts):
    """An API that takes tokens; the client sends none by itself."""
    async with calling(parts, key=None) as client:
        yield client


def bearer(text):
    """The header of a caller."""
    return {"Authorization": f"Bearer {text}"}


async def test_a_token_opens_the_api_with_its_roles(company, provider, problem):
    """Its identity is made by the first one, is the same in the next, and may do what each token gives."""
    first = (await company.get("/v1/whoami", headers=bearer(provider.token()))).json()
    assert (first["name"], first["roles"], first["sites"]) == (ANN, ["admin"], None)
    assert (await company.get("/v1/keys", headers=bearer(provider.token()))).status_code == 200
    less = bearer(provider.token(roles=["looks"]))
    second = (await company.get("/v1/whoami", headers=less)).json()
    assert (second["id"], second["roles"]) == (first["id"], ["viewer"])
    problem(await company.get("/v1/keys", headers=less), 403, "forbidden")


async def test_a_key_goes_on_beside_it(company, provider, problem):
    """By its form it is never taken for a token, and the provider is not asked."""
    assert (await company.get("/v1/whoami", headers=bearer(KEY))).json()["name"] == NAME
    refusal = problem(await company.get("/v1/whoami", headers=bearer(KEY[:-1] + "0")), 401, "unauthorized")
    assert "key" in refusal["detail"]
    assert sum(provider.asked.values()) == 0


@pytest.mark.parametrize(
    "forged",
    [
        lambda p: by_hand({"alg": "none"}, p.claimed()),
        lambda p: by_hand({"alg": "HS256", "kid": "rsa"}, p.claimed(), pem(OTHER)),
        lambda p: p.token(OTHER),
        lambda p: p.token(OTHER, kid="made-up"),
        lambda p: p.token(aud=CLIENT),
        lambda p: p.token(iss="https://login.example.com"),
        lambda p: p.token(exp=1),
        lambda p: p.token(iat=4_000_000_000),
        lambda p: p.token(at_hash="x"),
        lambda p: p.token(azp="another program"),
        lambda _: "wrong",
        lambda _: "x" * 20_000,
    ],
)
async def test_a_forged_token_opens_nothing(company, provider, problem, forged):
    """One answer for all: why, stands in the log alone, and nothing of the token anywhere."""
    token = forged(provider)
    with structlog.testing.capture_logs() as lines:
        answer = await company.get("/v1/sites", headers=bearer(token))
    refusal = problem(answer, 401, "unauthorized")
    assert answer.headers["www-authenticate"] == 'Bearer realm="rotator", error="invalid_token"'
    assert "aud" not in refusal["detail"]
    (line,) = (line for line in lines if line["event"] == "a token was not accepted")
    assert line["reason"]
    assert token not in f"{lines} {answer.text}"
    assert SUBJECT not in f"{lines} {answer.text}"


async def test_a_token_without_a_role(company, parts, provider, problem):
    """It is right and may nothing; no identity is made of it."""
    refusal = problem(await company.get("/v1/whoami", headers=bearer(provider.token(roles=["x"]))), 403, "no-role")
    assert "roles" in refusal["detail"]
    assert (await parts.store.subjects.page()).items == ()


async def test_where_no_log_in_is_set_tokens_mean_nothing(api, provider, problem):
    """A token is then a key that is none."""
    problem(await api.get("/v1/whoami", headers=bearer(provider.token())), 401, "unauthorized")


async def test_a_provider_that_is_away(company, provider, problem):
    """Tokens are answered by 503, and keys go on."""
    token = provider.token()
    await provider.stop()
    answer = await company.get("/v1/whoami", headers=bearer(token))
    refusal = problem(answer, 503, "provider-away")
    assert answer.headers["retry-after"]
    assert "key" in refusal["remedy"]
    assert (await company.get("/v1/sites", headers=bearer(KEY))).status_code == 200


async def test_an_admin_links_first(parts, provider, problem):
    """Where it is set so, a token of a subject that is not linked opens nothing."""
    log_in = CompanyLogIn(provider.settings(link_first=True), parts.clock)
    async with calling(replace(parts, log_in=log_in), key=None) as api:
        token = bearer(provider.token())
        assert SUBJECT in problem(await api.get("/v1/whoami", headers=token), 403, "not-linked")["detail"]
        link = {"name": ANN, "subject": SUBJECT, "new": True}
        assert (await api.post("/v1/subjects", json=link, headers=bearer(KEY))).status_code == 200
        assert (await api.get("/v1/whoami", headers=token)).json()["name"] == ANN
    await log_in.close()


async def test_some_sites(company, provider, problem):
    """A token may be for some sites only, as a key may."""
    headers = bearer(provider.token(roles=["vienna"]))
    assert (await company.get("/v1/whoami", headers=headers)).json()["sites"] == ["vienna"]
    assert (await company.get("/v1/sites", headers=headers)).json()["items"] == []
    problem(await company.get("/v1/keys", headers=headers), 403, "forbidden")


async def test_an_admin_links_a_person_with_a_key(company, provider, problem):
    """A name that is taken waits for the admin; then key and token are one identity."""
    admin = bearer(KEY)
    made = await company.post("/v1/keys", json={"name": ANN, "grant": {"roles": ["approver"]}}, headers=admin)
    token = bearer(provider.token())
    refusal = problem(await company.get("/v1/whoami", headers=token), 403, "name-taken")
    assert SUBJECT in refusal["detail"]
    assert "subject link" in refusal["remedy"]
    link = {"name": ANN, "subject": SUBJECT}
    assert (await company.post("/v1/subjects", json=link, headers=admin)).status_code == 200
    ids = [
        (await company.get("/v1/whoami", headers=each)).json()["id"] for each in (token, bearer(made.json()["text"]))
    ]
    assert ids[0] == ids[1]
    (listed,) = (await company.get("/v1/subjects", headers=admin)).json()["items"]
    assert (listed["subject"], listed["issuer"], listed["linked_by"]) == (SUBJECT, provider.issuer, NAME)
    problem(await company.post("/v1/subjects", json=link | {"name": "Bob"}, headers=admin), 409, "unknown-identity")
    problem(await company.post("/v1/subjects", json=link | {"new": True}, headers=admin), 409, "identity-exists")


async def test_an_admin_gives_a_key_to_a_person_of_the_log_in(company, provider, problem):
    """With roles of its own, of the same identity."""
    token, admin = bearer(provider.token()), bearer(KEY)
    person = (await company.get("/v1/whoami", headers=token)).json()
    problem(await company.post("/v1/keys", json={"name": ANN}, headers=admin), 409, "no-grant")
    wanted = {"name": ANN, "grant": {"roles": ["viewer"]}}
    problem(await company.post("/v1/keys", json=wanted, headers=admin), 409, "identity-exists")
    made = await company.post("/v1/keys", json=wanted | {"another": True}, headers=admin)
    by_key = (await company.get("/v1/whoami", headers=bearer(made.json()["text"]))).json()
    assert (by_key["id"], by_key["roles"]) == (person["id"], ["viewer"])


async def test_an_admin_bars_a_subject(company, provider, problem):
    """From the next request on, whatever the token still says; a link ends it."""
    token, admin = bearer(provider.token()), bearer(KEY)
    await company.get("/v1/whoami", headers=token)
    (listed,) = (await company.get("/v1/subjects", headers=admin)).json()["items"]
    barred = await company.delete(f"/v1/subjects/{listed['id']}", headers=admin)
    assert barred.json()["barred_by"] == NAME
    problem(await company.get("/v1/whoami", headers=token), 403, "subject-barred")
    problem(await company.delete("/v1/subjects/none", headers=admin), 404, "unknown-subject")
    await company.post("/v1/subjects", json={"name": ANN, "subject": SUBJECT}, headers=admin)
    assert (await company.get("/v1/whoami", headers=token)).status_code == 200
    trail = (await company.get("/v1/audit/events", headers=admin)).json()["items"]
    of_subjects = [(each["kind"], each["who"]) for each in trail if each["kind"].startswith("subject")]
    assert of_subjects == [("subject-seen", ""), ("subject-barred", NAME), ("subject-linked", NAME)]


async def test_without_a_log_in_the_issuer_must_be_named(api, problem):
    """Links can be made before the log-in is set; of which provider, must be known."""
    link = {"name": NAME, "subject": SUBJECT}
    problem(await api.post("/v1/subjects", json=link), 409, "no-log-in")
    answer = await api.post("/v1/subjects", json=link | {"issuer": "https://login.example.com"})
    assert answer.json()["issuer"] == "https://login.example.com"


async def test_the_last_admin_is_one_with_a_key(company, provider, problem):
    """A provider may be away: tokens of admins do not let the last key of one be revoked."""
    await company.get("/v1/whoami", headers=bearer(provider.token()))
    (mine,) = (await company.get("/v1/keys", headers=bearer(KEY))).json()["items"]
    problem(await company.delete(f"/v1/keys/{mine['id']}", headers=bearer(provider.token())), 409, "last-admin")


async def test_a_robot_by_token_does_tasks_only(company, provider, problem):
    """As one by key."""
    robot = bearer(provider.token(sub="robot-1", name="Console robot", roles=["robots"]))
    assert (await company.get("/v1/tasks", headers=robot)).status_code == 200
    problem(await company.get("/v1/sites", headers=robot), 403, "forbidden")


async def test_the_audience_and_the_use_of_a_key_are_theirs(company, parts, provider):
    """A token notes no use of a key; several audiences are good when the API's is among them."""
    other = await key_of(parts.store, "Bob", Role.VIEWER)
    token = provider.token(aud=["another", AUDIENCE], exp=int(datetime.now(UTC).timestamp()) + 60)
    assert (await company.get("/v1/whoami", headers=bearer(token))).status_code == 200
    used = {key.principal.name: key.used_at for key in (await parts.store.identities.keys()).items}
    assert used == {NAME: None, "Bob": None}
    assert (await company.get("/v1/whoami", headers=bearer(other))).status_code == 200
