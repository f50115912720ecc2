"""Clients are read while a person is waited for behind a replacement: those that fall silent are shown (rule 22)."""

from datetime import timedelta

from emulator.events.site_events import ApiSilent, ServerCutOff
from emulator.scenarios import one_server, three_servers
from engine.contract import NOT_ANSWERING
from rotation.running.message import Move
from rotation.running.state import Outcome
from tests.workflows.played import work_of
from workflows.silence.texts import AFTER_SWAP

HEARTBEAT = timedelta(minutes=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHOWN_WITHIN = 3 * HEARTBEAT + HOUR + timedelta(minutes=10)
"""Three heartbeats, the longest time until the next reading, and jitter."""


def cuts_off(here):
    """No client reaches the server; the service does."""
    away = ServerCutOff(server="SEPM-1", lasting=DAY, from_product=False, from_clients=True)
    here.stage.simulation.schedule(away, here.stage.clock.now())


def compares(state):
    """A task to compare .SIG files is open behind the replacement."""
    return work_of(state) == "compare_signed_files"


def waits_for(played, *deeds, spec=None):
    """A rotation with a task that no person takes up for two days behind the first of the deeds."""
    first, *_ = deeds = played.in_turn(*deeds)
    here = played.play(*deeds, spec=spec or one_server(clients=8, heartbeat=HEARTBEAT))
    here.absent = lambda _: first.seen_at is not None and here.stage.clock.now() < first.seen_at + 3 * DAY
    return here


async def test_clients_that_fall_silent_while_a_task_is_open_are_shown(played):
    """A person is called within three heartbeats and a reading, and not when the task is done."""
    opened, seen = played.Deed(compares, cuts_off, after=DAY), played.Deed(played.asked(AFTER_SWAP), lambda _: None)
    async with waits_for(played, opened, seen) as here:
        assert await here.run() is Outcome.COMPLETED
    assert compares(seen.saw)
    assert seen.seen_at - opened.seen_at - DAY < SHOWN_WITHIN


async def test_it_is_over_when_they_are_back(played):
    """The attention goes as it came, while the task is still open; it is recorded once."""
    opened, seen = played.Deed(compares, cuts_off, after=DAY), played.Deed(played.asked(AFTER_SWAP), lambda _: None)
    over = played.Deed(lambda state: not played.asked(AFTER_SWAP)(state), lambda _: None)
    async with waits_for(played, opened, seen, over) as here:
        await here.run()
    assert compares(over.saw)
    assert [code for code, _ in here.named("attention")].count(AFTER_SWAP) == 1


async def test_clients_that_fall_silent_while_the_rotation_is_held_are_shown(played):
    """While a person holds a rotation with an open task clients are read too."""
    held = played.Deed(compares, lambda here: here.say(Move.HOLD, "ann", "month's end"))
    cut, seen = played.Deed(compares, cuts_off, after=DAY), played.Deed(played.asked(AFTER_SWAP), lambda _: None)
    resumed = played.Deed(lambda state: state.held_by, lambda here: here.say(Move.RESUME, "ann"), after=2 * DAY)
    async with waits_for(played, held, cut, seen, resumed) as here:
        assert await here.run() is Outcome.COMPLETED
    assert seen.saw.held_by == "ann"
    assert seen.seen_at - cut.seen_at - DAY < SHOWN_WITHIN


async def test_a_reading_that_cannot_be_had_is_tried_an_hour_later(played):
    """It ends after minutes, raises no attention, and is no reason to wait until SEPM answers."""
    held = played.Deed(compares, lambda here: here.say(Move.HOLD, "ann", "month's end"))
    silent = played.Deed(
        compares, lambda here: here.stage.simulation.schedule(ApiSilent(lasting=DAY), here.stage.clock.now())
    )
    late = played.Deed(lambda state: state.held_by, lambda here: here.say(Move.RESUME, "ann"), after=20 * HOUR)
    async with waits_for(played, held, silent, late) as here:
        assert await here.run() is Outcome.COMPLETED
    assert late.saw.clients_read_at > late.seen_at + 18 * HOUR
    assert NOT_ANSWERING not in {each.code for each in late.saw.attention}


async def test_clients_that_fall_silent_while_a_replacement_is_claimed_are_shown(played):
    """The next server is claimed, and its holder leaves: the readings of its proof ask for other clients."""

    def claims(state):
        return work_of(state) == "replace_certificate" and state.swapped and state.task.claimed_by

    def silences(here):
        for server in ("SEPM-1", "SEPM-2", "SEPM-3"):
            away = ServerCutOff(server=server, lasting=DAY, from_product=False, from_clients=True)
            here.stage.simulation.schedule(away, here.stage.clock.now())

    claimed, seen = played.Deed(claims, silences, after=DAY), played.Deed(played.asked(AFTER_SWAP), lambda _: None)
    async with waits_for(played, claimed, seen, spec=three_servers(clients=10, heartbeat=HEARTBEAT)) as here:
        assert await here.run() is Outcome.COMPLETED
    assert claims(seen.saw)
    assert seen.seen_at - claimed.seen_at - DAY < SHOWN_WITHIN
