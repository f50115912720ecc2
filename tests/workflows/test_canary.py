"""Canaries: a path that does not work shows on a few clients, by name, before anybody else is touched."""

from datetime import timedelta

from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, SiteSpec
from rotation.message import Move
from rotation.state import Outcome

HEARTBEAT = timedelta(minutes=5)
ANNEX = f"{ROOT_GROUP}\\Annex"


def with_annex() -> SiteSpec:
    """The site with one server, and a small group in a building whose firewall lets no plain HTTP through."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    annex = GroupSpec(path=ANNEX, locations=(LocationSpec(heartbeat=HEARTBEAT), *spec.groups[-1].locations[1:]))
    client = ClientSpec(group=ANNEX, count=1, prefix="ANNEX", http_blocked=True)
    return SiteSpec.model_validate({**dict(spec), "groups": (*spec.groups, annex), "clients": (*spec.clients, client)})


async def test_a_canary_that_cannot_get_through_is_named_and_nobody_else_is_touched(stage):
    """Port 8014 is blocked where the canary is: after six heartbeats its name is shown; cancelled, all is put back."""
    here = stage(with_annex())
    await here.register()
    before = here.settings()

    async with here.running() as handle:
        asked = await here.attention(handle, "canary-held")
        meanwhile = here.settings()
        assert (await here.say(handle, Move.CANCEL, why="open the port first")).accepted
        result = await here.end(handle)

    assert "ANNEX-0001" in asked.message
    assert set(asked.options) == {Move.EXTEND, Move.PROCEED, Move.CANCEL}
    assert {pair[0] for pair, value in meanwhile.items() if value != before[pair]} == {ANNEX}
    assert result.outcome is Outcome.CANCELLED
    assert here.settings() == before
    assert [name for name in here.lost() if not name.startswith("ANNEX")] == []


async def test_the_rest_follows_by_two_persons_word_and_the_gate_for_all_still_asks_for_the_canary(stage):
    """Extended it is asked again; proceeding leaves nobody out: A8 waits for the canary, and passes with the port."""
    here = stage(with_annex())
    await here.register()
    client = next(each for each in here.simulation.fleet.clients if each.name == "ANNEX-0001")

    async with here.running() as handle:
        await here.attention(handle, "canary-held")
        assert (await here.say(handle, Move.EXTEND, why="they look at it", by=timedelta(hours=1))).accepted
        await here.until(handle, lambda state: not state.attention)
        await here.attention(handle, "canary-held")
        assert (await here.say(handle, Move.PROCEED, who="ann", why="it is one old machine")).accepted
        await here.attention(handle, "second-person")
        assert (await here.say(handle, Move.APPROVE, who="bob")).accepted
        await here.until(handle, lambda state: state.step.title.startswith("Wait until every client"))
        waiting = await here.until(handle, lambda s: s.wait and s.wait.reading and s.wait.reading.waiting == 1)
        client.http_blocked = False
        client.steady = None
        result = await here.end(handle)

    assert waiting.wait.reading.waiting_names == ("ANNEX-0001",)
    assert result.outcome is Outcome.COMPLETED
    assert not await here.store.roster.left_out(here.rotation_id)
    assert here.simulation.verdict().clients_lost == 0
    told = [event.message for event in await here.story() if event.kind == "message"]
    assert told[-1] == "on without the canaries, by ann and bob"
