"""`python -m simulation`: one run, or the report, in a process of its own."""

import asyncio
import json

import pytest
from temporalio.exceptions import ApplicationError

from activities.order.simulation_process import CANNOT_BE_PLAYED, in_its_own_process
from simulation.drawn.faults import Faults
from simulation.judged.report import report
from simulation.played.many import play_one
from simulation.subject import by_plan


def given(surveyed, **more):
    """What the process is given."""
    return json.dumps({"surveyed": surveyed.model_dump(mode="json"), "most": 1000, "faults": "none", **more})


async def test_a_process_plays_and_reports_as_this_one_would(surveyed):
    """The record of a run and the report are the same bytes: it has other keys, and they do not show."""
    subject = by_plan(surveyed, 1000)
    here = await play_one(subject, Faults.NONE, 2)
    there = await in_its_own_process("run", given(surveyed, seed=2))
    assert there == here.model_dump_json()
    reported = await in_its_own_process("report", given(surveyed, records=[json.loads(there)]))
    assert reported == report(subject.described, Faults.NONE, [here]).model_dump_json()


async def test_what_cannot_be_played_differs_from_a_failure(surveyed):
    """The plan of a restore is refused for good, with the reason; nonsense is a failure that may be tried again."""
    body = surveyed.plan.body.model_copy(update={"purpose": "restore"})
    body_hash = {"body": body, "hash": body.content_hash()}
    restoring = surveyed.model_copy(update={"plan": surveyed.plan.model_copy(update=body_hash)})
    with pytest.raises(ApplicationError, match="the plan is that of a restore") as refused:
        await in_its_own_process("run", given(restoring))
    assert (refused.value.type, refused.value.non_retryable) == (CANNOT_BE_PLAYED, True)
    with pytest.raises(ApplicationError, match="ended with 1") as failed:
        await in_its_own_process("run", "{}")
    assert not failed.value.non_retryable


async def test_a_process_that_is_not_awaited_is_ended(surveyed, monkeypatch):
    """A cancelled activity leaves no process behind."""
    begun = []
    start = asyncio.create_subprocess_exec

    async def noted(*command, **how):
        process = await start(*command, **how)
        begun.append(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noted)
    waiting = asyncio.create_task(in_its_own_process("run", given(surveyed)))
    async with asyncio.timeout(30):
        while not begun:  # noqa: ASYNC110 - a process has no event for its start
            await asyncio.sleep(0.01)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert begun[0].returncode is not None
