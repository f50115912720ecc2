"""Hold and resume: the rotation stands still before its next act for as long as a person wants."""

from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from emulator.scenarios import one_server
from rotation.message import Move
from rotation.state import Outcome
from rotation.task import TaskState


async def test_a_held_rotation_does_nothing_until_it_is_resumed(stage):
    """Held in a gate, it stays there past the gate's time; resumed, it completes. Both are told with who and why."""
    here = stage(one_server(clients=8, heartbeat=timedelta(minutes=5)))
    await here.register()

    async with here.running() as handle:
        await here.until(handle, lambda state: state.wait and state.step.number == "A8")
        assert (await here.say(handle, Move.HOLD, who="ann", why="month's end")).accepted
        held = await here.state(handle)
        with pytest.raises(WorkflowUpdateFailedError) as twice:
            await here.say(handle, Move.HOLD, why="me too")
        effects = here.simulation.effects.report()
        # more messages would move it on, if anything could
        for _ in range(5):
            with pytest.raises(WorkflowUpdateFailedError):
                await here.say(handle, Move.RETRY)
        still = await here.state(handle)
        assert (still.cursor, still.held_by, still.hold_reason) == (held.cursor, "ann", "month's end")
        assert here.simulation.effects.report() == effects
        assert (await here.say(handle, Move.RESUME, who="eve")).accepted
        result = await here.end(handle)

    assert "already, by ann" in str(twice.value.cause)
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []
    told = [event.message for event in await here.story() if event.kind == "message"]
    assert told == ["hold by ann: month's end", "resume by eve"]


async def test_a_held_task_is_not_closed_by_time_and_goes_on_after_resume(stage):
    """Held while a task is open, the rotation opens no other; a task that is done meanwhile counts after the resume."""
    here = stage(one_server(clients=8, heartbeat=timedelta(minutes=5)))
    await here.register()

    async with here.running(leaving={"replace_certificate"}) as handle:
        task = await here.task(handle, "replace_certificate")
        assert (await here.say(handle, Move.CLAIM_TASK, task=task)).accepted
        assert (await here.say(handle, Move.HOLD, why="wait")).accepted
        await here.hands.do(task.work)
        assert (await here.state(handle)).held_by == "bob"
        assert (await here.store.tasks.get(task.id)).state is TaskState.CLAIMED
        assert (await here.say(handle, Move.RESUME)).accepted
        result = await here.end(handle)

    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []
