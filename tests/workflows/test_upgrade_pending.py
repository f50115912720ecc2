"""Rule 26: a package that SEPM is about to install may hold an old Sylink.xml, so a person is warned."""

from rotation.running.state import Outcome

PENDING = "upgrade-pending"


def upgraded(here):
    """The clients have their later version."""
    for client in here.stage.simulation.fleet.settled():
        if client.upgrade_to:
            here.stage.simulation.machines.upgrade(client.name, client.upgrade_to)


async def test_a_gate_tells_of_clients_that_are_about_to_be_upgraded(played):
    """They are named while it is pending; an older target, which SEPM may keep from before, is none."""
    spec = played.three()
    first, second, *others = spec.clients
    first = first.model_copy(update={"upgrade_to": "14.4.1.0"})
    second = second.model_copy(update={"upgrade_to": "14.0.1.0"})
    spec = spec.model_copy(update={"clients": (first, second, *others)})
    warned = played.Deed(played.asked(PENDING), upgraded)
    async with played.play(warned, spec=spec) as here:
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    (shown,) = [each for each in warned.saw.attention if each.code == PENDING]
    assert shown.message.startswith(f"{first.count} clients get a later version soon")
    assert f"{first.prefix}-0001" in shown.message
    assert f"{second.prefix}-0001" not in shown.message
    assert [code for code, _ in here.named("attention")].count(PENDING) == 1
    assert all(each.code != PENDING for each in here.state.attention)
    assert here.lost() == []
