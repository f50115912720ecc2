"""Another certificate comes while clients are made to verify: they are relaxed again before it goes (rule 12b)."""

from datetime import timedelta
from itertools import groupby

import pytest

from emulator.events.site_events import CertificateGenerated, CertificateRestored, ListEdited
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, Protocol
from emulator.switches import PatchSecureCommunications, Switches
from rotation.plan.step import Gate, GatePurpose
from rotation.running.attention import DRIFT
from rotation.running.message import Move
from rotation.running.state import Outcome
from service.open_swaps import WATCH
from simulation.played.run import in_many_histories, play
from tests.simulation.holes import shortcomings
from tests.simulation.known_holes import KNOWN_HOLES

MINUTE, HEARTBEAT = timedelta(minutes=1), timedelta(minutes=30)
STAYS, AFTER = "it stays in until secure communications are off again", "put the right one in after"


def verifying(state):
    """Whether the gate is open that proves that clients verify."""
    return isinstance(state.step, Gate) and state.step.purpose is GatePurpose.VERIFYING


def another_comes(here):
    """An administrator makes a new certificate at the console, and the watch sees it."""
    here.stage.simulation.schedule(CertificateGenerated(server="SEPM-1"), here.stage.clock.now())
    return here.say(Move.SITE_MOVED, WATCH, "SEPM-1 presents another certificate")


def right_one_goes_back(here):
    """An operator puts the right certificate back in, and says so."""
    here.stage.simulation.schedule(CertificateRestored(server="SEPM-1"), here.stage.clock.now())
    return here.say(Move.RETRY, "ann")


def asks(text):
    """Whether the question about what differs has that text."""
    return lambda state: any(each.code == DRIFT and text in each.message for each in state.attention)


def small(**switches):
    """One server with a few clients."""
    return one_server(clients=8, heartbeat=HEARTBEAT).model_copy(update={"switches": Switches(**switches)})


async def test_the_question_says_until_when_the_other_certificate_stays(played):
    """Clients are relaxed within a minute, the date lies three heartbeats behind that, and settings go back twice."""
    came, asked, right = deeds = played.in_turn(
        played.Deed(verifying, another_comes, after=10 * MINUTE),
        played.Deed(asks(AFTER), lambda _: None),
        played.Deed(played.asked(DRIFT), right_one_goes_back, after=4 * HEARTBEAT),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = lambda state: verifying(state) or state.relaxed_again or played.asked("refusing")(state)
        assert await here.run() is Outcome.COMPLETED
    until = asked.saw.relaxed_again.until
    assert timedelta() <= until - came.seen_at - 3 * HEARTBEAT <= HEARTBEAT
    assert f"{until:%Y-%m-%d %H:%M} UTC, and not before" in played.attention(asked.saw, DRIFT).message
    assert AFTER not in played.attention(right.saw, DRIFT).message
    assert [code for code, _ in here.named("gate-restarted")].count("relaxed-again") == 1
    journal = here.stage.simulation.effects.views()
    written = (each.subject[-1] for each in journal if each.kind == "rest.secure_communications")
    assert [value for value, _ in groupby(written)] == ["false", "true", "false", "true"]
    assert here.lost() == []
    assert here.state.relaxed_again is None


async def test_by_hand_no_date_is_named_before_secure_communications_are_off(played):
    """What REST does not change is asked for: the certificate stays in until a person has done it."""
    _, first, done, dated, _ = deeds = played.in_turn(
        played.Deed(verifying, another_comes, after=2 * MINUTE),
        played.Deed(asks(STAYS), lambda _: None),
        played.Deed(played.asked(DRIFT), by_hand, after=MINUTE),
        played.Deed(asks(AFTER), lambda _: None),
        played.Deed(played.asked(DRIFT), right_one_goes_back, after=4 * HEARTBEAT),
    )
    async with played.play(*deeds, spec=small(patch_secure_communications=PatchSecureCommunications.IGNORED)) as here:
        here.absent = lambda state: verifying(state) or state.relaxed_again or played.asked("refusing")(state)
        assert await here.run() is Outcome.COMPLETED
    assert first.saw.relaxed_again.until is None
    assert dated.saw.relaxed_again.until - done.seen_at >= 3 * HEARTBEAT


async def test_the_date_counts_from_when_the_list_is_right_too(played):
    """A list over HTTPS stops clients as secure communications do: the right certificate waits until it is HTTP."""
    deeds = played.in_turn(
        played.Deed(verifying, another_comes, after=10 * MINUTE),
        played.Deed(asks(AFTER), speaks(Protocol.HTTPS), after=HEARTBEAT),
        played.Deed(asks(STAYS), speaks(Protocol.HTTP), after=HEARTBEAT),
        played.Deed(asks(AFTER), right_one_goes_back, after=4 * HEARTBEAT),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = lambda state: verifying(state) or state.relaxed_again or played.asked("refusing")(state)
        assert await here.run() is Outcome.COMPLETED
    _, edits, corrects, dated = deeds
    assert dated.saw.relaxed_again.until - (corrects.seen_at + HEARTBEAT) >= 3 * HEARTBEAT
    assert dated.saw.relaxed_again.until > edits.saw.relaxed_again.until + HEARTBEAT
    assert here.stage.simulation.verdict().lost == ()


def speaks(protocol):
    """An administrator edits the server list of every group to that protocol, and says so."""

    def edits(here):
        edited = ListEdited(group=ROOT_GROUP, protocol=protocol)
        here.stage.simulation.schedule(edited, here.stage.clock.now())
        return here.say(Move.RETRY, "ann")

    return edits


def by_hand(here):
    """An operator turns secure communications off in the group."""
    for group, location, _ in here.stage.simulation.site.pairs():
        if not group.inherits:
            here.stage.simulation.console.set_secure_communications(group.path, location.name, enabled=False)
    return here.say(Move.RETRY, "ann")


@pytest.mark.parametrize("name", ["it is put right hours later", "two servers", "on the way back"])
async def test_a_new_history_knows_until_when_it_stays(name):
    """The date counts from the repair, also where a new history begins right behind it."""
    full = f"certificate_generated: clients are made to verify, and {name}"
    (hole,) = (each for each in KNOWN_HOLES if each.name == full)
    facts = await play(hole.scenario, run=in_many_histories)
    assert shortcomings(facts) == []
    assert "relaxed-again" in {event.data.get("code") for event in facts.trail}
