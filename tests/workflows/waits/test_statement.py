"""Statements about gates: what is void by the time that the second person approves it."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from rotation.console.record import Change
from rotation.console.statement import WantedProof
from rotation.plan.outline import outline
from rotation.plan.step import Gate, ScopeName, SettingField
from rotation.running.attention import SECOND, WANTED
from rotation.running.message import Move
from rotation.running.state import Proceed, Restarted
from rotation.running.wait import GateReading, Wait
from rotation.site import Limits
from rotation.survey import Pair
from rotation.values import TaskId
from simulation.drawn.scenario import OfflinePeople, Scenario
from simulation.played.stage import Stage
from workflows.steps.drift_step import look
from workflows.waits import statement

HOUR = timedelta(hours=1)
EVIDENCE = {"clients": "4", "covered": "4"}


@pytest.fixture
async def stated():
    """A rotation at the console in its first gate, of which a person has stated what the console shows; its store."""
    spec = one_server(clients=4, heartbeat=HOUR)
    async with Stage(Scenario(seed=1, spec=spec, at_console=OfflinePeople(), limits=Limits(purge_after=None))) as stage:
        plan = await stage.plan()
        state, now = await stage.begin(plan), stage.clock.now()
        state.outline = outline(plan.body)
        state.cursor = next(place for place, step in enumerate(state.steps) if isinstance(step, Gate))
        state.wait = Wait(step=state.steps[state.cursor].id, opened_at=now, due=now, limit=now + HOUR, heartbeat=HOUR)
        state.proceed = Proceed(about=WANTED, asked_by="ann", why="seen", evidence=EVIDENCE, stated_at=now)
        yield stage.host(until=now + HOUR).run(state), stage.store


def offered(run):
    """The codes of what is asked of people about a statement."""
    return {each.code for each in run.state.attention if {Move.STATE_GATE, Move.APPROVE} & set(each.options)}


def relaxed(run, body):
    """A person states of every group that it is relaxed."""
    for owner in body.owners(ScopeName.RELAXED):
        for each in owner.pairs:
            for field in SettingField:
                yield Change(
                    task_id=TaskId("task"),
                    pair=Pair(group_id=owner.group_id, location_id=each.location_id),
                    field=field,
                    server_list=body.copy_of(each.server_list),
                    secure_communications=False,
                    stated_by="olga",
                    evidence={},
                    policy=run.host.now(),
                )


@pytest.mark.parametrize(("shows", "stands"), [(4, True), (5, False)])
async def test_a_newer_export_with_another_number_of_clients_voids_it(stated, shows, stands):
    """No client is covered that was not counted: it is asked for again, with the number that it has to explain."""
    run, store = stated
    run.state.proceed = run.state.proceed.model_copy(update={"approved_by": "eve"})
    reading = GateReading.model_validate(
        {"taken_at": run.host.now(), "total": 5, "covered": 0, "safe": 0, "waiting": 5, "left_out": 0}
        | {"by_reason": {}, "reached": False, "asks": WantedProof(clients=shows, text="upload another one")}
    )
    await statement.ask(run, run.state.step, reading, run.host.now())
    assert run.state.proceed is None, "it was taken, or is void"
    assert bool(await store.console.statements(run.state.rotation_id)) == stands
    assert offered(run) == (set() if stands else {WANTED})


async def test_a_restarted_gate_voids_it(stated):
    """What was counted before its ground was taken away proves nothing; nothing may be stated before its minimum."""
    run, store = stated
    plan = await store.plans.get(run.state.plan_id)
    await store.console.record(run.state.site_id, list(relaxed(run, plan.body)), run.host.now())
    run.raise_attention(WANTED, "gate", "state it", (Move.STATE_GATE,))
    run.raise_attention(SECOND, "gate", "ann states", (Move.APPROVE, Move.RETRY))
    run.state.restarted = (Restarted(gate=run.state.step.id),)
    await look(run, run.state.step)
    assert run.state.restarted == ()
    assert run.state.wait.due - run.host.now() == run.state.step.minimum
    assert (run.state.proceed, offered(run)) == (None, set())
