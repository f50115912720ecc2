"""A firewall shuts the HTTPS client port of an emulated server: who comes over HTTP gets through, others do not."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from emulator.people.desk import SiteDesk
from emulator.people.operator_actions import perform
from emulator.people.tasks import Task
from emulator.scenarios import one_server
from emulator.simulation import Simulation
from emulator.spec import DEFAULT_LIST, Protocol
from simulation.drawn.scenario import START

HEARTBEAT = timedelta(minutes=5)


def task(kind):
    """A task about the only server as the product's API gives it."""
    wire = {
        "id": "t",
        "site_name": "S",
        "state": "claimed",
        "kind": kind,
        "subject": {"ports": [{"server": "SEPM-1", "port": 443}]},
    }
    read: Task = TypeAdapter(Task).validate_python(wire)
    return read


def contacts(simulation, since):
    """How many clients have had contact since then."""
    simulation.advance_to(simulation.now + 4 * HEARTBEAT)
    return sum((each.contact or 0) > since.timestamp() * 1000 for each in simulation.fleet.settled())


@pytest.mark.parametrize(("protocol", "come"), [(Protocol.HTTPS, 0), (Protocol.HTTP, 4)])
async def test_only_clients_over_http_come_while_it_is_shut(protocol, come):
    """No client is lost by it, and all come again when it is open."""
    simulation = Simulation(one_server(clients=4, heartbeat=HEARTBEAT), START)
    group = next(iter(simulation.site.groups.values()))
    simulation.console.copy_list(DEFAULT_LIST, "Copy")
    simulation.console.edit_list("Copy", protocol)
    simulation.console.assign_list("Copy", group.path, "default")
    simulation.console.set_secure_communications(group.path, "default", enabled=False)
    simulation.advance_to(START + 8 * HEARTBEAT)
    desk = SiteDesk(simulation, lambda: simulation.now)
    await perform(desk, task("shut_https"), None)
    assert desk.https_shut("SEPM-1")
    assert contacts(simulation, simulation.now) == come
    simulation.advance_to(simulation.now + 20 * HEARTBEAT)
    await perform(desk, task("open_https"), None)
    assert not desk.https_shut("SEPM-1")
    assert contacts(simulation, simulation.now) == 4
    assert simulation.verdict().lost_ever == ()


async def test_what_is_done_is_not_done_twice():
    """A person who is asked again looks first."""
    simulation = Simulation(one_server(clients=1), START)
    desk = SiteDesk(simulation, lambda: simulation.now)
    for kind in ("shut_https", "shut_https", "open_https", "open_https"):
        await perform(desk, task(kind), None)
    done = [each.kind for each in simulation.effects.views()]
    assert done == ["console.shut_https", "console.open_https"]
