"""Turning back: wherever a cancel comes before the first certificate, all is put back; after it, it is refused."""

import asyncio
from datetime import timedelta

import pytest
from temporalio.client import WorkflowQueryRejectedError

from emulator.scenarios import one_server
from engine.fault import MoveRefused
from rotation.plan.work.task import TaskState
from rotation.running.message import Move
from rotation.running.state import Outcome, Phase
from tests.replaying import replay, save

HEARTBEAT = timedelta(minutes=5)
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


async def test_the_cancel_button_of_the_temporal_ui_is_our_cancel(stage, tmp_path):
    """A cancel request of Temporal's own turns back in good order; the workflow completes and is not torn down."""
    here = stage(small())
    await here.register()
    before = here.settings()

    async with here.running(leaving={SWAP}) as handle:
        await here.task(handle, SWAP)
        await handle.cancel()
        await put_back(here, handle, before)
        save(history := await handle.fetch_history(), tmp_path / "cancel.json.gz")

    await replay(history)
    assert any("the Temporal UI" in event.message for event in await here.story() if event.kind == "message")


def replacing(state):
    """Whether the certificate is waited for."""
    return state.task is not None and state.step.number == "A9"


def held(state):
    """Whether a person holds the task to replace it."""
    return replacing(state) and state.task.claimed_by


def claim(here):
    """Bob claims the task that is open."""
    return here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)


def cancel(here):
    """A person cancels."""
    return here.say(Move.CANCEL, "bob", "not today")


def replace(here):
    """The certificate is replaced."""
    return here.hands.do(here.state.step.work)


async def all_is_put_back(here, before, outcome) -> None:
    """Check that the rotation ended with everything as it was."""
    assert outcome is Outcome.CANCELLED
    assert here.settings() == before
    assert len(here.stage.simulation.site.server_lists) == 1, "the HTTP copy is still there"
    assert here.lost() == []
    assert not await here.stage.store.tasks.list([TaskState.OPEN, TaskState.CLAIMED])
    assert not await here.stage.store.originals.unrestored("site")


async def test_a_cancel_in_a_gate_puts_everything_back(played):
    """Cancelled while gate A8 waits, the rotation restores settings, deletes its copy and ends as cancelled."""
    cancelled = played.Deed(played.at("A8"), cancel)
    async with played.play(cancelled, spec=small()) as here:
        before = here.settings()
        outcome = await here.run()
        await all_is_put_back(here, before, outcome)

    assert cancelled.answer.accepted
    kinds = [event.kind for event in here.trail]
    assert "turning-back" in kinds
    assert kinds[-1] == "ended"


async def test_a_cancel_withdraws_an_unclaimed_task(played):
    """An open replacement that is unclaimed is withdrawn at once."""
    cancelled = played.Deed(replacing, cancel)
    async with played.play(cancelled, spec=small()) as here:
        here.leaving = {SWAP}
        before = here.settings()
        outcome = await here.run()
        await all_is_put_back(here, before, outcome)
        task = await here.stage.store.tasks.get(cancelled.saw.task.id)

    assert cancelled.answer.accepted
    assert task.state is TaskState.WITHDRAWN


async def test_a_cancel_waits_until_the_holder_gives_the_task_back(played):
    """While a person may be at the server with the certificate, nothing is restored; another cancel changes nothing."""

    def keep(name, then):
        def done(here):
            here.kept[name] = here.settings()
            return then(here)

        return done

    async def give_back(here):
        here.kept["stored"] = (await here.stage.store.rotations.get(here.state.rotation_id)).attention
        return here.say(Move.TASK_REFUSED, "bob", "cancelled", task_id=here.state.task.id)

    claimed, first, again, given_back = deeds = played.in_turn(
        played.Deed(replacing, claim),
        played.Deed(held, keep("relaxed", cancel)),
        played.Deed(played.asked("give-back"), lambda here: here.say(Move.CANCEL, "eve", "I said not today")),
        played.Deed(held, keep("still", give_back), after=HEARTBEAT),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.leaving = {SWAP}
        before = here.settings()
        outcome = await here.run()
        await all_is_put_back(here, before, outcome)

    assert all(deed.answer.accepted for deed in (claimed, first, given_back))
    assert "bob" in played.attention(again.saw, "give-back").message
    assert "give-back" in {finding.code for finding in here.kept["stored"]}, "lists of rotations show what is stored"
    assert not again.answer.accepted
    assert given_back.saw.phase is not Phase.TURNING_BACK
    assert here.kept["still"] == here.kept["relaxed"] != before


@pytest.mark.parametrize("says_so", [False, True], ids=["seen", "said"])
async def test_a_cancel_that_comes_too_late_is_refused_and_the_rotation_goes_on(played, says_so):
    """The holder replaced the certificate after the cancel: that is seen, the cancel is refused, it completes."""

    def done(here):
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id)

    deeds = played.in_turn(
        played.Deed(replacing, claim),
        played.Deed(held, cancel),
        played.Deed(played.asked("give-back"), replace),
        *([played.Deed(held, done)] if says_so else []),
    )
    async with played.play(*deeds, spec=small()) as here:
        here.leaving = {SWAP}
        before = here.settings()
        outcome = await here.run()

    refused = next(message for code, message in here.asked if code == "cancel-refused")
    assert "replaced" in refused
    assert all(deed.done for deed in deeds)
    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []


async def test_a_cancel_of_an_unclaimed_swap_that_was_done_is_refused(played):
    """A person replaced the certificate without claiming the task: restoring would cut clients off, so it goes on."""
    deeds = played.in_turn(played.Deed(replacing, replace), played.Deed(replacing, cancel))
    async with played.play(*deeds, spec=small()) as here:
        here.leaving = {SWAP}
        outcome = await here.run()

    assert all(deed.done for deed in deeds)
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_after_the_first_certificate_a_cancel_is_refused(played):
    """With one certificate replaced a cancel would cut clients off: it is refused, and the rotation completes."""
    refused = played.Deed(lambda state: state.swapped, cancel)
    async with played.play(refused, spec=small()) as here:
        before = here.settings()
        outcome = await here.run()

    assert not refused.answer.accepted
    assert "which cuts off clients" in refused.answer.findings[0].message
    assert outcome is Outcome.COMPLETED
    assert here.settings() == before
    assert here.lost() == []


async def test_a_refused_cancel_of_the_temporal_ui_is_shown(stage):
    """The rotation shows why it has refused the cancel of the UI, and goes on past its gate."""
    here = stage(small())
    await here.register()

    async with here.running(leaving={"delete_list"}) as handle:  # it waits there, however busy this machine is
        await here.until(handle, lambda state: state.swapped)
        await handle.cancel()
        shown = await here.attention(handle, "cancel-refused")
        state = await here.until(handle, lambda state: state.step is None or state.step.number not in {"A9", "A10b"})

    assert "which cuts off clients" in shown.message
    assert state.phase is not Phase.TURNING_BACK


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
        except MoveRefused:
            claimed = False
        except WorkflowQueryRejectedError:  # on a busy machine the rotation has ended before the claim was to be sent
            history = await handle.fetch_history()
            signals = [event.workflow_execution_signaled_event_attributes.signal_name for event in history.events]
            assert Move.CLAIM_TASK.value not in signals
            claimed = False
        if claimed:
            await here.attention(handle, "give-back")
            await here.say(handle, Move.TASK_REFUSED, task=task, why="cancelled")
        await put_back(here, handle, before)
