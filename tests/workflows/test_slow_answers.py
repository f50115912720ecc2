"""An answer to a question that is asked again at each reading counts while what it decides on is the same."""

from datetime import timedelta

import pytest

from emulator.scenarios import one_server
from rotation.console.statement import WantedProof
from rotation.finding import blocking
from rotation.plan.outline import outline
from rotation.plan.step import Console, Gate, GatePurpose
from rotation.running.attention import CANARY_HELD, WANTED
from rotation.running.message import Message, Move
from rotation.running.open_task import OpenTask, RefusedClaim
from rotation.running.question import asked
from rotation.running.wait import GateReading, Wait
from rotation.site import Limits
from rotation.values import TaskId
from simulation.drawn.scenario import Scenario
from simulation.played.stage import Stage
from workflows.claims import refused_claim
from workflows.claims.swap_proof import SwapProof
from workflows.waits import canary_watch, statement

HOUR = timedelta(hours=1)
PROOF = SwapProof(
    findings=(blocking("gate-does-not-hold", "A8", "PC-1 must report once more"),),
    gates=("A8",),
    waiting=11,
    names=("A8: PC-1",),
    keys=("A8: eleven",),
)


@pytest.fixture
async def run():
    """A rotation of one server that was just begun; the hour of its site has not moved."""
    async with Stage(
        Scenario(seed=1, spec=one_server(clients=4, heartbeat=HOUR), limits=Limits(purge_after=None))
    ) as stage:
        plan = await stage.plan()
        state = await stage.begin(plan)
        state.outline = outline(plan.body)
        yield stage.host(until=stage.clock.now() + HOUR).run(state)


def question(run, code):
    """The question of that code."""
    return next(each for each in run.state.attention if each.code == code)


def answers(run, move, token):
    """Whether an answer of that token is one to what is asked now."""
    known = {"move": move, "rotation_id": run.state.rotation_id, "who": "ann", "identity": "ann", "why": "w"}
    return asked(Message(**known, request_id="r", question=token), run.state) is not None


def at(run, kind):
    """Have the rotation be at its first step of that kind; the step."""
    steps = run.state.steps
    found = next(each for each in steps if isinstance(each, kind))
    run.state.cursor = steps.index(found)
    return found


def opened(run, step, **fields):
    """The gate is open, past its limit."""
    now = run.host.now()
    known = {"step": step.id, "opened_at": now - HOUR, "due": now - HOUR, "limit": now - HOUR, "heartbeat": HOUR}
    run.state.wait = Wait(**{**known, **fields})


def reading(run, **fields):
    """A reading that eleven clients hold."""
    known = {"taken_at": run.host.now(), "total": 40, "covered": 29, "safe": 29, "waiting": 11, "left_out": 0}
    known |= {"by_reason": {}, "reached": False, "waiting_names": ("PC-1",), "waiting_key": "eleven"}
    return GateReading.model_validate(known | fields)


@pytest.mark.parametrize(
    ("then", "same"),
    [
        ({"findings": (blocking("gate-does-not-hold", "A8", "PC-1 holds an unknown policy"),)}, True),
        ({"keys": ("A8: eleven others",)}, False),
        ({"waiting": 12, "keys": ("A8: twelve",)}, False),
        ({"findings": (*PROOF.findings, blocking("plan-differs", "A9", "another list"))}, False),
    ],
    ids=["lacks", "others", "more", "finding"],
)
async def test_of_a_refused_claim_the_missing_clients_count_and_not_what_each_lacks(run, then, same):
    """Ten clients are named; all of them are in the token, so no other one is left out by an answer that is late."""
    step, now = at(run, Console), run.host.now()
    refused = RefusedClaim(since=now - timedelta(days=9), read_at=now, gates=("A8",), asked=False)
    run.state.task = OpenTask(id=TaskId("t"), step=step.id, opened_at=now, refused=refused)
    await refused_claim.refuse(run, step, PROOF)
    before = question(run, refused_claim.ASKED)
    await refused_claim.refuse(run, step, PROOF.model_copy(update=then))
    after = question(run, refused_claim.ASKED)
    assert answers(run, Move.PROCEED, before.question) is same
    assert (before.question == after.question) is same
    assert (before.message == after.message) is ("findings" not in then)


@pytest.mark.parametrize(
    ("then", "same"),
    [({}, True), ({"waiting_key": "eleven others"}, False), ({"unshown": ("SEPM-1",)}, False)],
    ids=["same", "others", "server"],
)
async def test_of_a_canary_gate_all_that_hold_it_count(run, then, same):
    """Also those that the words do not name."""
    step = next(each for each in run.state.steps if isinstance(each, Gate) and each.purpose is GatePurpose.RELAXED)
    opened(run, step)
    await canary_watch.goes_on(run, step, reading(run))
    before = question(run, CANARY_HELD)
    await canary_watch.goes_on(run, step, reading(run, **then))
    assert question(run, CANARY_HELD).message == before.message
    assert answers(run, Move.PROCEED, before.question) is same


async def test_a_statement_answers_the_gate_whichever_export_is_the_newest(run):
    """The statement has its own numbers; what was read of the gate before it began again is answered by none."""
    step = at(run, Gate)
    opened(run, step)
    first = reading(run, asks=WantedProof(clients=40, text="the export of 10:00 shows 29 of 40"))
    await statement.ask(run, step, first, run.host.now())
    before = question(run, WANTED)
    second = reading(run, covered=30, waiting_key="ten", asks=WantedProof(clients=40, text="that of 11:00 shows 30"))
    await statement.ask(run, step, second, run.host.now())
    assert question(run, WANTED).message != before.message
    assert answers(run, Move.STATE_GATE, before.question)
    opened(run, step, opened_at=run.host.now())
    await statement.ask(run, step, second, run.host.now())
    assert not answers(run, Move.STATE_GATE, before.question)
