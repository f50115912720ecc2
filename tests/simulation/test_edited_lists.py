"""A list that is edited behind the first replacement: asked about once, waited for, and not asked about again."""

from emulator.events.site_events import ListEdited
from emulator.spec import ROOT_GROUP
from rotation.running.state import Outcome
from simulation.drawn.scenario import Follows, Since
from simulation.played.run import play
from tests.simulation.holes import MINUTE, hole, shortcomings, site


async def test_an_edited_list_is_asked_about_once() -> None:
    """Put right and confirmed, it holds up the next certificate until clients have it, and no recheck."""
    edited = ListEdited(group=ROOT_GROUP, original=True, https_ports={"SEPM-1": 8443})
    case = hole("edited", 18, site(3, 12), Follows(since=Since.SWAP, after=MINUTE, site_event=edited))
    facts = await play(case.scenario)
    assert facts.state is not None
    assert facts.state.outcome is Outcome.COMPLETED
    assert shortcomings(facts) == []
    codes = [event.data.get("code") for event in facts.trail if event.kind == "drift"]
    assert (codes.count("list-edited"), codes.count("list-taken-up")) == (1, 1)
    assert [event.message for event in facts.trail if event.kind == "amended"] == []
    assert [each.message for each in facts.trail if each.kind == "message" and "retry" in each.message] != []
