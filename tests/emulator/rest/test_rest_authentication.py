from datetime import timedelta

import pytest

SECOND = timedelta(seconds=1)


async def test_log_on_tells_the_token_its_life_and_the_servers_clock(stranger):
    """A log-on answers with a token, its life in seconds, the role and the time of the server's own clock."""
    body = await stranger.log_on()
    assert body["tokenExpiration"] == 30 * 60
    assert body["role"] == {"title": "sysadmin", "bitMask": 8}
    assert body["domain"] == "Default"
    assert body["serverTime"] == int((stranger.now.timestamp() + 90) * 1000)


@pytest.mark.parametrize("domain", ["", None, "Default"])
async def test_domain_may_be_empty_left_out_or_named(stranger, domain):
    """The default domain may be named, empty or left out."""
    body = {"username": "admin", "password": "emulated"} | ({} if domain is None else {"domain": domain})
    answer = await stranger.http.post("/identity/authenticate", json=body)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"password": "no"}, {"username": "root"}, {"domain": "Other"}],
)
async def test_wrong_password_is_a_bad_request(stranger, wrong):
    """A wrong password is answered by 400 with SEPM's own error body, not by 401, and never repeated."""
    body = {"username": "admin", "password": "emulated", "domain": ""} | wrong
    answer = await stranger.http.post("/identity/authenticate", json=body)
    assert answer.status_code == 400
    assert answer.json()["errorCode"] == "400"
    assert set(answer.json()) == {"errorCode", "appErrorCode", "errorMessage"}


async def test_version_needs_no_token(stranger):
    """Every caller gets the version."""
    answer = await stranger.http.get("/version")
    assert answer.json() == {
        "API_SEQUENCE": "230504014",
        "API_VERSION": "14.3.7000",
        "version": "14.3.9816.7000",
    }


async def test_everything_else_needs_a_token(stranger):
    """Without a token each route answers 401 in the token error's body."""
    for path in ("/groups", "/computers", "/admin/servers", "/sessions/currentuser", "/policies/summary"):
        answer = await stranger.http.get(path)
        assert answer.status_code == 401
        assert answer.json()["error"] == "invalid_token"
        assert answer.json()["error_description"].startswith("Invalid access token:")


async def test_a_token_dies_at_its_end(sepm):
    """A token is taken until its life is over, and not a moment longer."""
    sepm.later(timedelta(minutes=30) - SECOND)
    assert (await sepm.http.get("/sessions/currentuser")).status_code == 200
    sepm.later(SECOND)
    assert (await sepm.http.get("/sessions/currentuser")).status_code == 401


async def test_a_token_dies_with_a_restart_of_the_server(sepm):
    """A certificate swap restarts the services: no token survives it."""
    sepm.simulation.console.generate_certificate("SEPM-1")
    sepm.later(timedelta(seconds=5))
    assert (await sepm.http.get("/groups")).status_code == 401
    await sepm.log_on()
    assert (await sepm.http.get("/groups")).status_code == 200


async def test_log_out_ends_the_token(sepm):
    """A log-out answers 204 with nothing, and the token is dead."""
    answer = await sepm.http.post("/identity/logout")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await sepm.http.get("/groups")).status_code == 401


async def test_a_refresh_token_gives_a_new_token_once(stranger):
    """A refresh answers in another shape, outside the API's path, and uses the refresh token up."""
    body = await stranger.log_on()
    query = {"grant_type": "refresh_token", "refresh_token": body["refreshToken"]}
    url = "http://sepm/sepm/oauth/token"
    answer = await stranger.http.post(url, params=query)
    assert answer.json()["tokenExpiration"] == 30 * 60
    assert (await stranger.http.get("/groups")).status_code == 401
    stranger.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    assert (await stranger.http.get("/groups")).status_code == 200
    assert (await stranger.http.post(url, params=query)).status_code == 401
