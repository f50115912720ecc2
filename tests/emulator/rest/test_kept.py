from datetime import timedelta

import httpx

from emulator.rest.in_process import InProcess
from emulator.rest.service import RestService
from emulator.scenarios import one_server
from emulator.simulation import Simulation

_OFF = {"configuration": {"general_settings": {"security_settings": {"secure_communications": False}}}}


class _Calls:
    """A site's service whose time a test moves."""

    def __init__(self, start):
        self.now = start
        self.simulation = Simulation(one_server(), start)
        self.service = RestService(self.simulation, lambda: self.now, start)
        self.http = httpx.AsyncClient(transport=InProcess(self.service), base_url="http://sepm/sepm/api/v1")
        self.log_on()

    def log_on(self):
        self.http.headers["Authorization"] = f"Bearer {self.service.issue().value}"

    @property
    def settings(self):
        group = next(iter(self.simulation.site.groups.values()))
        return f"/groups/{group.id}/locations/{group.locations[0].id}/settings"

    async def secure(self):
        body = (await self.http.get(self.settings)).json()
        return body["configuration"]["general_settings"]["security_settings"]["secure_communications"]


async def test_an_answer_stands_until_the_site_changes(sepm):
    """What was asked for before a write is answered as it is after it, over REST or at the console."""
    calls = _Calls(sepm.now)
    assert await calls.secure()
    assert (await calls.http.patch(calls.settings, json=_OFF)).status_code == 200
    assert not await calls.secure()
    group = next(iter(calls.simulation.site.groups.values()))
    calls.simulation.console.set_secure_communications(group.path, group.locations[0].name, enabled=True)
    calls.now += timedelta(minutes=1)
    assert await calls.secure()


async def test_an_answer_that_stands_is_given_to_those_who_may_have_it(sepm):
    """A token that has ended gets no answer that was given before, and the date of an answer is that of its call."""
    calls = _Calls(sepm.now)
    first = await calls.http.get(calls.settings)
    calls.now += timedelta(days=2)
    assert (await calls.http.get(calls.settings)).status_code == 401
    calls.log_on()
    again = await calls.http.get(calls.settings)
    assert again.json() == first.json()
    assert again.headers["date"] != first.headers["date"]
    assert again.headers.get_list("date") == [again.headers["date"]]
