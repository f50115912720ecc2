"""A restore while another certificate comes into a server: clients took it while relaxed (rule 16)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateGenerated, CertificateRestored
from emulator.switches import PatchSecureCommunications, PatchSemServer
from tests.terminating.ending import TERMINATED, in_process
from tests.terminating.lives import live
from tests.terminating.procedures import PROCEDURES
from tests.terminating.sweeping import behind_a_swap

LIST_A = PROCEDURES["list-a"]
ASKED = "swapped-while-restoring"


def by_hand():
    """List A where REST writes nothing: operators do it."""
    spec = LIST_A.scenario.spec
    update = {
        "patch_secure_communications": PatchSecureCommunications.IGNORED,
        "patch_sem_server": PatchSemServer.REFUSED,
    }
    spec = spec.model_copy(update={"switches": spec.switches.model_copy(update=update)})
    return replace(LIST_A, scenario=LIST_A.scenario.model_copy(update={"spec": spec}))


@pytest.fixture(scope="module", params=[LIST_A, by_hand()], ids=["over REST", "by hand"])
async def procedure(request):
    """List A, and the number of the first reading of the gate behind its swap."""
    undisturbed = await live(request.param, in_process, (), again=False)
    return request.param, behind_a_swap(undisturbed.passed.passed).number


@pytest.fixture(scope="module")
async def verifying():
    """List A, and the number of a passage in the last gate over clients that verify again."""
    undisturbed = await live(LIST_A, in_process, (), again=False)
    return LIST_A, [each.number for each in undisturbed.passed.passed if each.step.endswith("A10d")][-4]


@pytest.mark.parametrize("event", [CertificateRestored, CertificateGenerated])
@pytest.mark.parametrize("hours", [1, 6], ids=["before the first setting", "while canaries verify"])
async def test_a_restore_asks_for_the_certificate_that_was_there(procedure, event, hours):
    """No client is lost: the question comes before the next write, and ends with the certificate that was there."""
    played, behind = procedure

    async def run(stage, state, watch):
        if state.outline.purpose == "restore":
            server = stage.scenario.spec.servers[0].name
            stage.simulation.schedule(event(server=server), stage.clock.now() + timedelta(hours=hours))
        return await in_process(stage, state, watch)

    result = await live(played, run, (behind,))
    assert result.problems == []
    assert result.asked[ASKED] == 1


@pytest.mark.parametrize("event", [CertificateRestored, CertificateGenerated])
async def test_clients_that_another_certificate_cut_off_before_the_restore_was_planned_are_shown(verifying, event):
    """Clients verified already. Gates of the restore wait until they know that certificate, and name who does not."""
    played, at = verifying

    async def run(stage, state, watch):
        ended = await in_process(stage, state, watch)
        if ended == TERMINATED:
            now = stage.clock.now()
            stage.simulation.schedule(event(server=stage.scenario.spec.servers[0].name), now + timedelta(minutes=5))
            stage.clock.leap_to(now + timedelta(hours=1))
            stage.simulation.advance_to(stage.clock.now())
        return ended

    result = await live(played, run, (at,), again=False)
    assert any("was lost" in each for each in result.problems), "the certificate cut clients off"
    assert result.asked["refusing"] + result.asked["silent-after-swap"] > 0


@pytest.mark.parametrize("server", ["SEPM-1", "SEPM-3"])
async def test_a_restore_knows_what_a_server_presented_before_its_port_was_shut(server):
    """A drill had HTTPS shut when the rotation was terminated, and another certificate came in: a person is asked."""
    played = PROCEDURES["https-drill"]
    undisturbed = await live(played, in_process, (), again=False)
    shut = [each.number for each in undisturbed.passed.passed if each.step == "11-drill"]

    async def run(stage, state, watch):
        ended = await in_process(stage, state, watch)
        if ended == TERMINATED:
            now = stage.clock.now()
            stage.simulation.schedule(CertificateGenerated(server=server), now + timedelta(minutes=5))
            stage.clock.leap_to(now + timedelta(hours=1))
            stage.simulation.advance_to(stage.clock.now())
        return ended

    result = await live(played, run, (shut[len(shut) // 2],), again=False)
    assert result.problems == []
    assert result.asked[ASKED] == 1
