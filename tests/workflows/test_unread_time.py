"""Time in which a gate was not read does not count: its limit moves by it, whatever kept the gate from being read."""

from datetime import timedelta

import pytest

from emulator.events.site_events import ApiSilent
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, SiteSpec
from rotation.running.message import Move
from rotation.site import Limits

HEARTBEAT = timedelta(minutes=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TIMEOUT, UNREAD = 6 * HOUR, 2 * DAY
LIMITS = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=HOUR,
    holdout_maximum=TIMEOUT,
)


def with_laptop() -> SiteSpec:
    """A site of one server, and a laptop that is away for long."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    laptop = ClientSpec(group=ROOT_GROUP, count=1, prefix="LAPTOP", away=((timedelta(0), 30 * DAY),))
    return SiteSpec.model_validate({**dict(spec), "clients": (*spec.clients, laptop)})


def happens(site_event):
    """At once, at the site."""
    return lambda here: here.stage.simulation.schedule(site_event, here.stage.clock.now())


def in_the_gate(state):
    """In the gate that waits for everybody, past the one over canaries."""
    return state.wait and state.step.number == "A8" and not state.step.over_canaries


async def moved_by(played, *deeds):
    """By how much the limit had moved when the gate asked what to do about the laptop."""
    asked = played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.CANCEL, "ann"))
    async with played.play(*deeds, asked, spec=with_laptop(), limits=LIMITS) as here:
        here.absent = lambda state: not asked.done and (state.wait or played.asks(state))
        await here.run()
    wait = asked.saw.wait
    assert wait.limit <= asked.seen_at < wait.limit + DAY
    return wait.limit - wait.opened_at - TIMEOUT


async def test_who_is_not_kept_from_reading_asks_at_the_limit(played):
    """A gate that is read at its times asks after its patience."""
    assert await moved_by(played) == timedelta(0)


@pytest.mark.parametrize("minutes", [1, 40, 65, 125, 200, 300])
async def test_an_outage_of_sepm_moves_the_limit(played, minutes):
    """Whether the reading waits for SEPM, or the look at the site before or after it."""
    silent = happens(ApiSilent(lasting=UNREAD))
    began = played.Deed(in_the_gate, silent, after=timedelta(minutes=minutes))
    assert UNREAD - 3 * HOUR <= await moved_by(played, began) <= UNREAD + HOUR


async def test_a_hold_moves_the_limit(played):
    """Nothing follows from what is read meanwhile, and no person is asked; it counts from the last reading on."""
    hold, resume = played.in_turn(
        played.Deed(in_the_gate, lambda here: here.say(Move.HOLD, "ann", "month's end"), after=HOUR),
        played.Deed(lambda state: state.held_by, lambda here: here.say(Move.RESUME, "ann"), after=UNREAD),
    )
    assert UNREAD - 3 * HOUR <= await moved_by(played, hold, resume) <= UNREAD + HEARTBEAT
