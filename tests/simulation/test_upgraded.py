"""SEPM is upgraded during a rotation: asked about once, and nothing irreversible follows before the answer."""

import pytest

from emulator.events.site_events import ServerAdded, ServerUpgraded
from rotation.running.state import Outcome
from simulation.drawn.scenario import Follows, Since
from simulation.played.run import play
from tests.simulation.holes import HOUR, MINUTE, hole, shortcomings, site

UPGRADE = ServerUpgraded(server="SEPM-1", version="14.3.12154.10000", resets_ports=False)


@pytest.mark.parametrize(
    "follows",
    [
        Follows(since=Since.CLAIM, site_event=UPGRADE),
        Follows(since=Since.BEGIN, after=10 * HOUR, site_event=UPGRADE),
        Follows(since=Since.SWAP, after=MINUTE, site_event=UPGRADE),
    ],
    ids=["claimed", "before clients are relaxed", "behind the replacement"],
)
async def test_an_upgrade_is_asked_about_once(follows: Follows) -> None:
    """Also where every port is as it was; what follows waits for the person's answer, and no client is lost."""
    facts = await play(hole("upgraded", 27, site(), follows).scenario)
    assert facts.state is not None
    assert facts.state.outcome is Outcome.COMPLETED
    assert shortcomings(facts) == []
    (found,) = (each for each in facts.trail if each.data.get("code") == "version-changed" and each.kind == "drift")
    (over,) = (each for each in facts.trail if each.data.get("code") == "version-changed" and each.kind == "drift-over")
    (answer,) = (each for each in facts.trail if each.kind == "message" and "retry" in each.message)
    assert found.at < answer.at <= over.at
    meanwhile = [each.kind for each in facts.trail if found.at < each.at < over.at]
    assert "gate-passed" not in meanwhile
    swaps = [each.at for each in facts.by_the_product("console.replace_certificate")]
    assert not [at for at in swaps if found.at < at < over.at]


async def test_a_server_that_was_added_since_and_is_upgraded_keeps_its_ports() -> None:
    """The people of the simulation put back the ports that they know: of a server that came later they know none."""
    added = Follows(since=Since.BEGIN, after=HOUR, site_event=ServerAdded(server="SEPM-9", https_port=8445))
    upgraded = Follows(
        since=Since.BEGIN,
        after=2 * HOUR,
        site_event=UPGRADE.model_copy(update={"server": "SEPM-9", "resets_ports": True}),
    )
    facts = await play(hole("an added server is upgraded", 27, site(), added, upgraded).scenario)
    assert facts.state is not None
    assert facts.state.outcome is Outcome.COMPLETED
