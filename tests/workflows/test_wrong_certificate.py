"""Mistakes at the console: seen on the wire at once, named, and repaired without losing anybody."""

from datetime import timedelta

from emulator.scenarios import one_server, three_servers
from rotation.message import Move
from rotation.state import Outcome

HEARTBEAT = timedelta(minutes=5)
SOON = (2 * HEARTBEAT, 4 * HEARTBEAT)
SWAP = "replace_certificate"


async def test_another_certificate_in_the_right_server_is_named(stage):
    """A certificate that nobody planned shows as attention that says what to do; the right one ends it."""
    here = stage(one_server(clients=10, heartbeat=HEARTBEAT))
    await here.register()
    leaving = {SWAP}

    async with here.running(leaving=leaving) as handle:
        task = await here.task(handle, SWAP)
        await here.say(handle, Move.CLAIM_TASK, task=task)
        here.simulation.console.generate_certificate("SEPM-1")
        raised = await here.attention(handle, "task-wrong")
        early = await here.say(handle, Move.TASK_DONE, task=task)
        state = await here.state(handle)
        await here.hands.do(task.work)
        result = await here.end(handle)

    assert raised.subject == "SEPM-1"
    assert "put the right certificate into SEPM-1" in raised.message
    assert not early.accepted
    assert state.swapped == ()
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_the_right_certificate_in_the_wrong_server_is_named(stage):
    """The file of one server put into another: attention names that one; its old certificate is put back, 0 lost."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT, returns=SOON))
    await here.register()
    leaving = {SWAP}

    async with here.running(leaving=leaving) as handle:
        task = await here.task(handle, SWAP)
        other = next(name for name in ("SEPM-1", "SEPM-2") if name != task.work.server)
        old = here.simulation.site.server(other).credential
        await here.say(handle, Move.CLAIM_TASK, task=task)
        here.simulation.console.replace_certificate(other, *await here.hands.file(f"cert-{task.work.server}"))
        raised = await here.attention(handle, "task-wrong")
        here.hands.restore_certificate(other, old)
        await here.until(handle, lambda state: not state.attention)
        await here.hands.do(task.work)
        leaving.clear()
        result = await here.end(handle)

    assert raised.subject == other
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []
