"""Behind lists that were wrong for a while, clients whose build takes lists late are waited for once more (rule 10)."""

from datetime import timedelta

from emulator.events.site_events import ListEdited
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, Protocol
from rotation.running.message import Move
from rotation.running.state import Outcome
from tests.workflows.claims.test_refused_claim import bob, held, open_swap, refusals

HEARTBEAT, HOUR = timedelta(minutes=30), timedelta(hours=1)
WRONG = ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTPS)
RIGHT = ListEdited(group=ROOT_GROUP, protocol=Protocol.HTTP)
LATE = "lists-late"


def does(*events, retries=False):
    """What an administrator does at the console, and says."""

    def do(here):
        for event in events:
            here.stage.simulation.schedule(event, here.stage.clock.now())
        return here.say(Move.RETRY, "ann") if retries else None

    return do


def codes(reply):
    """The findings of a refusal."""
    return [finding.code for finding in reply.findings]


async def test_a_claim_waits_as_long_as_a_list_was_wrong(played):
    """No look has shown a lag: a client may have taken the wrong list as late as that, and takes the right one so."""
    wrong = played.Deed(open_swap, does(WRONG), after=HOUR)
    refused = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=20 * HOUR)
    right = played.Deed(played.asked("drift"), does(RIGHT, retries=True))
    early = played.Deed(lambda state: not played.asked("drift")(state), bob(Move.CLAIM_TASK), after=4 * HOUR)
    late = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=20 * HOUR)
    done = played.Deed(held, bob(Move.TASK_REFUSED))
    deeds = played.in_turn(wrong, refused, right, early, late, done)
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not done.done
        assert await here.run() is Outcome.COMPLETED
    assert [codes(each) for each in refusals(here)[:2]] == [["list-edited"], [LATE]]
    assert "have until 2025-12-31 06:" in refusals(here)[1].findings[0].message
    assert late.done
    assert here.lost() == []


async def test_no_person_is_asked_while_that_is_waited_for(played):
    """It ends by itself: the question about a refused claim comes when its proof stays missing behind it."""
    wrong = played.Deed(open_swap, does(WRONG), after=HOUR)
    refused = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=20 * HOUR)
    right = played.Deed(played.asked("drift"), does(RIGHT, retries=True))
    early = played.Deed(lambda state: not played.asked("drift")(state), bob(Move.CLAIM_TASK), after=HOUR)
    waited = played.Deed(open_swap, lambda _: None, after=15 * HOUR)
    deeds = played.in_turn(wrong, refused, right, early, waited)
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: open_swap(state) and not waited.done
        assert await here.run() is Outcome.COMPLETED
    assert not played.asked("claim-refused")(waited.saw)
