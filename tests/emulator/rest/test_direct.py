import httpx
import pytest

from emulator.rest import app
from emulator.rest.in_process import InProcess
from emulator.rest.service import RestService
from emulator.scenarios import one_server
from emulator.simulation import Simulation

_READS = (
    "/computers",
    "/computers?pageIndex=1&pageSize=3",
    "/computers?pageIndex=2&pageSize=3&domain=",
    "/computers?lastUpdate=1900000000000",
    "/computers?lastUpdate=no",
    "/computers?pageIndex=0",
    "/computers?pageSize=two",
    "/computers?computerName=a*",
    "/groups",
    "/groups?pageIndex=1&pageSize=2&mode=list",
    "/groups?mode=tree",
    "/groups?mode=heap",
    "/groups?domain=none",
    "/groups/{group}",
    "/groups/0123",
    "/groups/{group}/locations",
    "/groups/{group}/locations?hasName=true",
    "/groups/0123/locations?hasName=true",
    "/groups/{group}/locations/{location}/settings",
    "/groups/{group}/locations/default/settings",
    "/groups/{group}/locations/0123/settings",
    "/domains",
    "/policies/summary",
    "/version",
)
_SHORT = (
    "/computers?pageIndex=1&pageSize=3",
    "/groups?pageIndex=1&pageSize=2&mode=list",
    "/groups/{group}",
    "/groups/{group}/locations?hasName=true",
    "/groups/{group}/locations/{location}/settings",
    "/domains",
    "/policies/summary",
    "/version",
)
_LOG_ONS: tuple[object, ...] = ({"username": "sepm-rotator", "password": "wrong"}, {"username": 1}, "no object", {})


async def _usual_way(_service, _scope, _body):
    return None


@pytest.fixture
def calls(sepm):
    simulation = Simulation(one_server(), sepm.now)
    service = RestService(simulation, lambda: sepm.now, sepm.now)
    http = httpx.AsyncClient(transport=InProcess(service), base_url="http://sepm/sepm/api/v1")
    http.headers["Authorization"] = f"Bearer {service.issue().value}"
    return simulation, http


def _with_ids(path, site):
    group = next(iter(site.groups.values()))
    return path.replace("{group}", group.id).replace("{location}", site.locations(group)[0].id)


def _parts(response):
    return response.status_code, response.content, response.headers.raw


@pytest.mark.parametrize("path", _READS)
@pytest.mark.parametrize("token", [True, False])
async def test_a_read_is_answered_as_the_framework_answers_it(calls, monkeypatch, path, token):
    """Status, headers and body are the same with and without the short way, of what is refused too."""
    simulation, http = calls
    if not token:
        del http.headers["Authorization"]
    path = _with_ids(path, simulation.site)
    direct = await http.get(path)
    monkeypatch.setattr(app, "direct_answer", _usual_way)
    assert _parts(direct) == _parts(await http.get(path))


@pytest.mark.parametrize("path", _SHORT)
async def test_the_calls_that_come_by_the_hundred_are_spared_the_framework(calls, monkeypatch, path):
    """As the product asks them, they never get there."""
    simulation, http = calls

    async def framework(*_call):
        pytest.fail("the framework was asked")

    monkeypatch.setattr(http._transport._app, "_routes", framework)
    assert (await http.get(_with_ids(path, simulation.site))).status_code == 200


@pytest.mark.parametrize("body", _LOG_ONS)
async def test_a_refused_log_on_is_answered_as_the_framework_answers_it(calls, monkeypatch, body):
    """What is no credential, or a wrong one, is refused in the same words."""
    _, http = calls
    direct = await http.post("/identity/authenticate", json=body)
    assert direct.status_code == 400
    monkeypatch.setattr(app, "direct_answer", _usual_way)
    assert _parts(direct) == _parts(await http.post("/identity/authenticate", json=body))


async def test_a_log_on_gives_a_token_that_serves(calls):
    """The token of the short way opens what any token opens."""
    simulation, http = calls
    spec = simulation.spec
    credential = {"username": spec.administrator, "password": spec.password}
    given = (await http.post("/identity/authenticate", json=credential)).json()
    http.headers["Authorization"] = f"Bearer {given['token']}"
    assert (await http.get("/groups")).status_code == 200
