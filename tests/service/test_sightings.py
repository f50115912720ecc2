"""The one record of what was seen at client ports."""

from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateDamaged
from emulator.scenarios import three_servers
from emulator.state.damage import DamageForm
from rotation.plan.request import Unproven
from rotation.site import Limits
from rotation.watch.inventory import Port
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage

HOUR = timedelta(hours=1)


@pytest.fixture
async def stage():
    """A site of three servers that was surveyed."""
    spec = three_servers(clients=4, heartbeat=HOUR)
    scenario = Scenario(seed=7, spec=spec, limits=Limits(purge_after=None), unproven=Unproven.APPROVE)
    async with Stage(scenario) as stage:
        await stage.plan()
        yield stage


async def ports(stage):
    """The watched ports by server."""
    known = await stage.store.inventory.ports(stage.site.id)
    assert {port.endpoint.port for port in known} == {Port.CLIENT}
    return {port.endpoint.server: port for port in known}


async def test_what_a_survey_sees_is_recorded(stage):
    """Each server, with what its certificate says of itself."""
    seen = await ports(stage)
    assert set(seen) == {server.name for server in stage.site.servers}
    for name, port in seen.items():
        (sighting,) = port.sightings
        assert sighting.fingerprint == stage.simulation.site.server(name).credential.fingerprint
        assert None not in {sighting.certificate.not_after, sighting.certificate.named}


async def test_a_port_without_a_certificate_is_recorded_too(stage):
    """What was seen there before stays; another certificate is a sighting of its own."""
    first, second, third = stage.site.servers
    now = stage.clock.now() + HOUR
    for server, form in ((first, DamageForm.LOST), (second, DamageForm.ANOTHER)):
        stage.simulation.schedule(CertificateDamaged(server=server.name, form=form), now)
    stage.clock.leap_to(now + HOUR)
    served = await stage.world.served(stage.site, [first, second])
    assert [each.fingerprint is None for each in served] == [True, False]
    seen = await ports(stage)
    assert [len(seen[each.name].sightings) for each in (first, second, third)] == [1, 2, 1]
    assert [bool(seen[each.name].error) for each in (first, second, third)] == [True, False, False]
    assert seen[third.name].looked_at < seen[first.name].looked_at
