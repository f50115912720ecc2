"""A replacement is not granted while no client of the site reports though some are on at all times (rule 19)."""

from datetime import timedelta

from emulator.events.site_events import ServerCutOff
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP
from rotation.running.message import Move
from rotation.running.state import Outcome
from tests.workflows.claims.test_refused_claim import PC, bob, held, open_swap, refusals

HEARTBEAT = timedelta(minutes=30)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ASKED, SECOND = "claim-refused", "second-person"


def silences(lasting=DAY):
    """No client reaches the server for that long; the service does."""

    def do(here):
        away = ServerCutOff(server="SEPM-1", lasting=lasting, from_product=False, from_clients=True)
        here.stage.simulation.schedule(away, here.stage.clock.now())

    return do


def waits(played, *deeds, clients=8):
    """A rotation whose replacement no person takes up before the deeds are done."""
    deeds = played.in_turn(*deeds)
    here = played.play(*deeds, spec=one_server(clients=clients, heartbeat=HEARTBEAT))
    here.absent = lambda state: open_swap(state) and not deeds[-1].done
    return here


def codes(reply):
    """The findings of a refusal."""
    return [finding.code for finding in reply.findings]


async def test_a_claim_is_refused_and_asked_about_at_once(played):
    """Two persons go on, since the computers are switched off: the next claim is granted."""
    asked = played.Deed(played.asked(ASKED), lambda here: here.say(Move.PROCEED, "ann", "the factory is closed"))
    second = played.Deed(played.asked(SECOND), lambda here: here.say(Move.APPROVE, "eve"))
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=2 * HOUR)
    granted = played.Deed(lambda state: open_swap(state) and state.task.silence_accepted, bob(Move.CLAIM_TASK))
    end = played.Deed(held, bob(Move.TASK_REFUSED))
    cut = played.Deed(open_swap, silences(), after=DAY + 2 * HOUR)
    async with waits(played, cut, claims, asked, second, granted, end) as here:
        outcome = await here.run()
    assert codes(refusals(here)[0]) == ["all-silent"]
    assert asked.seen_at - claims.seen_at - 2 * HOUR < timedelta(minutes=1)
    message = played.attention(asked.saw, ASKED).message
    assert "8 clients are on at all times" in message
    assert "switched off, if a second person approves" in message
    wish = played.attention(second.saw, SECOND).message
    assert wish == "ann wants to replace the certificate though no client reports: the factory is closed"
    assert end.done
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])


async def test_a_claim_is_granted_when_clients_report_again(played):
    """No person has to answer: the question goes as it came."""
    cut = played.Deed(open_swap, silences(4 * HOUR), after=DAY + 2 * HOUR)
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=2 * HOUR)
    asked = played.Deed(played.asked(ASKED), lambda _: None)
    over = played.Deed(lambda state: not played.asked(ASKED)(state), bob(Move.CLAIM_TASK))
    given_back = played.Deed(held, bob(Move.TASK_REFUSED))
    async with waits(played, cut, claims, asked, over, given_back) as here:
        assert await here.run() is Outcome.COMPLETED
    assert len(refusals(here)) == 1
    assert open_swap(over.saw)
    assert here.lost() == []


async def test_the_proof_of_a_claim_lapses(played):
    """Its holder is asked to begin nothing, as soon as a reading shows a silence that is longer than any before."""
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=DAY + 2 * HOUR)
    cut = played.Deed(held, silences())
    lapsed = played.Deed(lambda state: held(state) and state.task.lapsed_at is not None, lambda _: None)
    given_back = played.Deed(held, bob(Move.TASK_REFUSED), after=HOUR)
    async with waits(played, claims, cut, lapsed, given_back) as here:
        assert await here.run() is Outcome.COMPLETED
    assert lapsed.seen_at - cut.seen_at < 3 * HEARTBEAT + HOUR
    assert "no client of the site has reported" in played.attention(lapsed.saw, "proof-lapsed").message


async def test_what_two_persons_decided_ends_when_a_client_reports(played):
    """A longer silence behind that has the proof lapse again."""
    cut = played.Deed(open_swap, silences(4 * HOUR), after=DAY + 2 * HOUR)
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=2 * HOUR)
    asked = played.Deed(played.asked(ASKED), lambda here: here.say(Move.PROCEED, "ann", "closed"))
    second = played.Deed(played.asked(SECOND), lambda here: here.say(Move.APPROVE, "eve"))
    back = played.Deed(lambda state: open_swap(state) and state.task.silence_accepted, bob(Move.CLAIM_TASK), after=DAY)
    again = played.Deed(held, silences(), after=HOUR)
    lapsed = played.Deed(lambda state: held(state) and state.task.lapsed_at is not None, lambda _: None)
    given_back = played.Deed(held, bob(Move.TASK_REFUSED))
    async with waits(played, cut, claims, asked, second, back, again, lapsed, given_back) as here:
        assert await here.run() is Outcome.COMPLETED
    assert "no client of the site has reported" in played.attention(lapsed.saw, "proof-lapsed").message


async def test_the_question_is_void_when_clients_lack_their_proof_instead(played):
    """An answer to it would leave those clients out, which no person has been asked."""

    def edits(here):
        here.stage.simulation.console.edit_policy(ROOT_GROUP)

    def edits_again(here):
        here.stage.simulation.machines.reimage(PC, image_age=timedelta(0))
        edits(here)

    cut = played.Deed(open_swap, silences(2 * HOUR + 10 * MINUTE), after=DAY + 2 * HOUR)
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=2 * HOUR)
    edited = played.Deed(played.asked(ASKED), edits, after=9 * MINUTE)
    again = played.Deed(open_swap, edits_again, after=18 * MINUTE)
    void = played.Deed(lambda state: open_swap(state) and state.task.refused.gates, lambda _: None)
    asked = played.Deed(played.asked(ASKED), lambda _: None)
    async with waits(played, cut, claims, edited, again, void, asked) as here:
        assert await here.run() is Outcome.COMPLETED
    assert not played.asked(ASKED)(void.saw)
    assert f"of {ROOT_GROUP} are not covered: {PC}" in played.attention(asked.saw, ASKED).message


async def test_a_wish_that_clients_made_void_is_no_part_of_the_next_one(played):
    """The second person is asked once more, and the claim behind that is granted."""
    cut = played.Deed(open_swap, silences(3 * HOUR), after=DAY + 2 * HOUR)
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=2 * HOUR)
    asked = played.Deed(played.asked(ASKED), lambda here: here.say(Move.PROCEED, "ann", "closed"))
    over = played.Deed(lambda state: not played.asked(ASKED)(state) and not played.asked(SECOND)(state), lambda _: None)
    cut_again = played.Deed(lambda state: open_swap(state) and not state.task.refused.seconded, silences())
    claims_again = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=5 * HOUR)
    asked_again = played.Deed(played.asked(ASKED), lambda here: here.say(Move.PROCEED, "ann", "closed again"))
    second = played.Deed(played.asked(SECOND), lambda here: here.say(Move.APPROVE, "eve"))
    granted = played.Deed(lambda state: open_swap(state) and state.task.silence_accepted, bob(Move.CLAIM_TASK))
    end = played.Deed(held, bob(Move.TASK_REFUSED))
    deeds = (cut, claims, asked, over, cut_again, claims_again, asked_again, second, granted, end)
    async with waits(played, *deeds) as here:
        assert await here.run() is Outcome.COMPLETED
    assert played.attention(second.saw, SECOND).message.endswith("closed again")


async def test_two_clients_that_are_silent_stop_nothing(played):
    """They may be switched off."""
    cut = played.Deed(open_swap, silences(), after=DAY + 2 * HOUR)
    claims = played.Deed(open_swap, bob(Move.CLAIM_TASK), after=2 * HOUR)
    given_back = played.Deed(held, bob(Move.TASK_REFUSED))
    async with waits(played, cut, claims, given_back, clients=2) as here:
        assert await here.run() is Outcome.COMPLETED
    assert refusals(here) == []
