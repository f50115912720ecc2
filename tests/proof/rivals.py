"""Rival strategies on the very sites that the product is proven on: how many clients each cuts off, beside the product.

They act at the emulated console only, with everything at hand at once: the product's patience is all that they lack.
Each strategy is judged at the same moment: when the product has ended its rotation, and clients have lived on for some
heartbeats. The people of a scenario do nothing of their own accord here, so that a cancel makes no strategy look good.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from emulator.errors import InheritedSettingsError, UnknownNameError
from emulator.simulation import Simulation
from emulator.spec import Protocol, SiteSpec
from emulator.state.effects import Actor, acting
from rotation.planning.choice.plain_http import SHUT, UNSHOWN
from simulation.drawn.networking import Networking, WhenShut
from simulation.drawn.scenario import START, Scenario
from simulation.judged.invariants import no_client_is_cut_off
from simulation.played.run import play
from tests.proof.beside import PRODUCT, Beside, Losses, kind_of, table, together
from tests.proof.seeds import BY_DEFAULT, scenario

_HEARTBEATS = 3
_ONLINE = 0.95
_LONGEST_WAIT = timedelta(days=7)
_NO_PLAN = timedelta(days=7)
"""How long a rival is watched where the product has made no plan."""
_FOR_A_SERVER, _LOOKS_AGAIN = timedelta(days=1), timedelta(minutes=10)
_LIVE_ON = 7
"""Heartbeats after the product's end; as in simulation/played/stage.py."""

Strategy = Callable[[Simulation], None]


def swap_at_once(simulation: Simulation) -> None:
    """Replace every certificate at once; a server that is down is waited for, for a day, and left as it is then."""
    for server in simulation.site.servers.values():
        until = simulation.now + _FOR_A_SERVER
        while not server.up and simulation.now < until:
            _pass(simulation, _LOOKS_AGAIN)
        if server.up:
            simulation.console.generate_certificate(server.name)


def wait_three_heartbeats(simulation: Simulation) -> None:
    """Relax every group, wait three heartbeats, replace every certificate, wait as long, put the settings back."""
    _relaxed_meanwhile(simulation, lambda: _pass(simulation, _HEARTBEATS * _slowest(simulation.spec)))


def wait_for_most_online(simulation: Simulation) -> None:
    """The same, but wait until 95 % of the clients are online, for a week at most."""
    _relaxed_meanwhile(simulation, lambda: _until_online(simulation))


STRATEGIES: tuple[Strategy, ...] = (swap_at_once, wait_three_heartbeats, wait_for_most_online)


async def compare(scenarios: Iterable[Scenario], *, by_default: bool = False) -> tuple[Beside, ...]:
    """Play the sites of `scenarios` by each strategy.

    With `by_default` people leave each choice of a plan as it is offered: none leaves out clients that are away, or
    takes any on trust.

    Sites for which the product makes no plan are left out, but for those at which a network is all that is in the way:
    there it replaces nothing until a person has opened a port, and the rivals do.
    """
    chosen = BY_DEFAULT if by_default else {}
    sites = (drawn.model_copy(update=chosen) for drawn in scenarios)
    return together([one for drawn in sites if (one := await _compare(drawn)) is not None])


async def _compare(drawn: Scenario) -> Beside | None:
    networking = _opening_ports(drawn.networking)
    site = drawn.model_copy(update={"acts": (), "spec": _skilful(drawn.spec), "networking": networking})
    facts = await play(site)
    shut = facts.plan is None and {each.code for each in facts.refused} <= {SHUT, UNSHOWN}
    if facts.plan is None and not shut:
        return None
    lost = {PRODUCT: Losses() if shut else Losses.of(facts.lost)}
    lasting = _NO_PLAN if shut else facts.duration
    lost |= {each.__name__: _played(site, each, lasting=lasting) for each in STRATEGIES}
    promised = 0 if shut else sum(1 for _ in no_client_is_cut_off(facts))
    kind = kind_of(site.spec)
    return Beside(kind=kind, sites=1, clients=facts.clients, lost=lost, promised=promised, unplanned=int(shut))


def _played(site: Scenario, strategy: Strategy, *, lasting: timedelta) -> Losses:
    """The clients that a strategy cuts off, judged when the product's own rotation would have ended.

    An ordinary edit of each policy follows: the product's restore has two writes, and the second one shows which
    clients cannot verify what the server signs; a rival's clients show it with the next policy.
    """
    simulation = Simulation(site.spec, START)
    for each in site.site_events:
        simulation.schedule(each.site_event, each.at)
    with acting(Actor.TASK):
        strategy(simulation)
    simulation.advance_to(max(START + lasting, simulation.now))
    with acting(Actor.TASK):
        for group in simulation.site.groups.values():
            simulation.console.edit_policy(group.path)
    simulation.advance_to(simulation.now + _LIVE_ON * _slowest(site.spec))
    return Losses.of(simulation.verdict().lost_ever)


def _opening_ports(networking: Networking) -> Networking:
    """People who leave out no client behind a firewall: they have its port opened, or give the plan up."""
    named = networking.when_shut is WhenShut.LEAVE_OUT
    return networking.model_copy(update={"when_shut": WhenShut.OPEN}) if named else networking


def _skilful(spec: SiteSpec) -> SiteSpec:
    """The site with a person at its console who makes no mistakes: no strategy is judged by them."""
    return spec.model_copy(update={"robot": spec.robot.model_copy(update={"slips": ()})})


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
        with suppress(InheritedSettingsError, UnknownNameError):  # the tree was changed meanwhile
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
    parser.add_argument("--by-default", action="store_true", help="people choose nothing in a plan")
    asked = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    beside = asyncio.run(compare(map(scenario, range(asked.seeds)), by_default=asked.by_default))
    sys.stdout.write("\n".join(table(beside)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
