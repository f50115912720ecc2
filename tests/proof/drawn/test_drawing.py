"""Drawn scenarios: the same for the same seed, within bounds, and of every shape."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from emulator.events.site_events import (
    ComputersAppear,
    GroupAdded,
    ListAssigned,
    LocationAdded,
    SecureCommunicationsSet,
)
from emulator.spec import Protocol
from emulator.switches import PatchSemServer
from rotation.plan.request import Unproven
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile, Since
from tests.proof.drawn.drawing import SMALL, Sizes, draw, drawn

DAY = timedelta(days=1)
BIRTHS = GroupAdded | LocationAdded
CHANGES = ListAssigned | SecureCommunicationsSet


def leaves_at_first(scenario):
    """A client leaves after the start, and is back within 30 days."""
    return any(begin >= timedelta(0) and end < 30 * DAY for batch in scenario.spec.clients for begin, end in batch.away)


def has_own_settings_often(scenario):
    """Three groups own their settings."""
    return sum(not group.inherits for group in scenario.spec.groups) > 2


SHOWN = {
    Profile.DEPARTURES: leaves_at_first,
    Profile.IMAGES: lambda scenario: any(batch.npvdi and batch.away for batch in scenario.spec.clients),
    Profile.HOLDOUT: lambda scenario: len(scenario.spec.server_lists) > 2 and scenario.unproven is Unproven.APPROVE,
    Profile.ODD_LISTS: lambda scenario: any(each.protocol is Protocol.HTTP for each in scenario.spec.server_lists),
    Profile.DRILL: lambda scenario: any(len(batch.reachable_servers or ()) == 1 for batch in scenario.spec.clients),
    Profile.BIRTHS: lambda scenario: any(isinstance(each.site_event, BIRTHS) for each in scenario.site_events),
    Profile.UNDOING: lambda scenario: any(isinstance(each.site_event, CHANGES) for each in scenario.site_events),
    Profile.ARRIVALS: lambda scenario: (
        sum(isinstance(each.site_event, ComputersAppear) for each in scenario.site_events) > 4
    ),
    Profile.WAY_BACK: lambda scenario: any(act.since is not Since.BEGIN for act in scenario.acts),
    Profile.STALE: lambda scenario: scenario.spec.switches.stale_sig_files and has_own_settings_often(scenario),
    Profile.PROXIES: lambda scenario: any(batch.http_blocked for batch in scenario.spec.clients),
    Profile.LOCATIONS: lambda scenario: any(batch.location != "Default" for batch in scenario.spec.clients),
}


class Least(Chance):
    """Gives the least of everything."""

    def share(self, *occasion):  # noqa: ARG002
        """Always nothing."""
        return 0.0


def test_a_seed_names_a_scenario():
    """Drawn again it is the same; another seed draws another."""
    assert draw(3) == draw(3)
    assert all(one != other for one, other in pairwise(draw(seed) for seed in range(10)))


def test_scenarios_are_within_their_sizes_and_of_every_shape():
    """Among two hundred: one server and many, no client and many, people who cancel, and REST that changes nothing."""
    sizes = Sizes(servers=5, groups=8, clients=10)
    scenarios = [draw(seed, sizes) for seed in range(200)]
    servers = {len(each.spec.servers) for each in scenarios}
    clients = {sum(batch.count for batch in each.spec.clients) for each in scenarios}
    assert (min(servers), max(servers)) == (1, 5)
    assert (min(clients), max(clients)) == (0, 10)
    assert max(len(each.spec.groups) for each in scenarios) <= 8
    assert {"cancel", "roll_back"} <= {act.move for each in scenarios for act in each.acts}
    assert {each.spec.switches.patch_sem_server for each in scenarios} == set(PatchSemServer)


def test_without_faults_sepm_behaves_as_is_most_likely():
    """Every switch is where the emulator has it by itself."""
    scenario = draw(5, SMALL, Faults.NONE)
    assert scenario.spec.switches.model_fields_set == set()


def test_the_least_of_chance_is_a_small_site():
    """What shrinks towards nothing shrinks towards one server and no clients."""
    scenario = drawn(Least(0), 0, SMALL, Faults.NONE)
    assert len(scenario.spec.servers) == 1
    assert scenario.spec.clients == ()


def test_a_profile_has_its_ingredients_come_up_together():
    """Among the scenarios of each profile most have what it is about; four seeds in ten are about nothing."""
    by_profile = defaultdict(list)
    for seed in range(400):
        by_profile[draw(seed).profile].append(draw(seed))
    assert set(by_profile) == set(Profile)
    assert 120 < len(by_profile[Profile.ORDINARY]) < 200
    for profile, shown in SHOWN.items():
        scenarios = by_profile[profile]
        assert sum(map(shown, scenarios)) > len(scenarios) / 2, profile
