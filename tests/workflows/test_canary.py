"""Canaries: a path that does not work shows on a few clients, by name, before any other is touched."""

from datetime import timedelta

import pytest

from emulator.events.site_events import SylinkHandedOut
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, ServerSpec, SiteSpec
from emulator.switches import Downloads, RejectedDownload, SerialReported, Switches
from rotation.plan.request import Unproven
from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
ANNEX = f"{ROOT_GROUP}\\Annex"


def with_annex() -> SiteSpec:
    """The site with one server, and a small group in a building whose firewall lets no plain HTTP through."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    annex = GroupSpec(path=ANNEX, locations=(LocationSpec(heartbeat=HEARTBEAT), *spec.groups[-1].locations[1:]))
    client = ClientSpec(group=ANNEX, count=1, prefix="ANNEX", http_blocked=True)
    return SiteSpec.model_validate({**dict(spec), "groups": (*spec.groups, annex), "clients": (*spec.clients, client)})


async def test_a_canary_that_cannot_get_through_is_named_and_no_other_is_touched(played):
    """Port 8014 is blocked where the canary is: after six heartbeats its name is shown; cancelled, all is put back."""

    def cancel(here):
        here.kept["meanwhile"] = here.settings()
        return here.say(Move.CANCEL, why="open the port first")

    held = played.Deed(played.asked("canary-held"), cancel)
    async with played.play(held, spec=with_annex()) as here:
        here.absent = played.asks
        before = here.settings()
        outcome = await here.run()

    asked = played.attention(held.saw, "canary-held")
    assert "ANNEX-0001" in asked.message
    assert set(asked.options) == {Move.EXTEND, Move.PROCEED, Move.CANCEL}
    assert held.answer.accepted
    assert {pair[0] for pair, value in here.kept["meanwhile"].items() if value != before[pair]} == {ANNEX}
    assert outcome is Outcome.CANCELLED
    assert here.settings() == before
    assert [name for name in here.lost() if not name.startswith("ANNEX")] == []


@pytest.mark.parametrize("reported", SerialReported)
async def test_a_canary_is_covered_only_when_it_has_used_the_new_path(played, reported):
    """With the policy before the list it checks in twice with the serial before it first uses the blocked port."""
    spec = with_annex().model_copy(
        update={"switches": Switches(downloads=Downloads.POLICY_FIRST, serial_reported=reported)}
    )
    held = played.Deed(played.asked("canary-held"), lambda here: here.say(Move.CANCEL, why="open the port first"))
    async with played.play(held, spec=spec) as here:
        here.absent = played.asks
        outcome = await here.run()

    assert "ANNEX-0001" in played.attention(held.saw, "canary-held").message
    assert outcome is Outcome.CANCELLED
    assert [name for name in here.lost() if not name.startswith("ANNEX")] == []


@pytest.mark.parametrize("opened", [True, False], ids=["the port", "an old Sylink.xml"])
async def test_what_has_brought_a_canary_back_is_asked_of_two_persons(played, opened):
    """The port of its network was opened, or a script gave it an old file with HTTPS: readings show no difference."""

    def bring_back(here):
        annex = next(each for each in here.stage.simulation.fleet.clients if each.name == "ANNEX-0001")
        if opened:
            annex.http_blocked, annex.steady = False, None
        else:
            site_event = SylinkHandedOut(group=ANNEX, count=1, age=timedelta(days=30), every=HEARTBEAT, times=12)
            here.stage.simulation.schedule(site_event, here.stage.clock.now())

    _held, _brought, *decided = deeds = played.in_turn(
        played.Deed(
            played.asked("canary-held"),
            lambda here: here.say(Move.EXTEND, why="they look at it", by=timedelta(hours=1)),
        ),
        played.Deed(lambda state: not played.asked("canary-held")(state), bring_back),
        played.Deed(
            played.asked("canary-back"),
            lambda here: here.say(Move.PROCEED if opened else Move.CANCEL, "ann", "I have looked at the port"),
        ),
        *([played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "bob"))] if opened else []),
    )
    spec = with_annex().model_copy(update={"switches": Switches(serial_reported=SerialReported.SAME_CONTACT)})
    async with played.play(*deeds, spec=spec) as here:
        here.absent = played.asks
        outcome = await here.run()

    back = played.attention(decided[0].saw, "canary-back")
    assert "ANNEX-0001 did not get through, and checks in again" in back.message
    assert set(back.options) == {Move.PROCEED, Move.CANCEL}
    assert all(deed.answer.accepted for deed in decided)
    assert outcome is (Outcome.COMPLETED if opened else Outcome.CANCELLED)
    assert [name for name in here.lost() if not name.startswith("ANNEX")] == []


async def test_the_rest_follows_by_two_persons_word_and_the_gate_for_all_still_asks_for_the_canary(played):
    """Extended it is asked again; proceeding leaves no client out: A8 waits for the canary, passes with the port."""

    def open_the_port(here):
        client = next(each for each in here.stage.simulation.fleet.clients if each.name == "ANNEX-0001")
        client.http_blocked = False
        client.steady = None

    def waits_for_one(state):
        everybody = state.step.title.startswith("Wait until every client")
        return everybody and state.wait and state.wait.reading and state.wait.reading.waiting == 1

    extend, proceed, approve, waiting = deeds = played.in_turn(
        played.Deed(
            played.asked("canary-held"),
            lambda here: here.say(Move.EXTEND, why="they look at it", by=timedelta(hours=1)),
        ),
        played.Deed(played.asked("canary-held"), lambda here: here.say(Move.PROCEED, "ann", "it is one old machine")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "bob")),
        played.Deed(waits_for_one, open_the_port),
    )
    async with played.play(*deeds, spec=with_annex()) as here:
        here.absent = played.asks
        outcome = await here.run()
        left_out = await here.stage.store.roster.left_out(here.state.rotation_id)

    assert proceed.seen_at - extend.seen_at >= timedelta(hours=1)
    assert all(deed.answer.accepted for deed in (extend, proceed, approve))
    assert waiting.saw.wait.reading.waiting_names == ("ANNEX-0001",)
    assert outcome is Outcome.COMPLETED
    assert not left_out
    assert here.stage.simulation.verdict().clients_lost == 0
    moves = here.moves()
    assert moves[-1] == "ann and bob let the rotation go on without the canaries"


def with_two_servers() -> SiteSpec:
    """Two servers that go on signing with their former key; one client goes first, and fails over if it is refused."""
    first = f"{ROOT_GROUP}\\First"
    here = (LocationSpec(heartbeat=HEARTBEAT),)
    return SiteSpec(
        name="Two Servers",
        seed=1,
        database_shared=True,
        servers=(ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2")),
        groups=tuple(GroupSpec(path=path, locations=here) for path in (ROOT_GROUP, first)),
        clients=(
            ClientSpec(group=first, count=1, prefix="FIRST"),
            ClientSpec(group=ROOT_GROUP, count=6, prefix="REST", build="14.2.3335.1000"),
        ),
        switches=Switches(stale_sig_files=True, rejected_download=RejectedDownload.FAIL_OVER),
    )


async def test_rule_13_a_server_that_no_canary_has_shown_is_looked_at_before_others_verify(played):
    """The canary gets through at SEPM-2, and no canary was at SEPM-1: two persons go on when it has published again."""

    def sign(server):
        return lambda here: here.stage.simulation.console.republish(server)

    def look_and_go_on(here):
        sign("SEPM-1")(here)
        return here.say(Move.PROCEED, "ann", "its .SIG files are new now")

    restoring = played.Deed(lambda state: state.step and state.step.number == "A10c", sign("SEPM-2"))
    held, approve = deeds = played.in_turn(
        played.Deed(played.asked("canary-held"), look_and_go_on),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "bob")),
    )
    async with played.play(restoring, *deeds, spec=with_two_servers(), unproven=Unproven.RELAX) as here:
        here.absent = played.asks
        outcome = await here.run()

    asked = played.attention(held.saw, "canary-held")
    assert held.saw.step.number == "A10d"
    assert asked.options == (Move.PROCEED,)
    assert "SEPM-1" in asked.message
    assert held.answer.accepted
    assert approve.answer.accepted
    assert outcome is Outcome.COMPLETED
    assert [name for name in here.lost() if name.startswith("REST")] == []
    moves = here.moves()
    assert "let the rotation go on though no canary has shown what SEPM-1" in moves[-1]
