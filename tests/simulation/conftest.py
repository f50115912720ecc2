"""A rotation that was played, for the tests of what is read off it."""

from datetime import timedelta

import pytest

from emulator.scenarios import three_servers
from rotation.plan import Unproven
from rotation.site import Limits
from simulation.run import play
from simulation.scenario import Scenario

HOUR = timedelta(hours=1)


@pytest.fixture(scope="session")
def mixed():
    """A site of three servers: groups that fail over and one of 14.2.x clients that is relaxed."""
    return Scenario(
        seed=7,
        spec=three_servers(clients=12, heartbeat=HOUR),
        limits=Limits(purge_after=None, holdout_minimum=timedelta(days=2)),
        unproven=Unproven.APPROVE,
    )


@pytest.fixture(scope="session")
async def played(mixed):
    """What is known of its rotation."""
    return await play(mixed)
