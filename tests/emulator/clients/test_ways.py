"""Who has a way to the site, by the emulator's own truth, before any heartbeat has failed."""

from datetime import UTC, datetime, timedelta

from emulator.clients.ways import shut_out, with_a_way
from emulator.events.site_events import CertificateGenerated, CertificateRestored, ComputersAppear
from emulator.scenarios import three_servers
from emulator.simulation import Simulation
from emulator.spec import ROOT_GROUP, ClientSpec, Protocol

START = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def site(build="14.3.9816.7000"):
    """Three servers, and clients of one build that verify over HTTPS."""
    spec = three_servers(clients=12, heartbeat=timedelta(hours=1))
    clients = tuple(batch.model_copy(update={"build": build, "away": ()}) for batch in spec.clients)
    return Simulation(spec.model_copy(update={"clients": clients}), START)


def happens(simulation, site_event):
    """Have it happen now."""
    simulation.schedule(site_event, simulation.now)
    simulation.advance_to(simulation.now)


def test_clients_that_fail_over_have_a_way_while_one_server_is_as_they_know_it():
    """Two of three certificates will be new: all have a way. The third too: none has. All are old again: all have."""
    simulation = site()
    everybody = {client.name for client in simulation.fleet.clients}
    new = {"SEPM-1": "new", "SEPM-2": "new"}
    assert with_a_way(simulation).keys() == everybody
    assert with_a_way(simulation, new).keys() == everybody
    assert with_a_way(simulation, new | {"SEPM-3": "new"}) == {}
    for server in ("SEPM-1", "SEPM-2", "SEPM-3"):
        happens(simulation, CertificateGenerated(server=server))
    assert with_a_way(simulation).keys() == everybody
    simulation.advance_to(START + timedelta(minutes=5))
    assert with_a_way(simulation) == {}
    happens(simulation, CertificateRestored(server="SEPM-3"))
    simulation.advance_to(START + timedelta(minutes=10))
    assert with_a_way(simulation).keys() == everybody


def test_a_client_that_does_not_fail_over_may_choose_the_wrong_server_first():
    """14.2.x: one certificate that they do not know is enough."""
    assert with_a_way(site(build="14.2.3335.1000"), {"SEPM-1": "new"}) == {}


def test_who_verifies_over_http_stays_where_the_signature_is_unknown():
    """And has no way when any server of its list gets another certificate; who does not verify has one."""
    for secure in (True, False):
        spec = site().spec
        lists = tuple(each.model_copy(update={"protocol": Protocol.HTTP}) for each in spec.server_lists)
        groups = tuple(
            group.model_copy(
                update={
                    "locations": tuple(
                        place.model_copy(update={"secure_communications": secure}) for place in group.locations
                    )
                }
            )
            for group in spec.groups
        )
        simulation = Simulation(spec.model_copy(update={"server_lists": lists, "groups": groups}), START)
        assert bool(with_a_way(simulation, {"SEPM-1": "new"})) is not secure


def test_a_client_that_was_just_installed_has_not_been_seen():
    """No server can know what it holds."""
    simulation = site()
    assert all(known.seen for known in with_a_way(simulation).values())
    happens(simulation, ComputersAppear(group="My Company"))
    (new,) = [known for known in with_a_way(simulation).values() if known.name.startswith("NEW")]
    assert not new.seen
    simulation.advance_to(START + timedelta(minutes=5))
    assert all(known.seen for known in with_a_way(simulation).values())


def test_a_client_that_trusts_only_a_dead_server_is_shut_out(play, site_of):
    """Two of three servers have certificates that it has not taken, and the third dies: no server lets it in."""
    away = ClientSpec(group=ROOT_GROUP, count=2, prefix="AWAY", away=((HOUR, 30 * HOUR),))
    played = play(site_of(3, ClientSpec(group=ROOT_GROUP, count=3), away)).run(2 * HOUR)
    for server in ("A", "B"):
        played.swap(server)
        played.run(6 * HOUR)
    assert shut_out(played.simulation) == {}
    played.simulation.stop_server("C")
    assert set(shut_out(played.run(30 * HOUR).simulation)) == {"AWAY-0001", "AWAY-0002"}
    assert played.verdict().clients_lost == 0, "a server of its list is down"
    played.simulation.start_server("C")
    assert shut_out(played.run(3 * HOUR).simulation) == {}
