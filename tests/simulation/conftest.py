"""A rotation that was played, for the tests of what is read off it."""

from datetime import timedelta

import pytest

from emulator.scenarios import three_servers
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, Mode, ServerSpec, SiteSpec
from rotation.plan.request import Unproven
from rotation.site import Limits
from service.plans.surveyed import surveyed_plan
from simulation.drawn.scenario import Scenario
from simulation.played.run import play
from simulation.played.stage import Stage

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


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


@pytest.fixture(scope="session")
def office():
    """A site of two servers: one group at two locations that differ, one that inherits, people on leave."""
    root = LocationSpec(heartbeat=HOUR, randomization=HOUR / 6)
    outside = LocationSpec(name="Outside", heartbeat=4 * HOUR, mode=Mode.PUSH, secure_communications=False)
    sales, labs = f"{ROOT_GROUP}\\Sales", f"{ROOT_GROUP}\\Labs"
    return SiteSpec(
        name="Office",
        seed=5,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2", https_port=8443, http_port=8080)),
        groups=(
            GroupSpec(path=ROOT_GROUP, locations=(root,)),
            GroupSpec(path=sales, inherits=True),
            GroupSpec(path=labs, locations=(LocationSpec(heartbeat=HOUR), outside)),
        ),
        clients=(
            ClientSpec(group=ROOT_GROUP, count=6),
            ClientSpec(group=sales, count=4, prefix="SALES"),
            ClientSpec(group=sales, count=2, prefix="LEAVE", away=((-12 * DAY, 6 * DAY),)),
            ClientSpec(group=labs, count=3, prefix="OLD", build="14.2.3335.1000"),
            ClientSpec(group=labs, count=1, prefix="WEEK", build="14.2.3335.1000", away=((-7 * DAY, DAY),)),
        ),
    )


@pytest.fixture(scope="session")
async def surveyed(office):
    """A plan for it, made from a survey, with all that the store then knows."""
    limits = Limits(purge_after=None, holdout_minimum=timedelta(days=2))
    async with Stage(Scenario(seed=5, spec=office, limits=limits, unproven=Unproven.APPROVE)) as stage:
        plan = await stage.plan()
        return await surveyed_plan(stage.store, plan.id, most=1000)
