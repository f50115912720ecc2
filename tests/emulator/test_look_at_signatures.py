"""The look at a server's .SIG files that a task to replace its certificate may ask for."""

from datetime import UTC, datetime, timedelta

import pytest

from emulator.people.desk import SiteDesk
from emulator.people.operations import GenerateCertificate, Republish
from emulator.people.operator_actions import perform
from emulator.people.tasks import CertificateSubject, CertificateTask
from emulator.scenarios import one_server
from emulator.simulation import Simulation
from emulator.switches import Switches
from simulation.clock import SimulatedClock

START, MINUTE = datetime(2026, 1, 5, 8, tzinfo=UTC), timedelta(minutes=1)
NAME = "SEPM-1"
ASKED = ("Replace it", "Look for .SIG files that are older than the keystore")


async def replaced(instructions, **switches):
    """A site whose only server has been given its former certificate by a task with those instructions."""
    clock = SimulatedClock(START)
    spec = one_server(clients=1, heartbeat=timedelta(hours=1))
    simulation = Simulation(spec.model_copy(update={"switches": Switches(**switches)}), START)
    desk = SiteDesk(simulation, clock.now)
    former = desk.fingerprint(NAME)
    await desk.operate(GenerateCertificate(server=NAME))
    clock.leap_to(START + MINUTE)
    # what it signs from now on is signed with the key that it is about to lose
    await desk.operate(Republish(server=NAME))
    subject = CertificateSubject(server=NAME, fingerprint_sha256=former, has_file=False, puts_back=True)
    task = CertificateTask(
        id="t1",
        site_name="site",
        state="claimed",
        kind="replace_certificate",
        subject=subject,
        instructions=instructions,
    )
    assert desk.is_up(NAME)
    await perform(desk, task, None)
    clock.leap_to(START + 2 * MINUTE)
    assert desk.is_up(NAME)
    return simulation


def published(simulation):
    """How often the server has published all its files again since its certificate was replaced."""
    return simulation.effects.count("console.republish", NAME) - 1


@pytest.mark.parametrize("stale", [True, False])
async def test_old_files_are_published_again_as_soon_as_the_services_run(stale):
    """Right after a restart the files of a sound server are older than its keystore too."""
    simulation = await replaced(ASKED, stale_sig_files=stale)
    assert published(simulation) == 1
    assert not simulation.console.signed_files(NAME).are_stale


async def test_a_person_looks_only_where_the_task_says_so():
    """The person does what a task asks for, and no more."""
    simulation = await replaced(ASKED[:1], stale_sig_files=True)
    assert published(simulation) == 0
    assert simulation.console.signed_files(NAME).are_stale


async def test_files_whose_dates_look_new_are_left_as_they_are():
    """A person sees dates, and not keys."""
    assert published(await replaced(ASKED, stale_sig_files=True, stale_sig_dates=False)) == 0
