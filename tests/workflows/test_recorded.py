"""A history of every procedure that a site with REST has: it replays, and `--basetemp` leaves it to be committed."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowQueryRejectedError
from temporalio.service import RPCError

from emulator.scenarios import one_server, three_servers
from engine.fault import MoveRefused, NoAnswer
from rotation.plan.request import PlanRequest, Unproven
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.values import CertificateId
from service.plans.restoring import restore_plan
from service.surveying import survey_site
from simulation.played.stage import SITE
from store.progress import Progress, RotationStatus
from tests.replaying import replay, save

HEARTBEAT = timedelta(minutes=5)
DRILLS: dict[str, dict[str, Any]] = {
    "drill": {"unproven_failover": Unproven.DRILL},
    "https-drill": {"unproven_failover": Unproven.APPROVE, "drill_https": True},
    "stop-drill": {"unproven_failover": Unproven.APPROVE, "drill_stop": True},
}
GIVES_BACK = {"https-drill": "open_https", "stop-drill": "start_server"}
"""The task that ends a drill: a rotation waits for it for as long as a test needs."""


async def planned(here, **chosen):
    """The plan of a site of three servers."""
    await here.register()
    site = await here.store.sites.get("site")
    certificates = {server.name: CertificateId(f"cert-{server.name}") for server in site.servers}
    return await here.plan(PlanRequest(certificates=certificates, trusted_networks=("10.0.0.0/16",), **chosen))


async def kept(handle, path):
    """Its history, replayed and left behind."""
    history = await handle.fetch_history()
    save(history, path)
    await replay(history)


async def answer_all(here, handle):
    """Two persons go on whatever they are asked."""
    with suppress(RPCError, WorkflowQueryRejectedError, MoveRefused, NoAnswer):  # it has ended
        while True:
            offered = {move for each in (await here.state(handle)).attention for move in each.options}
            with suppress(MoveRefused):  # by then something else is asked
                if Move.APPROVE in offered:
                    await here.say(handle, Move.APPROVE, who="eve")
                elif Move.PROCEED in offered:
                    await here.say(handle, Move.PROCEED, who="ann", why="it was looked at")
            await asyncio.sleep(1)


@pytest.mark.parametrize("drill", DRILLS)
async def test_a_rotation_with_a_drill_replays(stage, tmp_path, drill):
    """Three servers, and each kind of drill: to its end, whatever people are asked."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT))
    plan = await planned(here, **DRILLS[drill])
    async with here.running(plan) as handle:
        answering = asyncio.create_task(answer_all(here, handle))
        ended = await here.end(handle)
        answering.cancel()
        await kept(handle, tmp_path / f"{drill}.json.gz")
    assert (ended.outcome, here.lost()) == (Outcome.COMPLETED, [])


@pytest.mark.parametrize("drill", GIVES_BACK)
async def test_a_rotation_that_is_cancelled_in_a_drill_replays(stage, tmp_path, drill):
    """What is shut, or stopped, is brought back first."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT))
    plan = await planned(here, **DRILLS[drill])
    leaving = {GIVES_BACK[drill]}
    async with here.running(plan, leaving) as handle:
        await here.task(handle, GIVES_BACK[drill])
        assert (await here.say(handle, Move.CANCEL, why="not now")).accepted
        leaving.clear()
        ended = await here.end(handle)
        await kept(handle, tmp_path / f"{drill}-cancel.json.gz")
    assert (ended.outcome, here.lost()) == (Outcome.CANCELLED, [])


async def test_a_rotation_of_three_servers_that_is_rolled_back_replays(stage, tmp_path):
    """Behind the first replacement, with groups that fail over and one that is relaxed."""
    here = stage(three_servers(clients=10, heartbeat=HEARTBEAT))
    plan = await planned(here, unproven_failover=Unproven.APPROVE)
    async with here.running(plan) as handle:
        await here.until(handle, lambda state: state.swapped)
        assert (await here.say(handle, Move.ROLL_BACK, why="not now")).accepted
        await here.attention(handle, "roll-back")
        await here.say(handle, Move.APPROVE, who="eve")
        ended = await here.end(handle)
        await kept(handle, tmp_path / "mixed-roll-back.json.gz")
    assert (ended.outcome, here.lost()) == (Outcome.ROLLED_BACK, [])


async def test_a_restore_replays(stage, tmp_path):
    """A rotation was terminated while groups are relaxed: what it has left is put back."""
    here = stage(one_server(clients=6, heartbeat=HEARTBEAT))
    await here.register()
    before = here.settings()
    async with here.running(leaving={"replace_certificate"}) as handle:
        await here.task(handle, "replace_certificate")
        await handle.terminate()
        ended = Progress(status=RotationStatus.TERMINATED, finished_at=here.clock(), next_action_at=None)
        await here.store.rotations.project(here.rotation_id, ended, here.clock())
        surveyed = await survey_site(here.world, SITE)
        plan = await restore_plan(here.store, SITE, surveyed.survey_id, now=here.clock())
        await here.store.plans.add(plan)
        restoring = await here.start(plan)
        async with here.attended(restoring):
            ended = await here.end(restoring)
        await kept(restoring, tmp_path / "restore.json.gz")
    assert (ended.outcome, here.settings(), here.lost()) == (Outcome.COMPLETED, before, [])
