from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from emulator.rest.app import rest_app
from emulator.rest.service import RestService
from emulator.simulation import Simulation
from emulator.spec import (
    DEFAULT_LIST,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    ServerSpec,
    SiteSpec,
)

START = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
FAST = timedelta(seconds=3)


class _Handset:
    """A site under REST, with a clock that the test moves."""

    def __init__(self, spec: SiteSpec) -> None:
        self.simulation = Simulation(spec, START)
        self.now = START
        self.service = RestService(self.simulation, lambda: self.now, START)
        transport = httpx.ASGITransport(rest_app(self.service), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://sepm/sepm/api/v1")

    def later(self, delay: timedelta) -> None:
        """Let time pass; the site learns of it by the next call."""
        self.now += delay

    async def log_on(self) -> dict[str, Any]:
        """Log on and use the token from now on."""
        answer = await self.http.post(
            "/identity/authenticate", json={"username": "admin", "password": "emulated", "domain": ""}
        )
        assert answer.status_code == 200
        body: dict[str, Any] = answer.json()
        self.http.headers["Authorization"] = f"Bearer {body['token']}"
        return body

    def group(self, path: str) -> str:
        """The id of a group."""
        return self.simulation.site.group(path).id

    def settings_path(self, group: str, location: str = "Default") -> str:
        """The address of a location's settings."""
        site = self.simulation.site
        found = site.group(group)
        return f"/groups/{found.id}/locations/{site.location(found, location).id}/settings"


@pytest.fixture(scope="session")
def spec() -> SiteSpec:
    """One server 90 s ahead, three groups, two lists, a partner."""
    location = LocationSpec(heartbeat=FAST)
    return SiteSpec(
        name="Site One",
        servers=(ServerSpec(name="SEPM-1", clock_offset=timedelta(seconds=90)),),
        server_lists=(
            ListSpec(name=DEFAULT_LIST, priorities=(("SEPM-1",),)),
            ListSpec(name="Branch List", priorities=(("SEPM-1",),)),
        ),
        groups=(
            GroupSpec(path="My Company", locations=(location,)),
            GroupSpec(path="My Company\\Sales", inherits=True),
            GroupSpec(
                path="My Company\\Labs",
                locations=(location, LocationSpec(name="Office", heartbeat=FAST, server_list="Branch List")),
            ),
        ),
        clients=(
            ClientSpec(group="My Company", count=25, prefix="PC"),
            ClientSpec(group="My Company\\Sales", count=3, prefix="SALES", build="14.2.3335.1000"),
            ClientSpec(
                group="My Company\\Labs",
                count=2,
                prefix="LAB",
                away=((timedelta(seconds=-60), timedelta(seconds=30)),),
            ),
        ),
        replication_partner="Site Two",
    )


@pytest.fixture
async def stranger(spec: SiteSpec) -> AsyncIterator[_Handset]:
    """A caller who has not logged on."""
    handset = _Handset(spec)
    yield handset
    await handset.http.aclose()


@pytest.fixture
async def sepm(stranger: _Handset) -> _Handset:
    """A caller who has logged on."""
    await stranger.log_on()
    return stranger
