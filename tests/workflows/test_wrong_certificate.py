"""Mistakes at the console: seen on the wire at once, named, and repaired without losing a client."""

from datetime import timedelta

from activities.task.tasks import TaskActivities
from emulator.scenarios import one_server
from engine.contract import ObserveTaskRequest
from rotation.running.message import Move
from rotation.running.state import Outcome
from workflows.requests import about

HEARTBEAT = timedelta(minutes=5)
SWAP = "replace_certificate"


def replacing(state):
    """Whether a certificate is waited for."""
    return state.task is not None and state.step.number in {"A9", "B2"} and not state.swapped


def claim(here):
    """Bob claims the task that is open."""
    return here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)


def do(here):
    """What the task asks is done."""
    here.leaving = set()
    return here.hands.do(here.state.step.work)


async def test_another_certificate_in_the_right_server_is_named(played):
    """An unplanned certificate shows as attention that says what to do; the right one ends it."""

    def another(here):
        here.stage.simulation.console.generate_certificate("SEPM-1")

    def say_done(here):
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id)

    _, _, early, right = deeds = played.in_turn(
        played.Deed(replacing, claim),
        played.Deed(lambda state: replacing(state) and state.task.claimed_by, another),
        played.Deed(played.asked("task-wrong"), say_done),
        played.Deed(played.asked("task-wrong"), do),
    )
    async with played.play(*deeds, spec=one_server(clients=10, heartbeat=HEARTBEAT)) as here:
        here.leaving = {SWAP}
        outcome = await here.run()

    raised = played.attention(early.saw, "task-wrong")
    assert raised.subject == "SEPM-1"
    assert "look at SEPM-1: if its certificate was replaced, install the right one" in raised.message
    assert not early.answer.accepted
    assert right.saw.swapped == ()
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_the_right_certificate_in_the_wrong_server_is_named(played):
    """The file of one server put into another: attention names it, its old certificate is put back, 0 lost."""

    async def mistake(here):
        right = here.state.step.work.server
        here.kept["other"] = other = next(name for name in ("SEPM-1", "SEPM-2") if name != right)
        here.kept["old"] = here.stage.simulation.site.server(other).credential
        here.stage.simulation.console.replace_certificate(other, *await here.hands.file(f"cert-{right}"))

    async def put_back(here):
        ref = about(here.state, here.state.step)
        seen = await TaskActivities(here.stage.world).observe_task(
            ObserveTaskRequest(ref=ref, task_id=here.state.task.id)
        )
        assert seen.wrong is not None
        assert (seen.wrong.code, seen.wrong.subject) == ("unexpected-certificate", here.kept["other"])
        here.hands.restore_certificate(here.kept["other"], here.kept["old"])

    _, _, noticed, gone, right = deeds = played.in_turn(
        played.Deed(replacing, claim),
        played.Deed(lambda state: replacing(state) and state.task.claimed_by, mistake),
        played.Deed(lambda state: played.asked("task-wrong")(state) and state.drift, put_back),
        played.Deed(lambda state: not state.drift, lambda _: None),
        played.Deed(lambda state: not state.attention, do),
    )
    async with played.play(*deeds) as here:
        here.leaving = {SWAP}
        outcome = await here.run()

    assert played.attention(noticed.saw, "task-wrong").subject == here.kept["other"]
    assert not played.asked("task-wrong")(gone.saw), "the look that found it put right ends it"
    assert right.saw.swapped == ()
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
