"""SEPM of another version than the plan was made on: a claim and a recheck find it, until a person has confirmed it."""

from datetime import timedelta

import pytest

from activities.plan.planning import Planning
from emulator.events.site_events import ListAssigned, ServerUpgraded
from emulator.spec import DEFAULT_LIST, DEFAULT_LOCATION, ROOT_GROUP
from engine.contract import PlanCheckRequest
from rotation.plan.request import Unproven
from rotation.plan.step import Console, Recheck
from rotation.plan.work.task import ReplaceCertificate
from rotation.site import Limits
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from tests.simulation.holes import site

NEW = "14.3.12154.10000"


@pytest.fixture
async def stage():
    """A site of three servers whose clients fail over, one of them its holdout."""
    scenario = Scenario(seed=1, spec=site(3, 6), limits=Limits(purge_after=None), unproven=Unproven.APPROVE)
    async with Stage(scenario) as made:
        yield made


def _of_kind(body, kind):
    """The first step at which a claim, or a recheck, looks."""
    if kind == "claim":
        return next(e for e in body.steps if isinstance(e, Console) and isinstance(e.work, ReplaceCertificate))
    return next(each for each in body.steps if isinstance(each, Recheck))


@pytest.fixture
async def checked(stage):
    """What a claim or a recheck finds after an upgrade, with the versions that a person has confirmed."""

    async def check(kind, *confirmed, beside=()):
        plan = await stage.plan()
        state = await stage.begin(plan)
        now = stage.clock.now()
        for site_event in (ServerUpgraded(server="SEPM-1", version=NEW, resets_ports=False), *beside):
            stage.simulation.schedule(site_event, now)
        stage.clock.leap_to(now + timedelta(hours=1))
        surveyed = await stage.survey()
        requests = [
            PlanCheckRequest(
                rotation_id=state.rotation_id,
                site_id=state.site_id,
                plan_id=plan.id,
                survey_id=surveyed.survey_id,
                mid_wave=kind == "claim",
                at=_of_kind(plan.body, kind).id,
                versions_shown=versions,
            )
            for versions in ((), confirmed)
        ]
        return [await Planning(stage.world).check_plan(request) for request in requests]

    return check


@pytest.mark.parametrize("kind", ["claim", "recheck"])
async def test_another_version_stands_against_it_until_it_is_confirmed(checked, kind):
    """Both say which version a person may confirm; what is confirmed is not found again."""
    found, confirmed = await checked(kind, NEW)
    assert [each.code for each in found.findings] == ["version-changed"]
    assert found.versions == ((NEW,) if kind == "recheck" else ())
    assert confirmed.findings == ()


async def test_no_amendment_passes_over_another_version(checked):
    """Where a list was assigned too, the plan is made again only when a person has confirmed the ports."""
    assigned = ListAssigned(group=ROOT_GROUP, location=DEFAULT_LOCATION, server_list=DEFAULT_LIST)
    found, confirmed = await checked("recheck", NEW, beside=(assigned,))
    assert found.amendment is None
    assert confirmed.amendment is not None
