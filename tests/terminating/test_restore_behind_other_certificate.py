"""A restore while another certificate comes into a server: clients took it while relaxed (rule 16)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateGenerated, CertificateRestored
from emulator.switches import PatchSecureCommunications, PatchSemServer
from tests.terminating.ending import in_process
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
