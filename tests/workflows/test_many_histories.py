"""Continue-as-new: a rotation goes on through several histories, and nothing is done twice."""

import asyncio
from datetime import timedelta

from emulator.scenarios import one_server
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits
from tests.replaying import replay, save

HEARTBEAT = timedelta(minutes=5)
PATIENT = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=timedelta(minutes=30),
    holdout_maximum=timedelta(days=200),
    gate_patience=timedelta(days=200),
)
"""The server doubles the time it has skipped with each new history: no gate's limit may lie within such a leap."""


async def test_a_rotation_goes_on_through_several_histories(forgetful_stage):
    """With a new history every 150 events it completes as in one: each effect once, each event stored once, 0 lost."""
    here = forgetful_stage(one_server(clients=8, heartbeat=HEARTBEAT))
    await here.register(PATIENT)
    before = here.settings()

    leaving = {"replace_certificate"}  # it waits there, however busy this machine is
    async with here.running(leaving=leaving) as handle:
        await here.task(handle, "replace_certificate")
        assert (await here.say(handle, Move.HOLD, why="to see whether it hears")).accepted
        assert (await here.say(handle, Move.RESUME)).accepted
        leaving.clear()
        result = await here.end(handle)
        runs = {each.run_id async for each in here.client.list_workflows(f'WorkflowId = "{handle.id}"')}

    assert len(runs) > 3
    assert result.outcome is Outcome.COMPLETED
    assert here.lost() == []
    assert here.settings() == before
    twice = [each for each in here.simulation.effects.report() if each.count > 1]
    assert [each.kind for each in twice] == []
    story = await here.story()
    assert [event.number for event in story] == list(range(1, len(story) + 1))
    began = [event.data["step"] for event in story if event.kind == "step-began"]
    assert len(began) == len(set(began)) == 26
    opened = [event.message for event in story if event.kind == "task-opened"]
    assert len(opened) == len(set(opened)) == 6


async def into_a_new_history(here, handle):
    """Send messages until the rotation goes on in another history."""
    before = (await handle.describe()).run_id
    async with asyncio.timeout(60):
        while (await handle.describe()).run_id == before:
            await here.say(handle, Move.HOLD, why="again")
            await here.say(handle, Move.RESUME)
            await asyncio.sleep(0.1)  # a pause between messages: a history ends when every event is stored


async def test_what_is_asked_is_not_forgotten_in_a_new_history(forgetful_stage):
    """Attention, a wish to proceed and its approval survive any number of new histories, and are recorded once."""
    spec = one_server(clients=8, heartbeat=HEARTBEAT)
    gone = ((timedelta(0), timedelta(days=3000)),)
    clients = [c.model_copy(update={"away": gone}) if c.prefix == "PC-AWAY" else c for c in spec.clients]
    here = forgetful_stage(spec.model_copy(update={"clients": tuple(clients)}))
    await here.register()

    async with here.running(leaving={"replace_certificate"}) as handle:  # it waits there
        await here.attention(handle, "gate-limit")
        await into_a_new_history(here, handle)
        assert (await here.say(handle, Move.PROCEED, who="ann", why="gone")).accepted
        await here.attention(handle, "second-person")
        await into_a_new_history(here, handle)
        assert (await here.say(handle, Move.APPROVE, who="eve")).accepted
        # not to its end: each new history doubles the time that the server has skipped, past the next gates' limits
        await here.until(handle, lambda state: state.step.number == "A9")

    assert len(await here.store.roster.left_out(here.rotation_id)) == 1
    raised = [event.message for event in await here.story() if event.kind == "attention"]
    assert len(raised) == len(set(raised))
    # a new history before that gate may skip the time in which the canaries' gate was to be read, and a message says so
    gate, second = [message for message in raised if "of the canaries" not in message]
    assert "1 clients are not covered" in gate
    assert "ann wants to go on without 1 clients: gone" in second


async def test_a_roll_back_goes_on_through_several_histories(forgetful_stage, tmp_path):
    """On Temporal, with a new history every 150 events: asked for, approved and done as in one history, 0 lost."""
    here = forgetful_stage(one_server(clients=8, heartbeat=timedelta(minutes=5)))
    await here.register(PATIENT)
    before, certificate = here.settings(), here.simulation.site.server("SEPM-1").credential

    async with here.working():
        handle = await here.start(await here.plan())
        async with here.attended(handle, leaving={"delete_list"}):  # it waits there, however busy this machine is
            await here.until(handle, lambda state: state.swapped)
            assert (await here.say(handle, Move.ROLL_BACK, who="ann", why="they call us")).accepted
            asked = await here.attention(handle, "roll-back")
            assert (await here.say(handle, Move.APPROVE, who="eve")).accepted
        async with here.attended(handle):
            result = await here.end(handle)
        runs = [each.run_id async for each in here.client.list_workflows(f'WorkflowId = "{handle.id}"')]
        histories = [await here.client.get_workflow_handle(handle.id, run_id=each).fetch_history() for each in runs]

    for history in histories:
        await replay(history)
    rolled_back, *_, resumed, _ = histories  # the newest first
    save(rolled_back, tmp_path / "roll-back.json.gz")
    save(resumed, tmp_path / "resumed.json.gz")
    assert set(asked.options) == {Move.APPROVE, Move.FINISH}
    assert "SEPM-1" in asked.message
    assert len(runs) > 3
    assert result.outcome is Outcome.ROLLED_BACK
    assert here.simulation.site.server("SEPM-1").credential == certificate
    assert here.settings() == before
    assert here.lost() == []
