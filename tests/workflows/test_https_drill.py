"""The drill with HTTPS shut (rule 18): what people are asked, and what they may answer."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.spec import ClientSpec
from rotation.plan.step import GatePurpose
from rotation.running.message import Move
from rotation.running.state import Outcome
from tests.workflows.drilled import behind, to_its_end, waits_for

HEARTBEAT = timedelta(minutes=5)
OTHER = "14.3.5413.3000"


def site(list_lag=timedelta(0)):
    """One server, clients of one build, and three of another one that may take their list later or never (None)."""
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    others = ClientSpec(group=spec.clients[0].group, count=3, prefix="OTHER", build=OTHER, list_lag=list_lag)
    return spec.model_copy(update={"clients": (*spec.clients, others)})


drilling = waits_for(GatePurpose.LISTED)
behind_a_certificate = behind(drilling)


def shut(here):
    """The servers whose HTTPS client port is shut."""
    return [server.name for server in here.stage.simulation.site.servers.values() if server.https_shut]


def kinds(here):
    """The tasks of the drill, in their order."""
    return [task.work.kind for task in here.stage_tasks if "https" in task.work.kind]


async def played_to_its_end(played, *deeds, **fields):
    """The rotation with its tasks, and its outcome."""
    return await to_its_end(played, *deeds, **{"drill_https": True, **fields})


async def test_who_has_not_come_is_named_and_may_be_asked_again(played):
    """After three heartbeats; a retry opens the ports for as long as the first gate lasted, and shuts them again."""
    deed = played.Deed(played.asked("unlisted"), lambda here: here.say(Move.RETRY, "ann"))
    here, outcome = await played_to_its_end(played, deed, spec=site(timedelta(hours=3)))
    assert (outcome, here.lost(), shut(here)) == (Outcome.COMPLETED, [], [])
    attention = played.attention(deed.saw, "unlisted")
    assert attention.options == (Move.RETRY, Move.CANCEL)
    assert "3 clients were there until HTTPS was shut" in attention.message
    assert kinds(here)[:4] == ["shut_https", "open_https"] * 2


async def test_two_persons_leave_out_by_name_who_has_not_come(played):
    """At the limit of the gate, as at any other's; the look before clients verify finds none of them."""
    deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "they are to go")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with played.play(*deeds, spec=site(None), drill_https=True) as here:
        here.absent = lambda state: drilling(state) and not deeds[-1].done
        outcome = await here.run()
    assert (outcome, shut(here)) == (Outcome.COMPLETED, [])
    assert {name.partition(":")[0] for name in here.lost()} == {"OTHER-0001", "OTHER-0002", "OTHER-0003"}
    assert Move.RETRY in played.attention(deeds[0].saw, "gate-limit").options


async def test_a_port_that_is_opened_meanwhile_makes_check_ins_prove_nothing(played):
    """Clients that come over HTTPS then hold another list: none of them is covered by that."""

    def open_it(here):
        here.stage.simulation.console.open_https("SEPM-1")

    def shut_it(here):
        here.stage.simulation.console.shut_https("SEPM-1")

    deeds = played.in_turn(
        played.Deed(drilling, open_it),
        played.Deed(played.asked("https-open"), shut_it, after=HEARTBEAT * 8),
        played.Deed(played.asked("unlisted"), lambda here: here.say(Move.CANCEL, "ann", "they hold another list")),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site(None))
    assert (outcome, here.lost(), shut(here)) == (Outcome.CANCELLED, [], [])
    assert "answers over HTTPS" in played.attention(deeds[1].saw, "https-open").message
    assert not played.asked("https-open")(deeds[2].saw)


async def test_an_unannounced_certificate_is_named_when_the_port_is_open_again(played):
    """Shut it explains that nothing is seen there, not that something else is."""

    def replaced(here):
        here.stage.simulation.console.open_https("SEPM-1")
        here.stage.simulation.console.generate_certificate("SEPM-1")

    deeds = played.in_turn(
        played.Deed(drilling, replaced),
        played.Deed(
            played.asked("third-certificate"), lambda here: here.hands.simulation.console.restore_certificate("SEPM-1")
        ),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site())
    assert deeds[1].done
    assert shut(here) == []
    assert outcome in {Outcome.COMPLETED, Outcome.CANCELLED}


@pytest.mark.parametrize("kind", ["shut_https", "open_https"])
async def test_a_cancel_while_a_task_of_the_drill_is_held_waits_for_its_holder(played, kind):
    """The holder may be at the firewall, and gives the task back or reports it done; then the ports are opened."""

    def held(state):
        return played.work_of(state) == kind and bool(state.task.claimed_by)

    deed = played.Deed(held, lambda here: here.say(Move.CANCEL, "ann", "not now"))
    here, outcome = await played_to_its_end(played, deed, spec=site())
    assert (outcome, here.lost(), shut(here)) == (Outcome.CANCELLED, [], [])


async def test_a_way_back_behind_a_certificate_opens_the_ports_first(played):
    """R is relaxed again before the servers that were kept, and drilled again: a roll-back may come then."""
    deeds = played.in_turn(
        played.Deed(behind_a_certificate, lambda here: here.say(Move.ROLL_BACK, "ann", "not now")),
        played.Deed(played.asked("roll-back"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    here, outcome = await played_to_its_end(played, *deeds)
    assert (outcome, here.lost(), shut(here)) == (Outcome.ROLLED_BACK, [], [])
    assert all(deed.answer.accepted for deed in deeds)


async def test_a_cancel_asks_about_certificates_when_the_ports_are_open(played):
    """While they are shut no probe sees what a server presents: one that was replaced meanwhile stops the cancel."""

    def replaced(here):
        here.stage.simulation.console.generate_certificate("SEPM-1")

    def put_back(here):
        here.stage.simulation.console.restore_certificate("SEPM-1")

    deeds = played.in_turn(
        played.Deed(drilling, replaced),
        played.Deed(drilling, lambda here: here.say(Move.CANCEL, "ann", "not now"), after=HEARTBEAT),
        played.Deed(played.asked("swapped-while-turning-back"), put_back),
    )
    here, outcome = await played_to_its_end(played, *deeds, spec=site())
    assert (outcome, shut(here), here.lost()) == (Outcome.CANCELLED, [], [])
    assert deeds[2].done
