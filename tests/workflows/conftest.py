"""Stages for rotations under Temporal's time skipping, each with a store of its own."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from types import ModuleType

import pytest
from temporalio.testing import WorkflowEnvironment

from emulator.simulation import Simulation
from emulator.spec import SiteSpec
from store.settings import StoreSettings
from store.store import Store
from tests.proof.temporal.skipping import skipping_server
from tests.workflows import played as played_here
from tests.workflows.stage import Stage
from tests.workflows.surroundings import SkippedClock


@pytest.fixture(scope="session")
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The server of all tests but those that need another one."""
    async with skipping_server() as env:
        yield env


@pytest.fixture(scope="session")
async def forgetful() -> AsyncIterator[WorkflowEnvironment]:
    """A server that asks for a new history after few events, not too few: each doubles the time it has skipped."""
    async with skipping_server("limit.historyCount.suggestContinueAsNew=150") as env:
        yield env


@pytest.fixture
async def store(tmp_path) -> AsyncIterator[Store]:
    """The store of a test."""
    opened = await Store.open(StoreSettings(folder=tmp_path))
    yield opened
    await opened.close()


def _stages(env: WorkflowEnvironment, store: Store) -> Callable[[SiteSpec], Stage]:
    def make(spec: SiteSpec) -> Stage:
        start = datetime.now(UTC).replace(microsecond=0)
        return Stage(env.client, store, Simulation(spec, start), SkippedClock(start))

    return make


@pytest.fixture
async def stage(skipping, store) -> Callable[[SiteSpec], Stage]:
    """Makes the stage of a rotation for a site."""
    return _stages(skipping, store)


@pytest.fixture
async def forgetful_stage(forgetful, store) -> Callable[[SiteSpec], Stage]:
    """Makes the stage of a rotation of many histories."""
    return _stages(forgetful, store)


@pytest.fixture(scope="session")
def played() -> ModuleType:
    """Rotations on simulated time, in this process: `play`, `Deed`, `at`, `three`."""
    return played_here
