"""Drawn scenarios: the same for the same seed, within bounds, and of every shape."""

from itertools import pairwise

from emulator.switches import PatchSemServer
from simulation.chance import Chance
from simulation.drawing import SMALL, Faults, Sizes, draw, drawn


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
