"""The services of an emulated server are stopped for a drill: its clients go to another one, where they reach one."""

from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from emulator.errors import ServerBusyError
from emulator.events.site_events import ServerDies
from emulator.people.desk import SiteDesk
from emulator.people.operator_actions import perform
from emulator.people.tasks import Task
from emulator.simulation import Simulation
from emulator.spec import DEFAULT_LIST, ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, LocationSpec, ServerSpec, SiteSpec
from simulation.drawn.scenario import START

HEARTBEAT = timedelta(minutes=5)


@pytest.fixture
def simulation():
    """Two servers, four clients that reach both, and two that reach the second one only."""
    spec = SiteSpec(
        name="Two",
        seed=5,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2")),
        server_lists=(ListSpec(name=DEFAULT_LIST, priorities=(("SEPM-1", "SEPM-2"),)),),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(heartbeat=HEARTBEAT),)),),
        clients=(
            ClientSpec(group=ROOT_GROUP, count=4),
            ClientSpec(group=ROOT_GROUP, count=2, prefix="STUCK", reachable_servers=frozenset({"SEPM-2"})),
        ),
    )
    return Simulation(spec, START)


def task(kind):
    """A task about the second server as the product's API gives it."""
    wire = {"id": "t", "site_name": "S", "state": "claimed", "kind": kind, "subject": {"server": "SEPM-2"}}
    read: Task = TypeAdapter(Task).validate_python(wire)
    return read


def contacts(simulation):
    """The clients that have contact within three heartbeats from now on."""
    since = simulation.now
    simulation.advance_to(since + 3 * HEARTBEAT)
    return {each.name[:2] for each in simulation.fleet.settled() if (each.contact or 0) > since.timestamp() * 1000}


async def test_clients_go_elsewhere_within_three_heartbeats_and_none_is_lost(simulation):
    """However long it lasts; who reaches no other server is silent, and comes back when it runs again."""
    desk = SiteDesk(simulation, lambda: simulation.now)
    simulation.advance_to(START + 8 * HEARTBEAT)
    await perform(desk, task("stop_server"), None)
    assert desk.is_stopped("SEPM-2")
    assert contacts(simulation) == {"PC"}
    simulation.advance_to(simulation.now + 20 * HEARTBEAT)
    await perform(desk, task("start_server"), None)
    assert not desk.is_stopped("SEPM-2")
    assert contacts(simulation) == {"PC", "ST"}
    assert simulation.verdict().lost_ever == ()


async def test_what_is_done_is_not_done_twice(simulation):
    """A person who is asked again looks first."""
    desk = SiteDesk(simulation, lambda: simulation.now)
    for kind in ("stop_server", "stop_server", "start_server", "start_server"):
        await perform(desk, task(kind), None)
    done = [each.kind for each in simulation.effects.views()]
    assert done == ["console.stop_server", "console.start_server"]


async def test_a_server_that_has_died_is_not_started(simulation):
    """No person can stop it either."""
    desk = SiteDesk(simulation, lambda: simulation.now)
    await perform(desk, task("stop_server"), None)
    simulation.schedule(ServerDies(server="SEPM-2"), simulation.now)
    simulation.advance_to(simulation.now + HEARTBEAT)
    with pytest.raises(ServerBusyError):
        await perform(desk, task("start_server"), None)
    assert desk.is_stopped("SEPM-2")
    with pytest.raises(ServerBusyError):
        simulation.console.stop_server("SEPM-2")
