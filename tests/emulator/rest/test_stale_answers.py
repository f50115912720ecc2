"""A cache before REST that does not ask SEPM again."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from emulator.events.site_events import AnswersStale
from emulator.rest.service import RestService
from emulator.simulation import Simulation
from emulator.spec import ROOT_GROUP, ServerSpec

HOUR = timedelta(hours=1)
START = datetime(2030, 1, 2, tzinfo=UTC)


@pytest.fixture(name="behind")
def _behind(sepm):
    """Puts a cache before the site for an hour."""

    def put(*, keeps_date):
        sepm.simulation.schedule(AnswersStale(lasting=HOUR, keeps_date=keeps_date), sepm.now)
        return sepm

    return put


async def seen(site, path="/groups"):
    """The newest policy date, and the date of the answer."""
    await site.log_on()
    answer = await site.http.get(path, params={"mode": "list", "pageIndex": 1, "pageSize": 100})
    assert answer.status_code == 200
    date = parsedate_to_datetime(answer.headers["date"])
    return max(each["policyDate"] for each in answer.json()["content"]), date


@pytest.mark.parametrize("keeps_date", [True, False])
async def test_an_answer_stays_as_it_was(behind, keeps_date):
    """For an hour it is the first one since the cache is there, whatever has changed; its date is of then or of now."""
    site = behind(keeps_date=keeps_date)
    first, date = await seen(site)
    site.later(HOUR / 2)
    site.simulation.advance_to(site.now)
    site.simulation.console.edit_policy(ROOT_GROUP)
    site.later(HOUR / 4)
    again, later = await seen(site)
    assert again == first
    assert later - date == (timedelta(0) if keeps_date else HOUR * 3 / 4)
    site.later(HOUR / 2)
    after, last = await seen(site)
    assert after > first
    assert last - date == HOUR * 5 / 4


async def test_another_question_is_another_answer(behind):
    """What was not asked yet since the cache is there is asked of SEPM; so is each write, and what was refused."""
    site = behind(keeps_date=True)
    await seen(site)
    site.simulation.console.edit_policy(ROOT_GROUP)
    site.later(HOUR / 4)
    answer = await site.http.get("/groups", params={"mode": "list", "pageIndex": 1, "pageSize": 99})
    assert parsedate_to_datetime(answer.headers["date"]) == site.service.server_time()
    site.http.headers["Authorization"] = "Bearer none"
    refused = await site.http.get("/admin/servers")
    again = await site.http.get("/admin/servers")
    assert (refused.status_code, again.status_code) == (401, 401)
    await site.log_on()
    assert (await site.http.get("/admin/servers")).status_code == 200


def test_another_server_is_not_behind_it(site_of_two):
    """The REST API of another server has a clock of its own and no cache before it."""
    simulation = Simulation(site_of_two, START)
    first, second = (RestService(simulation, lambda: START, START, server=name) for name in ("SEPM-1", "SEPM-2"))
    assert (first.own_line, second.own_line) == (False, True)
    assert second.server_time() - first.server_time() == -timedelta(minutes=1)
    simulation.stop_server("SEPM-1")
    assert (first.answers, second.answers) == (False, True)


@pytest.fixture
def site_of_two(spec):
    """Two servers whose clocks differ."""
    another = ServerSpec(name="SEPM-2", clock_offset=timedelta(seconds=30), rest=True)
    return spec.model_copy(update={"servers": (*spec.servers, another)})
