"""The site as the REST API of another of its servers shows it."""

from datetime import timedelta

from emulator.events.site_events import AnswersStale
from emulator.spec import ROOT_GROUP
from rotation.plan.request import Unproven
from rotation.site import Limits
from service.second_view import second_view
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from tests.simulation.holes import site
from tests.simulation.world_holes import asked_anywhere


def staged(spec):
    """A site that is set up."""
    return Stage(Scenario(seed=3, spec=spec, limits=Limits(purge_after=None), unproven=Unproven.APPROVE))


async def test_the_other_server_is_past_what_stands_before_the_first():
    """It shows the policy that was made meanwhile; the address of the site shows the one of before."""
    async with staged(asked_anywhere(site(2))) as stage:
        plan = await stage.plan()
        stage.simulation.schedule(AnswersStale(lasting=timedelta(hours=1), keeps_date=False), stage.clock.now())
        before = await stage.world.client.glances()
        stage.simulation.console.edit_policy(ROOT_GROUP)
        stage.clock.leap_to(stage.clock.now() + timedelta(minutes=5))
        seen = await second_view(stage.world, stage.site, plan)
        (group,) = before
        assert await stage.world.client.glances() == before
        assert seen is not None
        assert seen.server == "SEPM-2"
        assert seen.shows.policies is not None
        assert seen.shows.policies[group] > before[group].policy_date


async def test_without_another_server_there_is_no_second_view():
    """There is one server; or the other one has no REST API that may be asked, or does not answer."""
    for spec in (site(1), site(2), asked_anywhere(site(2))):
        async with staged(spec) as stage:
            plan = await stage.plan()
            if spec.servers[-1].rest:
                stage.simulation.stop_server("SEPM-2")
            assert await second_view(stage.world, stage.site, plan) is None
