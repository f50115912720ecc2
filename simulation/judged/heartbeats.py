"""How often clients of a played site report."""

from datetime import timedelta

from emulator.clients.verdict import FailingClient
from simulation.judged.facts import Facts


def slowest_of(facts: Facts, lost: FailingClient) -> timedelta:
    """The longest time between two contacts of a client's group, or of the site where the group was born since."""
    beats = {
        group.path: max(each.heartbeat + each.randomization for each in group.locations)
        for group in facts.scenario.spec.groups
        if group.locations
    }
    return beats.get(lost.group, max(beats.values()))
