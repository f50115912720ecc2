"""Sites that replicate, and machines without a memory: what surrounds the vendor's lists."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server, three_servers
from emulator.spec import ClientSpec, SiteSpec
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)


@pytest.mark.parametrize("scenario", [one_server, three_servers])
async def test_replication_is_paused_first_and_resumed_last(played, scenario):
    """The relationship is broken before anything is written and restored after all is put back, also over two waves."""
    spec = scenario(clients=10, heartbeat=HEARTBEAT)
    async with played.play(spec=spec.model_copy(update={"replication_partner": "Other Site"})) as here:
        outcome = await here.run()

    simulation = here.stage.simulation
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
    kinds = [each.kind for each in simulation.effects.report()]
    # the log size that moved a policy (rule 24b) is put back in the closing
    wanted = ("rest.sem_server", "rest.secure_communications")
    changes = [index for index, kind in enumerate(kinds) if kind in wanted or "certificate" in kind]
    assert kinds.index("console.pause_replication") < min(changes)
    assert kinds.index("console.resume_replication") > max(changes)
    assert simulation.site.is_replicated
    assert here.named("attention") == []


async def test_non_persistent_machines_are_not_counted_and_their_images_are_refreshed(played):
    """They never count as covered and never hold a gate; their images are refreshed after relax and at the end."""
    spec = one_server(clients=10, heartbeat=HEARTBEAT)
    desktops = ClientSpec(group="My Company", count=3, prefix="VDI", npvdi=True)
    read = played.Deed(
        lambda s: s.step.title.startswith("Wait until every client") and s.wait and s.wait.reading,
        lambda _: None,
    )
    async with played.play(
        read, spec=SiteSpec.model_validate({**dict(spec), "clients": (*spec.clients, desktops)})
    ) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    reading = read.saw.wait.reading
    assert (reading.total, reading.by_reason["non-persistent"]) == (13, 3)
    passed = [event.message for event in here.trail if event.kind == "gate-passed"]
    assert sum("Wait until every client" in each and "10 of 13 clients are covered" in each for each in passed) == 1
    began = [event.data["number"] for event in here.trail if event.kind == "step-began"]
    assert began.count("images") == 3, "relaxed, before they verify again, at the end"
    last = len(began) - began[::-1].index("A8") - 1
    assert began[last - 3 : last + 1] == ["A5", "A7", "images", "A8"], "after everybody is relaxed"
    assert here.stage.simulation.effects.count("console.refresh_golden_images") == 3
    assert here.lost() == []
