"""What the watch saw is shown at once, also where the rotation does not look: held, or waiting for an answer."""

from datetime import timedelta

import pytest

from emulator.events.site_events import ApiSilent
from emulator.scenarios import one_server
from rotation.running.attention import DRIFT, ROLL_BACK, SITE_MOVED
from rotation.running.message import Move
from rotation.running.state import Outcome
from service.open_swaps import WATCH

SAW = "SEPM-1 does not answer on its HTTP port 8014"
MINUTE = timedelta(minutes=1)


def tells(saw=SAW, **fields):
    """The watch has the rotation know what it saw."""
    return lambda here: here.say(Move.SITE_MOVED, WATCH, saw, **fields)


def is_held(state):
    """Whether a person holds it."""
    return bool(state.held_by)


def shown(here):
    """When what the watch saw was shown, by the trail."""
    return [each for each in here.trail if each.kind == "attention" and each.data.get("code") == SITE_MOVED]


def small():
    """One server with a few clients."""
    return one_server(clients=8, heartbeat=timedelta(minutes=5))


async def test_what_the_watch_saw_is_shown_at_once_while_the_rotation_is_held(played):
    """The trail has it in the same minute, SEPM is sent nothing, and the look behind the resume takes it back."""
    effects = {}

    def tell(here):
        effects["then"] = here.stage.simulation.effects.report()
        return tells()(here)

    def resume(here):
        effects["still"] = here.stage.simulation.effects.report()
        return here.say(Move.RESUME, "eve")

    _, sent, seen, resumed, after = deeds = played.in_turn(
        played.Deed(played.at("A8"), lambda here: here.say(Move.HOLD, "ann", "month's end")),
        played.Deed(is_held, tell, after=MINUTE),
        played.Deed(played.asked(SITE_MOVED), lambda _: None),
        played.Deed(is_held, resume, after=timedelta(days=5)),
        played.Deed(lambda state: not is_held(state) and not played.asked(SITE_MOVED)(state), lambda _: None),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = is_held
        assert await here.run() is Outcome.COMPLETED
    assert sent.answer.accepted
    attention = played.attention(seen.saw, SITE_MOVED)
    assert SAW in attention.message
    assert attention.options == ()
    assert effects["then"] == effects["still"]
    (event,) = shown(here)
    assert event.at - sent.seen_at <= 2 * MINUTE
    assert after.seen_at - resumed.seen_at <= timedelta(days=5, minutes=10)
    assert not here.state.attention


async def test_it_is_shown_once_for_what_moved_and_again_for_what_moved_then(played):
    """The same words are recorded once; other words take their place."""
    deeds = played.in_turn(
        played.Deed(played.at("A8"), lambda here: here.say(Move.HOLD, "ann", "month's end")),
        *(played.Deed(is_held, tells(saw), after=MINUTE) for saw in (SAW, SAW, "", SAW)),
        played.Deed(is_held, lambda here: here.say(Move.RESUME, "eve"), after=MINUTE),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = is_held
        assert await here.run() is Outcome.COMPLETED
    assert [SAW in each.message for each in shown(here)] == [True, False, True]
    assert all(deed.answer.accepted for deed in deeds)


async def test_it_is_shown_while_a_wish_to_roll_back_waits_for_its_second_person(played):
    """The rotation looks at nothing until it is answered, which may take days."""
    wish, sent, seen, _ = deeds = played.in_turn(
        played.Deed(lambda state: state.swapped, lambda here: here.say(Move.ROLL_BACK, "ann", "clients complain")),
        played.Deed(played.asked(ROLL_BACK), tells(), after=MINUTE),
        played.Deed(played.asked(SITE_MOVED), lambda _: None),
        played.Deed(played.asked(ROLL_BACK), lambda here: here.say(Move.FINISH, "bob"), after=timedelta(days=1)),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = played.asked(ROLL_BACK)
        assert await here.run() is Outcome.COMPLETED
    assert wish.answer.accepted
    assert sent.answer.accepted
    assert played.asked(ROLL_BACK)(seen.saw)
    assert len(shown(here)) == 1
    assert not here.state.attention


@pytest.mark.parametrize("number", ["A8", "A9"])
async def test_where_the_rotation_looks_at_once_nothing_is_shown(played, number):
    """The look names what it finds: of what is over by then nothing is shown."""
    deeds = (played.Deed(played.at(number), tells()),)
    async with played.play(*deeds, spec=small()) as here:
        assert await here.run() is Outcome.COMPLETED
    assert deeds[0].answer.accepted
    assert shown(here) == []


async def test_a_message_about_the_proof_of_a_task_is_taken_while_the_rotation_is_held(played):
    """The proof is read when it goes on; of client ports it says nothing, so nothing is shown."""

    def open_now(state):
        return played.at("A9")(state) and state.task.claimed_by

    def tell(here):
        return here.say(Move.SITE_MOVED, WATCH, "", task_id=here.state.task.id)

    *_, sent, resumed, _ = deeds = played.in_turn(
        played.Deed(played.at("A9"), lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(open_now, lambda here: here.say(Move.HOLD, "ann", "wait")),
        played.Deed(is_held, tell, after=MINUTE),
        played.Deed(is_held, lambda here: here.say(Move.RESUME, "eve"), after=MINUTE),
        played.Deed(lambda state: not is_held(state), lambda here: here.hands.do(here.state.step.work)),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = lambda state: played.at("A9")(state) and not resumed.done
        assert await here.run() is Outcome.COMPLETED
    assert sent.answer.accepted
    assert resumed.saw.task.read_again
    assert shown(here) == []


async def test_a_rotation_that_asks_about_the_site_looks_again_at_once(played):
    """Its own looks are hours apart by then; nothing else is shown, since it looks."""
    *_, sent, looked = deeds = played.in_turn(
        played.Deed(
            played.at("A8"), lambda here: here.stage.simulation.console.generate_certificate("SEPM-1") and None
        ),
        played.Deed(played.asked(DRIFT), tells(), after=timedelta(days=2)),
        played.Deed(lambda state: state.site_moved is None and state.look_at, lambda here: here.say(Move.CANCEL)),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.absent = played.asked(DRIFT)
        await here.run()
    assert sent.answer.accepted
    assert looked.seen_at - sent.seen_at <= timedelta(days=2, minutes=1)
    assert shown(here) == []


async def test_it_is_shown_while_sepm_is_silent(played):
    """REST gives no answer for days, and no look can follow: a person reads it in the same minute."""

    def falls_silent(here):
        site_event = ApiSilent(lasting=timedelta(days=5))
        here.stage.simulation.schedule(site_event, here.stage.clock.now())

    _, sent, seen, after = deeds = played.in_turn(
        played.Deed(played.at("A8"), falls_silent, after=MINUTE),
        played.Deed(played.asked("not-answering"), tells(), after=MINUTE),
        played.Deed(played.asked(SITE_MOVED), lambda _: None),
        played.Deed(lambda state: not played.asked(SITE_MOVED)(state), lambda _: None),
    )
    async with played.play(*deeds, spec=small()) as here:
        assert await here.run() is Outcome.COMPLETED
    assert SAW in played.attention(seen.saw, SITE_MOVED).message
    (event,) = shown(here)
    assert event.at - sent.seen_at <= 2 * MINUTE
    assert after.seen_at - sent.seen_at > timedelta(days=4)


async def test_what_the_watch_saw_just_before_sepm_is_silent_is_shown_at_once(played):
    """The look that follows gets no answer for hours: the person reads it meanwhile."""

    def tell(here):
        here.stage.simulation.schedule(ApiSilent(lasting=timedelta(hours=6)), here.stage.clock.now())
        return tells()(here)

    (sent,) = deeds = (played.Deed(played.at("A8"), tell),)
    async with played.play(*deeds, spec=small()) as here:
        assert await here.run() is Outcome.COMPLETED
    (event,) = shown(here)
    assert event.at - sent.seen_at <= 5 * MINUTE
