"""Turning back: wherever a cancel comes before the first certificate, all is put back; after it, it is refused."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowUpdateFailedError

from emulator.scenarios import one_server, three_servers
from rotation.message import Move
from rotation.state import Outcome, Phase
from rotation.task import TaskState

HEARTBEAT = timedelta(minutes=5)
SOON = (2 * HEARTBEAT, 4 * HEARTBEAT)
SWAP = "replace_certificate"


def small():
    """A site of one server."""
    return one_server(clients=8, heartbeat=HEARTBEAT)


async def put_back(here, handle, before) -> None:
    """Check that the rotation ends with everything as it was."""
    result = await here.end(handle)
    assert result.outcome is Outcome.CANCELLED
    assert here.settings() == before
    assert len(here.simulation.site.server_lists) == 1, "the HTTP copy is still there"
    assert here.lost() == []
    assert not await here.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED])
    assert not await here.store.originals.unrestored("site")


async def test_a_cancel_in_a_gate_puts_everything_back(stage):
    """Cancelled while gate A8 waits, the rotation restores settings, deletes its copy and ends as cancelled."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running() as handle:
        await here.until(handle, lambda state: state.wait and state.step.number == "A8")
        assert (await here.say(handle, Move.CANCEL, why="not today")).accepted
        await put_back(here, handle, before)

    kinds = [event.kind for event in await here.story()]
    assert "turning-back" in kinds
    assert kinds[-1] == "ended"


async def test_the_cancel_button_of_the_temporal_ui_is_our_cancel(stage):
    """A cancel request of Temporal's own turns back in good order; the workflow completes and is not torn down."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running() as handle:
        await here.until(handle, lambda state: state.wait and state.step.number == "A8")
        await handle.cancel()
        await put_back(here, handle, before)

    assert any("the Temporal UI" in event.message for event in await here.story() if event.kind == "message")


async def test_a_cancel_withdraws_a_task_that_nobody_holds(stage):
    """An open replacement that nobody has claimed is withdrawn at once."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        assert (await here.say(handle, Move.CANCEL, why="not today")).accepted
        await put_back(here, handle, before)

    assert (await here.store.tasks.get(task.id)).state is TaskState.WITHDRAWN


async def test_a_cancel_waits_until_the_holder_gives_the_task_back(stage):
    """While somebody may be at the server with the certificate, nothing is restored; another cancel changes nothing."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        assert (await here.say(handle, Move.CLAIM_TASK, task=task)).accepted
        relaxed = here.settings()
        assert (await here.say(handle, Move.CANCEL, why="not today")).accepted
        asked = await here.attention(handle, "give-back")
        with pytest.raises(WorkflowUpdateFailedError):
            await here.say(handle, Move.CANCEL, who="eve", why="I said not today")
        state = await here.state(handle)
        assert state.phase is not Phase.TURNING_BACK
        assert here.settings() == relaxed
        assert (await here.say(handle, Move.TASK_REFUSED, task=task, why="cancelled")).accepted
        await put_back(here, handle, before)

    assert "bob" in asked.message


@pytest.mark.parametrize("says_so", [False, True], ids=["seen", "said"])
async def test_a_cancel_that_comes_too_late_is_refused_and_the_rotation_goes_on(stage, says_so):
    """The holder replaced the certificate after the cancel: that is seen, the cancel is refused, it completes."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        await here.say(handle, Move.CLAIM_TASK, task=task)
        await here.say(handle, Move.CANCEL, why="not today")
        await here.attention(handle, "give-back")
        await here.hands.do(task.work)
        if says_so:
            await here.say(handle, Move.TASK_DONE, task=task)
        refused = await here.attention(handle, "cancel-refused")
        result = await here.end(handle)

    assert "replaced" in refused.message
    assert result.outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []


async def test_a_cancel_of_an_unclaimed_swap_that_was_done_is_refused(stage):
    """Somebody replaced the certificate without claiming the task: restoring would cut clients off, so it goes on."""
    here = stage(small())
    await here.register()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        await here.hands.do(task.work)
        await asyncio.gather(here.say(handle, Move.CANCEL, why="not today"), return_exceptions=True)
        result = await here.end(handle)

    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_after_the_first_certificate_a_cancel_is_refused(stage):
    """With one certificate replaced a cancel would cut clients off: the update is rejected, the UI's cancel shows."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()
    before = here.settings()

    async with here.running() as handle:
        await here.until(handle, lambda state: state.swapped)
        with pytest.raises(WorkflowUpdateFailedError) as rejected:
            await here.say(handle, Move.CANCEL, why="not today")
        await handle.cancel()
        shown = await here.attention(handle, "cancel-refused")
        result = await here.end(handle)

    assert "would cut clients off" in str(rejected.value.cause)
    assert "would cut clients off" in shown.message
    assert result.outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []


async def test_a_claim_that_crosses_a_cancel_is_answered(stage):
    """A claim and a cancel that arrive together: the claim is refused or granted, no message is left unanswered."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running(leaving={SWAP}) as handle:
        task = await here.task(handle, SWAP)
        claim = asyncio.create_task(here.say(handle, Move.CLAIM_TASK, task=task))
        cancel = asyncio.create_task(here.say(handle, Move.CANCEL, why="not today"))
        assert (await cancel).accepted
        try:
            claimed = (await claim).accepted
        except WorkflowUpdateFailedError:
            claimed = False
        if claimed:
            await here.attention(handle, "give-back")
            await here.say(handle, Move.TASK_REFUSED, task=task, why="cancelled")
        await put_back(here, handle, before)
