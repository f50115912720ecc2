"""SEPM does not answer, or does not let the service in, or does not publish: people see it, and it goes on."""

from datetime import timedelta

from emulator.events.site_events import ServerCutOff
from emulator.scenarios import one_server
from emulator.switches import PatchSemServer, Switches
from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)


def small():
    """A site of one server."""
    return one_server(clients=8, heartbeat=HEARTBEAT)


def task_move(move):
    """Bob says something about the open task."""
    return lambda here: here.say(move, "bob", task_id=here.state.task.id)


async def test_an_outage_of_hours_shows_and_is_waited_out(played):
    """While SEPM cannot be reached attention says so; back again, the attention is gone and it completes."""
    outage = timedelta(hours=2)

    def cut_off(here):
        site_event = ServerCutOff(server="SEPM-1", lasting=outage)
        here.stage.simulation.schedule(site_event, here.stage.clock.now())

    began, raised, over = deeds = played.in_turn(
        played.Deed(played.at("A8"), cut_off),
        played.Deed(played.asked("not-answering"), lambda _: None),
        played.Deed(lambda state: not state.attention, lambda _: None),
    )
    async with played.play(*deeds, spec=small()) as here:
        outcome = await here.run()

    assert played.attention(raised.saw, "not-answering").options == ()
    assert over.seen_at - began.seen_at >= outage
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_an_outage_shows_while_a_task_of_settings_is_given_back(played):
    """What is left is written once more before it is asked for, and an outage then shows what is waited for."""

    def cut_off(here):
        here.stage.simulation.schedule(
            ServerCutOff(server="SEPM-1", lasting=timedelta(hours=2)), here.stage.clock.now()
        )
        return here.say(Move.RETRY)

    claimed, given_back, _, raised = deeds = played.in_turn(
        played.Deed(lambda state: state.task and "A5" in state.task.step, task_move(Move.CLAIM_TASK)),
        played.Deed(lambda state: state.task and state.task.claimed_by == "bob", task_move(Move.TASK_REFUSED)),
        played.Deed(played.asked("task-refused"), cut_off),
        played.Deed(played.asked("not-answering"), lambda _: None),
    )
    spec = small().model_copy(update={"switches": Switches(patch_sem_server=PatchSemServer.IGNORED)})
    async with played.play(*deeds, spec=spec) as here:
        here.absent = lambda state: state.task and "A5" in state.task.step and not given_back.done
        outcome = await here.run()

    assert claimed.answer.accepted
    assert played.attention(raised.saw, "not-answering").subject == "Assign the HTTP copies of the canaries"
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_a_wrong_password_asks_at_once_and_retry_goes_on(stage):
    """A password that was changed in SEPM is no outage: it asks with its own code; corrected, retry goes on."""
    here = stage(small())
    await here.register()
    spec = here.simulation.spec

    leaving = {"replace_certificate"}  # it waits there, however busy this machine is
    async with here.running(leaving=leaving) as handle:
        await here.task(handle, "replace_certificate")
        here.simulation.spec = spec.model_copy(update={"password": "changed"})
        asked = await here.attention(handle, "sepm-credentials")
        here.simulation.spec = spec
        assert (await here.say(handle, Move.RETRY)).accepted
        leaving.clear()
        ended = await here.end(handle)

    assert asked.options == (Move.RETRY, Move.CANCEL)
    assert spec.password not in asked.message
    assert (ended.outcome, here.lost()) == (Outcome.COMPLETED, [])


async def test_a_policy_date_that_stays_after_a_write_is_shown(played):
    """Without a new policy date nothing can be proven: the gate does not begin to count but asks; then it goes on."""

    def publish(here):
        here.stage.simulation.set_switches(Switches())

    asked, retried = deeds = played.in_turn(
        played.Deed(played.asked("serial-did-not-move"), publish),
        played.Deed(played.asked("serial-did-not-move"), lambda here: here.say(Move.RETRY), after=timedelta(hours=2)),
    )
    spec = small().model_copy(update={"switches": Switches(publish_delay=timedelta(hours=2))})
    async with played.play(*deeds, spec=spec) as here:
        here.absent = played.asks
        outcome = await here.run()

    assert asked.saw.step.number == "A8"
    assert asked.saw.wait.readings == 0
    message = played.attention(asked.saw, "serial-did-not-move").message
    assert "My Company" in message
    assert "edit a policy" in message
    assert retried.answer.accepted
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
