"""Every other server dies behind a replacement: clients that know only theirs are named in time (rules 8, 15, 20)."""

from dataclasses import replace

import pytest

from emulator.events.site_events import ServerDies
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.scenario import Follows, ScriptedMove, Since
from tests.simulation.holes import HOUR, MINUTE, hole, site


def dying(servers, after):
    """A site of which every server but the first dies that long behind the first replacement."""
    others = (f"SEPM-{number}" for number in range(2, servers + 1))
    follows = (Follows(since=Since.SWAP, after=after, site_event=ServerDies(server=name)) for name in others)
    return hole("every other server dies behind a replacement", 20, site(servers, 9), *follows)


def attention(facts, code):
    """The first attention of that code."""
    return next(event for event in facts.trail if event.kind == "attention" and event.data.get("code") == code)


@pytest.mark.parametrize("servers", [2, 3])
async def test_clients_of_dead_servers_are_named_within_three_heartbeats(servers):
    """Their servers have died before they came to the replaced one, and a drift says so; the way back lets them in."""
    facts = await dying(servers, MINUTE).played()
    swap = next(each.at for each in facts.by_the_product("console.replace_certificate"))
    dead = [event for event in facts.trail if event.data.get("code") == "server-silent"]
    assert {event.data["subject"] for event in dead} == {f"SEPM-{number}" for number in range(2, servers + 1)}
    assert all("may have no other server to take it from" in event.message for event in dead)
    shown = attention(facts, "silent-after-swap")
    assert "5 clients have not come back" in shown.message
    assert shown.at < swap + 3 * HOUR + 15 * MINUTE
    assert facts.outcome is Outcome.ROLLED_BACK
    assert facts.lost == ()


async def test_the_approval_of_a_way_back_says_who_it_cuts_off():
    """Clients that know only the new certificate have no way once the old one is in and no other server is up."""
    facts = await dying(3, 30 * HOUR).played()
    asked = attention(facts, "roll-back").message
    for dead in ("SEPM-2", "SEPM-3"):
        assert f"{dead}: it answers on no port, nor does any other server but the one whose old" in asked
    assert "9 clients that verify have shown by now that they know a new certificate, and are cut off" in asked
    assert facts.outcome is Outcome.ROLLED_BACK  # the people of the simulation approve it all the same
    assert len(facts.shut_out) == 9


async def test_a_server_that_the_plan_leaves_alone_dies_on_the_way_back():
    """Nothing goes back while the server whose turn it is is the only one that answers, before two persons say so."""
    dies = Follows(since=Since.SWAP, after=6 * HOUR, site_event=ServerDies(server="SEPM-2"))
    found = hole("the only other server dies on the way back", 20, site(2, 9), dies)
    back = ScriptedMove(since=Since.SWAP, after=2 * HOUR, move=Move.ROLL_BACK)
    facts = await replace(found.acting(back), only=frozenset({"SEPM-1"})).played()
    named = next(event for event in facts.trail if event.data.get("code") == "server-silent")
    assert "a client that has taken the new certificate is cut off when the old one goes back" in named.message
    proceeded, approved = (
        next(event.at for event in facts.trail if event.at > named.at and words in event.message)
        for words in ("proceed by ann", "approve by eve")
    )
    (put_back,) = (each.at for each in facts.journal if each.kind == "console.restore_certificate")
    assert attention(facts, "silent-on-the-way-back").at < proceeded < approved < put_back
    adopted = [event.message for event in facts.trail if event.kind == "adopted"]
    assert adopted == ["SEPM-2 is down; ann and eve go on with the others: decided"]
