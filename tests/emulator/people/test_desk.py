"""The desk: what is done at the console, and what is seen there."""

from datetime import UTC, datetime, timedelta

from emulator.people.desk import SiteDesk
from emulator.people.operations import GenerateCertificate
from emulator.scenarios import one_server
from emulator.simulation import Simulation
from simulation.clock import SimulatedClock

START = datetime(2026, 1, 5, 8, tzinfo=UTC)


async def test_what_is_seen_is_the_site_as_it_is_now():
    """A server that restarts with another certificate shows it when that is over, though nothing else moved time on.

    A person who looks before acting would otherwise do again what is done.
    """
    clock = SimulatedClock(START)
    desk = SiteDesk(Simulation(one_server(clients=1, heartbeat=timedelta(hours=1)), START), clock.now)
    before = desk.fingerprint("SEPM-1")
    await desk.operate(GenerateCertificate(server="SEPM-1"))
    assert not desk.is_up("SEPM-1")
    assert desk.fingerprint("SEPM-1") == before
    clock.leap_to(START + timedelta(minutes=1))
    assert desk.fingerprint("SEPM-1") != before
    assert desk.is_up("SEPM-1")
