"""The whole product as processes: `rotator up`, and emulated sites beside it; tests speak to both over the wire."""

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.e2e import browsing
from tests.e2e.caller import TIMEOUT, Caller
from tests.e2e.demonstrated import Demo
from tests.e2e.emulated import LONG_TIMEOUT, Site, specification
from tests.e2e.house import House, Program
from tests.programs import program

HERE = Path(__file__).parent


def _others_can_run_python() -> bool:
    """Whether a process of another user can run this Python: its files may lie in a folder of root's own."""
    places = (Path(sys.executable), Path(sys.executable).resolve(), Path(sys.base_prefix))
    return all(folder.stat().st_mode & 0o001 for place in places for folder in place.parents)


# only root can start processes of other users; a test that is skipped fails where nothing may be skipped
collect_ignore = [] if os.geteuid() == 0 and _others_can_run_python() else ["test_two_users.py"]
WITHIN = LONG_TIMEOUT + TIMEOUT
"""Seconds for a test and its set-up: a wait in vain fails before, and names what it waited for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests that play whole rotations on the wall clock the time that they wait for them."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(WITHIN))


@pytest.fixture(scope="session")
def open_house(tmp_path_factory):
    """Opens a separate `rotator up`, as a context."""

    @contextlib.asynccontextmanager
    async def opened(**environment: str) -> AsyncIterator[House]:
        house = await House.open(tmp_path_factory.mktemp("house"), **environment)
        try:
            yield house
        finally:
            await house.close()

    return opened


@pytest.fixture(scope="session")
def open_site(tmp_path_factory):
    """Opens an emulated site, as a context; with a robot at its console where one is asked for."""

    @contextlib.asynccontextmanager
    async def opened(
        house: Caller,
        *,
        robot: bool | str = False,
        registered: bool = True,
        flags: tuple[str, ...] = (),
        **changed: Any,
    ) -> AsyncIterator[Site]:
        folder = tmp_path_factory.mktemp("site")
        (folder / "site.json").write_text(specification(folder.name, **changed).model_dump_json())
        api = robot if isinstance(robot, str) else house.apis[-1]
        plays = ("--robot-api", api) if robot else ()
        robot_key = await house.key_of(f"robot of {folder.name}", "robot") if robot else ""
        key = {"EMULATOR_ROBOT_KEY": robot_key} if robot else {}
        arguments = ("emulator", "--spec", str(folder / "site.json"), "--json", *plays, *flags)
        site = Site(house, await Program.start(folder, "emulator", *arguments, **key), robot_key=robot_key)
        try:
            if registered:
                await site.register()
            yield site
        finally:
            await site.close()

    return opened


@pytest.fixture(scope="session")
async def house(open_house) -> AsyncIterator[House]:
    """A `rotator up` for all tests that kill no process."""
    async with open_house() as opened:
        yield opened


@pytest.fixture
async def site(house, open_site) -> AsyncIterator[Site]:
    """An emulated site whose console the test alone operates."""
    async with open_site(house) as opened:
        yield opened


@pytest.fixture
async def worked_site(house, open_site) -> AsyncIterator[Site]:
    """An emulated site with a robot at its console."""
    async with open_site(house, robot=True) as opened:
        yield opened


@pytest.fixture
def demo(tmp_path) -> Iterator[Callable[..., Demo]]:
    """Starts a demo for one test."""
    started: list[Demo] = []

    def start(*arguments: str) -> Demo:
        started.append(Demo(tmp_path, *arguments))
        return started[-1]

    try:
        yield start
    finally:
        for each in started:
            each.close()


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium, as the system has it."""
    chromium = program("chromium", "chromium-browser", "google-chrome", package="chromium")
    async with async_playwright() as driver:
        flags = [*browsing.FLAGS, browsing.RESOLVING]
        started = await driver.chromium.launch(executable_path=chromium, args=flags)
        try:
            yield started
        finally:
            await started.close()


@pytest.fixture
async def page(browser) -> AsyncIterator[Page]:
    """A new browser without any cookie or setting."""
    context = await browser.new_context(viewport={"width": 1400, "height": 1000})
    context.set_default_timeout(browsing.TIMEOUT)
    try:
        yield await context.new_page()
    finally:
        await context.close()
