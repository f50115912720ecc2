"""A server that has its new certificate dies for good: the rotation goes on without it, and people know."""

from emulator.events.site_events import ServerDies, ServerUpgraded
from rotation.running.state import Outcome

DEAD, NEW = "SEPM-2", "14.3.12154.10000"


def two_replaced(state):
    """Whether two servers have their new certificate, and clients are waited for."""
    return len(state.swapped) == 2 and state.wait


def happens(site_event):
    """Something happens at the site now."""
    return lambda here: here.stage.simulation.schedule(site_event, here.stage.clock.now())


async def test_an_upgrade_elsewhere_is_confirmed_while_a_replaced_server_is_down_for_good(played):
    """The question names the dead server; a retry confirms the version, and the rotation goes on to its end."""
    upgraded = ServerUpgraded(server="SEPM-3", version=NEW, resets_ports=False)
    deeds = (
        played.Deed(two_replaced, happens(ServerDies(server=DEAD))),
        played.Deed(two_replaced, happens(upgraded), after=9 * played.HEARTBEAT),
    )
    async with played.play(*deeds) as here:
        outcome = await here.run()
    assert outcome is Outcome.COMPLETED
    assert DEAD in here.state.swapped
    assert here.lost() == []
    asked = [message for code, message in here.asked if "an upgrade resets ports" in message]
    assert asked
    assert all(f"{DEAD}: answers on no port" in message for message in asked)
