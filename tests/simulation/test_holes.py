"""Ways in which clients were cut off behind a proof that had held: each stays closed."""

from datetime import timedelta

import pytest

from rotation.running.state import Outcome
from simulation.drawn.scenario import WorkPace
from tests.simulation.administration_holes import with_another_owner
from tests.simulation.holes import DAY, HOUR, MINUTE, hole, of_two_kinds, shortcomings, site
from tests.simulation.known_holes import KNOWN_HOLES
from tests.simulation.world_holes import relaxed_of_two

OPEN = frozenset(
    {
        "clients come back between list and policy, and the dates look new",
        "clocks of clients are 20 days slow (1, of an authority)",
        "clocks of clients are 20 days slow (3, of an authority)",
    }
)
"""Those that are expected to fail until their rule is built."""


@pytest.mark.parametrize(
    "hole",
    [
        pytest.param(each, marks=pytest.mark.xfail(strict=True, reason=f"rule {each.rule}"))
        if each.name in OPEN
        else each
        for each in KNOWN_HOLES
    ],
    ids=lambda each: each.name,
)
async def test_no_client_is_lost(hole):
    """No client is lost by what the product asked for, what others do is reported in time, and there is a way out."""
    assert shortcomings(await hole.played(), residual=hole.residual) == []


async def test_rule_24_is_what_closes_it(monkeypatch):
    """Without the gate that has clients show what servers sign, all of them are cut off by the last replacement."""
    monkeypatch.setattr("rotation.procedure.steps.shown_by_clients", lambda *_, **__: iter(()))
    (hole,) = (each for each in KNOWN_HOLES if each.name == "the dates of stale signatures look new (fail_over)")
    assert len(shortcomings(await hole.played())) == 40


async def test_a_rotation_is_not_completed_while_all_clients_of_a_build_are_silent(monkeypatch):
    """They are off each night, also when the last certificate is replaced: it is reported, and the old one put back.

    No person has looked at a client of that build before (rule 10).
    """
    monkeypatch.setattr("rotation.procedure.steps.look_at_clients", lambda *_: iter(()))
    nights = tuple((9 * HOUR + night * DAY, 24 * HOUR + night * DAY) for night in range(40))
    facts = await hole("off at night", 8, of_two_kinds(3, 10 * DAY, nights)).played()
    assert (facts.outcome, len(facts.lost), {each.healed for each in facts.lost}) == (Outcome.ROLLED_BACK, 5, {True})
    assert "silent-after-swap" in {event.data.get("code") for event in facts.trail if event.kind == "attention"}


@pytest.mark.parametrize("first", [20, 28])
@pytest.mark.parametrize("off", [7, 10, 12])
async def test_a_group_that_is_shut_down_each_night_calls_no_person(first, off):
    """Its clients fall silent within minutes while a task is open: readings beside earlier tasks have met their nights.

    Each task waits for a day or so: the night before the first replacement is met by no gate.
    """
    spec = with_another_owner(site())
    nights = tuple((off * HOUR + night * DAY, (off + 12) * HOUR + night * DAY) for night in range(60))
    clients = tuple(
        each.model_copy(update={"away": nights}) if each.prefix == "OTHER" else each for each in spec.clients
    )
    pace = WorkPace(first=first * HOUR, last=(first + 6) * HOUR)
    facts = await hole("off at night", 22, spec.model_copy(update={"clients": clients}), pace=pace).played()
    assert (facts.outcome, facts.lost) == (Outcome.COMPLETED, ())
    assert "attention" not in {event.kind for event in facts.trail}


async def test_servers_whose_clocks_differ_call_no_person():
    """Each server dates the contacts that it has: clients that come to one whose clock is behind seem silent so long.

    Here that is more than three heartbeats, when a replaced server restarts, and its clients go to the other one.
    """
    spec = relaxed_of_two()
    behind = tuple(
        each.model_copy(update={"clock_offset": offset, "restart_time": 3 * MINUTE})
        for each, offset in zip(spec.servers, (3 * MINUTE, -4 * MINUTE), strict=True)
    )
    often = [
        group.model_copy(
            update={
                "locations": tuple(
                    each.model_copy(update={"heartbeat": MINUTE, "randomization": timedelta()})
                    for each in group.locations
                )
            }
        )
        for group in spec.groups
    ]
    spec = spec.model_copy(update={"servers": behind, "groups": tuple(often)})
    facts = await hole("clocks differ", 22, spec).played()
    assert (facts.outcome, facts.lost) == (Outcome.COMPLETED, ())
    assert [event.message for event in facts.trail if event.kind == "attention"] == []
