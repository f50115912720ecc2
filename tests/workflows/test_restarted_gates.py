"""A gate that begins again while other work is open: no claim of that work makes up for it (rule 12b)."""

from datetime import timedelta

import pytest

from emulator.events.site_events import CertificateGenerated, CertificateRestored
from emulator.scenarios import one_server
from emulator.spec import ClientSpec
from emulator.switches import Downloads, Switches
from rotation.running.message import Move
from rotation.running.state import Outcome
from service.open_swaps import WATCH
from simulation.drawn.scenario import START, Follows, Since, WorkPace
from tests.simulation.holes import HOUR, hole, of_two_kinds

HEARTBEAT = timedelta(minutes=5)
COMPARES = "compare_signed_files"


def site():
    """One server, whose clients take their policy before their list; one of them is off for hours behind the swap."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    off = ((timedelta(minutes=80), timedelta(hours=5)),)
    left = ClientSpec(group=spec.clients[0].group, count=1, prefix="LEFT", away=off)
    switches = Switches(downloads=Downloads.POLICY_FIRST)
    return spec.model_copy(update={"clients": (spec.clients[0], left), "switches": switches})


async def test_a_claim_of_other_work_forgets_no_gate_that_is_proven_again(played):
    """A client takes another certificate and is off: it is waited for, though an operator claims a comparison since."""

    def generate(here):
        here.kept["right"] = here.stage.simulation.site.server("SEPM-1").credential
        here.stage.simulation.console.generate_certificate("SEPM-1")

    def put_back(here):
        here.hands.restore_certificate("SEPM-1", here.kept["right"])

    def tell(here):
        return here.say(Move.SITE_MOVED, WATCH, task_id=here.state.task.id)

    def goes_on(here):
        here.leaving = set()

    def comparing(state):
        return state.task is not None and played.at("signed")(state)

    deeds = played.in_turn(
        played.Deed(comparing, generate),
        played.Deed(comparing, tell, after=timedelta(minutes=1)),
        played.Deed(comparing, put_back, after=3 * HEARTBEAT),
        played.Deed(comparing, tell, after=2 * HEARTBEAT),
        played.Deed(lambda state: comparing(state) and state.restarted, goes_on),
    )
    async with played.play(*deeds, spec=site()) as here:
        here.leaving = {COMPARES}
        outcome = await here.run()
        here.stage.simulation.advance_to(START + timedelta(hours=9))
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


@pytest.mark.parametrize("event", [CertificateRestored(server="SEPM-1"), CertificateGenerated(server="SEPM-1")])
async def test_clients_are_looked_at_though_their_gate_begins_again_meanwhile(event):
    """Only a client whose policy the gate has proven can be looked at: the gate is read while the task is open."""
    follows = Follows(since=Since.SWAP, after=10 * HOUR, site_event=event)
    pace = WorkPace(first=6 * HOUR, last=8 * HOUR)
    facts = await hole("", 10, of_two_kinds(), follows, pace=pace).played()
    assert (facts.outcome, facts.lost) == (Outcome.COMPLETED, ())
    assert "gate-restarted" in {each.kind for each in facts.trail if each.data.get("number") == "look"}
    assert "adopted" not in {each.kind for each in facts.trail}, "a build was left out for want of a look"
    assert facts.duration < timedelta(days=14)
