"""REST cannot write the server list: a person does it, and it is proven all the same."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from emulator.switches import PatchSemServer, Switches
from rotation.message import Move
from rotation.state import Outcome


@pytest.mark.parametrize("patch", [PatchSemServer.IGNORED, PatchSemServer.REFUSED])
async def test_a_list_that_rest_does_not_assign_is_assigned_by_hand(stage, patch):
    """A write that is ignored or refused becomes a console task, closed by reading back; the gate proves it, 0 lost."""
    spec = one_server(clients=10, heartbeat=timedelta(minutes=5))
    here = stage(spec.model_copy(update={"switches": Switches(patch_sem_server=patch)}))
    await here.register()
    before = here.settings()

    leaving = {"assign_list"}
    async with here.running(leaving=leaving) as handle:
        task = await here.task(handle, "assign_list")
        raised = await here.attention(handle, "written-by-hand")
        early = await here.say(handle, Move.TASK_DONE, task=task)
        leaving.clear()
        result = await here.end(handle)

    assert "pairs" in raised.message
    assert not early.accepted, "a word alone closed observed work"
    assert [finding.code for finding in early.findings] == ["not-seen-yet"]
    assert result.outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.simulation.effects.count("rest.sem_server") == 0
    assert here.lost() == []
    closed = [event.message for event in await here.story() if event.kind == "task-closed" and "lists" in event.message]
    assert closed
    assert all("every pair reads back as wanted" in message for message in closed)
