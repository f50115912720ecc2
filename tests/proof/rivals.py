"""Rival strategies on the very sites that the product is proven on: how many clients each cuts off, beside the product.

They act at the emulated console only, with everything at hand at once: the product's patience is all that they lack.
Everybody is judged at the same moment: when the product has ended its rotation, and clients have lived on for some
heartbeats. The people of a scenario do nothing of their own accord here, so that a cancel makes nobody look good.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta

import structlog

from emulator.effects import Actor, acting
from emulator.simulation import Simulation
from emulator.spec import Protocol, SiteSpec
from emulator.verdict import LostClient
from rotation.values import Value
from simulation.drawing import Faults, Sizes, draw
from simulation.run import play
from simulation.scenario import START, Scenario

SIZES = Sizes(servers=3, groups=4, clients=24)
_HEARTBEATS = 3
_ONLINE = 0.95
_LONGEST_WAIT = timedelta(days=7)
_LIVE_ON = 7
"""Heartbeats after the product's end; as in simulation/stage.py."""

Strategy = Callable[[Simulation], None]


def swap_at_once(simulation: Simulation) -> None:
    """Replace every certificate at once."""
    for server in simulation.site.servers.values():
        simulation.console.generate_certificate(server.name)


def wait_three_heartbeats(simulation: Simulation) -> None:
    """Relax every group, wait three heartbeats, replace every certificate, wait as long, put the settings back."""
    _relaxed_meanwhile(simulation, lambda: _pass(simulation, _HEARTBEATS * _slowest(simulation.spec)))


def wait_for_most_online(simulation: Simulation) -> None:
    """The same, but wait until 95 % of the clients are online, for a week at most."""
    _relaxed_meanwhile(simulation, lambda: _until_online(simulation))


STRATEGIES: tuple[Strategy, ...] = (swap_at_once, wait_three_heartbeats, wait_for_most_online)


class Beside(Value):
    """Clients cut off on the sites that were played, by strategy; `product` is ours."""

    sites: int
    clients: int
    lost: dict[str, int]


async def compare(seeds: Iterable[int], faults: Faults = Faults.ALL) -> Beside:
    """Play the sites of `seeds` by each strategy. Sites for which the product makes no plan are left out."""
    sites = clients = 0
    lost = dict.fromkeys(["product", *(each.__name__ for each in STRATEGIES)], 0)
    for seed in seeds:
        scenario = draw(seed, SIZES, faults).model_copy(update={"acts": ()})
        facts = await play(scenario)
        if facts.plan is None:
            continue
        sites, clients = sites + 1, clients + facts.clients
        lost["product"] += _cut_off(facts.lost)
        for strategy in STRATEGIES:
            lost[strategy.__name__] += _played(scenario, strategy, lasting=facts.duration)
    return Beside(sites=sites, clients=clients, lost=lost)


def _played(scenario: Scenario, strategy: Strategy, *, lasting: timedelta) -> int:
    """How many clients a strategy cuts off, judged when the product's own rotation would have ended."""
    simulation = Simulation(scenario.spec, START)
    with acting(Actor.TASK):
        strategy(simulation)
    end = START + lasting + _LIVE_ON * _slowest(scenario.spec)
    simulation.advance_to(max(end, simulation.now))
    return _cut_off(simulation.verdict().lost_ever)


def _cut_off(lost: Iterable[LostClient]) -> int:
    """Those cut off by what was done, not before it and not by what nobody asked for."""
    return sum(each.after is not None and each.first_failed >= START and not each.others_did for each in lost)


def _relaxed_meanwhile(simulation: Simulation, wait: Callable[[], None]) -> None:
    """List A in one go: relax, wait, replace, wait, restore."""
    console, site = simulation.console, simulation.site
    before = {
        (group.path, location.name): (site.server_list(settings.server_list).name, settings.secure_communications)
        for group, location, settings in site.pairs()
        if not group.inherits
    }
    for name in {name for name, _ in before.values()}:
        console.copy_list(name, _copy(name))
        console.edit_list(_copy(name), protocol=Protocol.HTTP)
    for (group, location), (name, _) in before.items():
        console.assign_list(_copy(name), group, location)
        console.set_secure_communications(group, location, enabled=False)
    wait()
    swap_at_once(simulation)
    wait()
    for (group, location), (name, secure) in before.items():
        console.set_secure_communications(group, location, secure)
        console.assign_list(name, group, location)


def _copy(name: str) -> str:
    return f"{name} (HTTP)"


def _pass(simulation: Simulation, time: timedelta) -> None:
    simulation.advance_to(simulation.now + time)


def _until_online(simulation: Simulation) -> None:
    """Look each heartbeat, until enough are online or a week is over."""
    heartbeat, given_up = _slowest(simulation.spec), simulation.now + _LONGEST_WAIT
    while simulation.now < given_up:
        _pass(simulation, heartbeat)
        online = [record.online for record in simulation.fleet.records()]
        if sum(online) >= _ONLINE * len(online):
            return


def _slowest(spec: SiteSpec) -> timedelta:
    """The longest time between two check-ins of a client that is there."""
    return max(place.heartbeat + place.randomization for group in spec.groups for place in group.locations)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how many clients each strategy cuts off beside the product."""
    parser = argparse.ArgumentParser(prog="rivals", description=main.__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many sites (%(default)s)")
    asked = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    beside = asyncio.run(compare(range(asked.seeds)))
    sys.stdout.write("\n".join(told(beside)) + "\n")
    return 0


def told(beside: Beside) -> list[str]:
    """The comparison for people."""
    return [
        f"{beside.sites} sites with {beside.clients} clients; cut off:",
        *(f"  {name:24} {count:6} {count / max(beside.clients, 1):6.1%}" for name, count in beside.lost.items()),
    ]


if __name__ == "__main__":
    sys.exit(main())
