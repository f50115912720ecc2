"""The person at the console takes the Sylink.xml of clients as they hold it."""

import json
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from emulator.errors import UnreachableError
from emulator.people.desk import SiteDesk
from emulator.people.operator_actions import perform
from emulator.people.tasks import Task
from emulator.scenarios import one_server
from emulator.simulation import Simulation
from rotation.site import Protocol, Server
from rotation.values import ServerName
from sepm.offline.sylink import certificates_in, parse_sylink
from sepm.offline.sylink_evidence import read_looks
from simulation.drawn.scenario import START

DAY = timedelta(days=1)


def task(*clients):
    """A task about these clients as the product's API gives it."""
    subject = {"relaxed": True, "builds": [{"label": "any", "client": client} for client in clients]}
    wire = {"id": "t", "site_name": "S", "state": "claimed", "kind": "look_at_clients", "subject": subject}
    read: Task = TypeAdapter(Task).validate_python(wire)
    return read


def at_the_desk(away=()):
    """A site of two clients, of which the first may be away, with their ids."""
    spec = one_server(clients=2, heartbeat=timedelta(minutes=5))
    first, *_ = spec.clients
    one, other = (first.model_copy(update={"count": 1, "prefix": prefix}) for prefix in ("ONE", "TWO"))
    clients = (one.model_copy(update={"away": away}), other)
    simulation = Simulation(spec.model_copy(update={"clients": clients}), START)
    return simulation, SiteDesk(simulation, lambda: START), [each.id for each in simulation.fleet.settled()]


async def test_a_client_gives_the_list_and_the_certificates_that_it_holds():
    """What the product reads of it is the emulated site's own."""
    simulation, desk, (one, _) = at_the_desk()
    evidence = await perform(desk, task(one), None)
    (server,) = simulation.site.servers.values()
    (held,) = evidence["clients"]
    content = held["sylink"].encode()
    assert held["client"] == one
    found = parse_sylink(content, (Server(name=ServerName(server.name), address=server.address),))
    assert (found.protocol, found.servers) == (Protocol.HTTPS, frozenset({server.name}))
    assert certificates_in(content) == (server.credential.fingerprint,)
    assert json.loads(read_looks(json.dumps(evidence["clients"]), ()))[0]["servers"][0]["port"] == server.https_port


async def test_the_age_of_a_file_is_from_when_the_client_took_its_list():
    """It has one of a year ago until it takes another; then minutes pass, and the product reads how many."""
    simulation, desk, (one, _) = at_the_desk()
    (held,) = (await perform(desk, task(one), None))["clients"]
    assert timedelta(minutes=held["age_minutes"]) == timedelta(days=365)
    simulation.console.set_secure_communications("My Company", "Default", enabled=False)
    simulation.advance_to(START + timedelta(hours=2))
    later = SiteDesk(simulation, lambda: START + timedelta(hours=2))
    found = (await perform(later, task(one), None))["clients"]
    assert timedelta(minutes=90) < timedelta(minutes=found[0]["age_minutes"]) <= timedelta(minutes=120)
    assert json.loads(read_looks(json.dumps(found), ()))[0]["age_minutes"] == found[0]["age_minutes"]


async def test_who_is_off_is_looked_at_in_another_client_of_its_kind():
    """One of the same build and group."""
    _, desk, (one, two) = at_the_desk(away=((-DAY, DAY),))
    evidence = await perform(desk, task(one), None)
    assert [each["client"] for each in evidence["clients"]] == [two]


async def test_where_a_whole_group_is_off_the_others_that_the_task_names_are_looked_at():
    """In their order; of other groups only those that it names, since clients may have another list there."""
    spec = one_server(clients=20, heartbeat=timedelta(minutes=5))
    root, lab = spec.clients[0], next(each for each in spec.clients if each.group.endswith("Labs"))
    away = root.model_copy(update={"away": ((-DAY, DAY),)})
    simulation = Simulation(spec.model_copy(update={"clients": (away, lab)}), START)
    desk = SiteDesk(simulation, lambda: START)
    labs = [each.id for each in simulation.fleet.settled(group_id=simulation.site.group(lab.group).id)]
    first = next(each.id for each in simulation.fleet.settled() if each.id not in labs)
    assert desk.held_by(first) is None
    here = desk.held_by(first, "nobody", labs[1], labs[0])
    assert here is not None
    assert here.client == labs[1]


async def test_without_known_clients_there_is_nothing_to_look_at():
    """The console refuses the work, and it is tried again."""
    _, desk, _ = at_the_desk()
    with pytest.raises(UnreachableError):
        await perform(desk, task("nobody"), None)
