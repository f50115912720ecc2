from datetime import timedelta

import httpx
from fastapi import FastAPI

from emulator.rest.errors import add_error_handlers


async def test_unknown_paths_get_tomcats_page(sepm):
    """An unknown path is answered by Tomcat's HTML page, which is no JSON."""
    for answer in (await sepm.http.get("/nothing"), await sepm.http.delete("/version")):
        assert answer.status_code in {404, 405}
        assert answer.headers["content-type"].startswith("text/html")
        assert f"HTTP Status {answer.status_code}" in answer.text


async def test_unknown_ids_are_gone(sepm):
    """Ids that no object has are answered by 410."""
    group = sepm.group("My Company")
    for path in (
        "/groups/NONE",
        "/groups/NONE/locations",
        "/groups/NONE/computers",
        f"/groups/{group}/locations/NONE/settings",
    ):
        answer = await sepm.http.get(path)
        assert answer.status_code == 410
        assert answer.json()["errorCode"] == "410"


async def test_bad_arguments_are_named(sepm):
    """A bad argument is answered by 400 in SEPM's error body."""
    for query in ({"pageIndex": 0}, {"pageIndex": "x"}, {"pageSize": 0}, {"sort": "AGE"}, {"order": "UP"}):
        answer = await sepm.http.get("/groups", params=query)
        assert answer.status_code == 400
        assert answer.json()["errorCode"] == "400"


async def test_date_is_the_servers_own_clock(sepm):
    """Each answer, errors too, is dated once, by the server's clock and not by the machine's."""
    for path in ("/version", "/groups/NONE", "/nothing"):
        answer = await sepm.http.get(path)
        assert answer.headers.get_list("Date") == ["Wed, 02 Jan 2030 03:05:35 GMT"]


async def test_too_many_calls_are_refused_for_a_minute(sepm):
    """Beyond the limit calls are answered by 429 until a minute has passed."""
    sepm.simulation.set_switches(sepm.simulation.switches.model_copy(update={"rate_limit": 3}))
    statuses = [(await sepm.http.get("/version")).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    sepm.later(timedelta(seconds=61))
    assert (await sepm.http.get("/version")).status_code == 200


async def test_a_fault_is_an_error_500_in_sepms_body():
    """A fault inside the server is answered by 500 in SEPM's error body and tells nothing of its cause."""
    app = FastAPI()
    add_error_handlers(app)

    @app.get("/")
    async def fail() -> None:
        raise RuntimeError("secret")

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://sepm") as http:
        answer = await http.get("/")
    assert answer.status_code == 500
    assert answer.json()["errorCode"] == "500"
    assert "secret" not in answer.text
