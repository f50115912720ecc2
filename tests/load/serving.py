"""The whole service as processes on one core, a rotation that runs beside the load, and many that have ended."""

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from emulator.spec import SiteSpec
from rotation.values import SiteId
from tests.api.good_requests import AT_CONSOLE
from tests.e2e.emulated import Site, specification
from tests.e2e.house import House, Program
from tests.load.filling import fill
from tests.store.postgresql import postgresql

SITES = 50
_SERVICE_ON, _LOAD_ON = "0", {1}


@dataclass
class Loaded:
    """A service that is asked, and the rotation that runs there."""

    house: House
    site: Site
    rotation: str
    sites: tuple[SiteId, ...]

    @property
    def address(self) -> str:
        """Of its API."""
        return self.house.apis[0]

    async def api_pid(self) -> int:
        """The process of its API."""
        pid = await self.house.pid("api")
        assert pid is not None, "the API does not run"
        return pid

    async def still_well(self) -> bool:
        """Whether the rotation goes on, or has completed, and no person is wanted."""
        shown = await self.house.get(f"/v1/rotations/{self.rotation}")
        return shown["status"] in {"running", "completed"} and not shown["attention"]


@asynccontextmanager
async def serving(database: str, rotations: int, seconds: float) -> AsyncIterator[Loaded]:
    """A service on `database` (sqlite or postgresql) with that many rotations; one runs for `seconds` and longer."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        given = {}
        if database == "postgresql":
            given = {"ROTATOR_DATABASE_URL": stack.enter_context(stack.enter_context(postgresql()).empty_database())}
        os.sched_setaffinity(0, _LOAD_ON)
        house = await House.open(folder, ("taskset", "-c", _SERVICE_ON), **given)
        stack.push_async_callback(house.close)
        sites = [await _registered(house, number) for number in range(SITES)]
        await fill(given.get("ROTATOR_DATABASE_URL", f"sqlite:///{house.folder / 'rotator.db'}"), sites, rotations)
        site = await _emulated(stack, house, folder, specification("Load"))
        rotation = await site.start(relax_floor=f"PT{round(seconds)}S")
        yield Loaded(house, site, rotation, tuple(sites))


async def _registered(house: House, number: int) -> SiteId:
    """A site that is described, and that no server is asked for."""
    return SiteId((await house.post("/v1/sites", AT_CONSOLE | {"name": f"Load {number}"}, 201))["id"])


async def _emulated(stack: AsyncExitStack, house: House, folder: Path, spec: SiteSpec) -> Site:
    """A site with a robot at its console."""
    (folder / "site.json").write_text(spec.model_dump_json())
    key = await house.key_of("robot", "robot")
    arguments = ("emulator", "--spec", str(folder / "site.json"), "--json", "--robot-api", house.apis[0])
    program = await Program.start(folder, "emulator", *arguments, EMULATOR_ROBOT_KEY=key)
    site = Site(house, program, robot_key=key)
    stack.push_async_callback(site.close)
    await site.register()
    return site
