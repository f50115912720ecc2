"""Playing scenarios: the run loop, activities, REST client and store as they are, on simulated time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import START, ScriptedMove, Since
from simulation.judged.invariants import check
from simulation.played.recorded_output import RecordedOutput
from simulation.played.run import play
from tests.proof.drawn.drawing import SMALL, draw

SEEDS = range(8)
HOUR = timedelta(hours=1)


def trail(facts):
    """The audit trail without what differs in each process: fingerprints, and with them the hash of the plan."""
    return [(event.number, event.at, event.kind, event.data) for event in facts.trail]


async def test_a_mixed_rotation_completes_without_loss(played):
    """List A for one group and list B for the others, with a holdout: everybody stays, everything is put back."""
    assert (played.outcome, played.unfinished) == (Outcome.COMPLETED, "")
    assert check(played) == ()
    assert played.lost == ()
    assert played.after.settings == played.before.settings
    assert played.after.served != played.before.served


async def test_the_same_scenario_gives_the_same_run(mixed, played):
    """Event by event, at the same simulated times; another seed gives another run."""
    again = await play(mixed)
    other = await play(mixed.model_copy(update={"seed": 8}))
    assert trail(again) == trail(played)
    assert again.journal == played.journal
    assert trail(other) != trail(played)


async def test_no_secret_is_shown(mixed):
    """In what travels, in every row of the store and every log line: no key, password or token; else it would show."""
    output = RecordedOutput()
    spec = mixed.spec.model_copy(update={"password": "correct horse"})
    with capture_logs() as logs:
        facts = await play(mixed.model_copy(update={"spec": spec}), output=output)
    facts = replace(facts, output=(*facts.output, *map(str, logs)))
    assert len(facts.output) > len(facts.trail)
    assert len(facts.secrets) > len(facts.scenario.spec.servers)
    assert check(facts) == ()
    leaked = replace(facts, output=(*facts.output, "logged on with correct horse"))
    assert [violation.invariant for violation in check(leaked)] == ["no_secret_is_shown"]


async def test_a_cancel_before_the_first_certificate_puts_everything_back(mixed, played):
    """A person cancels in the middle of gate A8: the rotation turns back, and no certificate is replaced."""
    opened = next(event.at for event in played.trail if event.kind == "step-began" and event.data["number"] == "A8")
    act = ScriptedMove(after=opened - START + (played.trail[-1].at - opened) / 100, move=Move.CANCEL)
    cancelled = await play(mixed.model_copy(update={"acts": (act,)}))
    assert cancelled.outcome is Outcome.CANCELLED
    assert check(cancelled) == ()
    assert cancelled.after.served == cancelled.before.served
    assert cancelled.after.settings == cancelled.before.settings


async def test_a_simulation_gives_up_at_its_horizon(mixed, played):
    """A rotation that takes longer than it may is reported as unfinished, not as a success."""
    short = await play(mixed.model_copy(update={"longest": played.duration / 2}))
    assert short.outcome is None
    assert short.unfinished.startswith("HorizonReachedError")


@pytest.mark.parametrize("seed", SEEDS)
async def test_the_invariants_hold_in_drawn_scenarios(seed):
    """Sites, settings of SEPM's open questions, people and what they do, all drawn: no invariant is violated."""
    facts = await play(draw(seed, SMALL, Faults.UNKNOWN))
    assert check(facts) == ()


async def test_a_roll_back_after_the_first_certificate_leaves_the_old_ones(mixed):
    """A person asks for it unasked, another approves: everything is as before, and no client is lost."""
    act = ScriptedMove(after=HOUR, move=Move.ROLL_BACK, since=Since.SWAP)
    back = await play(mixed.model_copy(update={"acts": (act,)}))
    assert (back.outcome, back.unfinished) == (Outcome.ROLLED_BACK, "")
    assert check(back) == ()
    assert back.lost == ()
    assert back.after.settings == back.before.settings
    assert back.by_the_product("console.restore_certificate")
