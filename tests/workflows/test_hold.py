"""Hold and resume: the rotation stands still before its next act for as long as a person wants."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from engine.fault import MoveRefused
from rotation.plan.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome


async def test_a_held_rotation_does_nothing_until_it_is_resumed(stage):
    """Held in a gate, it stays there past the gate's time; resumed, it completes. Both are told with who and why."""
    here = stage(one_server(clients=8, heartbeat=timedelta(minutes=5)))
    await here.register()

    async with here.running() as handle:
        await here.until(handle, lambda state: state.wait and state.step.number == "A8")
        assert (await here.say(handle, Move.HOLD, who="ann", why="month's end")).accepted
        held = await here.state(handle)
        with pytest.raises(MoveRefused) as twice:
            await here.say(handle, Move.HOLD, why="me too")
        effects = here.simulation.effects.report()
        # more messages would move it on, if anything could
        for _ in range(5):
            with pytest.raises(MoveRefused):
                await here.say(handle, Move.RETRY)
        still = await here.state(handle)
        assert (still.cursor, still.held_by, still.hold_reason) == (held.cursor, "ann", "month's end")
        assert here.simulation.effects.report() == effects
        assert (await here.say(handle, Move.RESUME, who="eve")).accepted
        result = await here.end(handle)

    assert "already, by ann" in str(twice.value)
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []
    told = [event.message for event in await here.story() if event.kind == "message"]
    assert told == ["hold by ann: month's end", "resume by eve"]


async def test_a_held_task_is_not_closed_by_time_and_goes_on_after_resume(played):
    """Held while a task is open, the rotation opens no other; a task that is done meanwhile counts after the resume."""
    heartbeat = timedelta(minutes=5)

    async def resume(here):
        here.kept["then"] = (await here.stage.store.tasks.get(here.state.task.id)).state
        return here.say(Move.RESUME, "bob")

    def replacing(state):
        return state.task is not None and state.step.number == "A9"

    claimed, held, _, resumed = deeds = played.in_turn(
        played.Deed(replacing, lambda here: here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)),
        played.Deed(replacing, lambda here: here.say(Move.HOLD, "bob", "wait")),
        played.Deed(lambda state: state.held_by, lambda here: here.hands.do(here.state.step.work)),
        played.Deed(lambda state: state.held_by, resume, after=3 * heartbeat),
    )
    async with played.play(*deeds, spec=one_server(clients=8, heartbeat=heartbeat)) as here:
        here.absent = lambda state: replacing(state) and not resumed.done
        outcome = await here.run()

    assert all(deed.answer.accepted for deed in (claimed, held, resumed))
    assert resumed.saw.held_by == "bob"
    assert here.kept["then"] is TaskState.CLAIMED
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
