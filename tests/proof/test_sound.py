"""What the rules cost on sound sites: which tasks count as theirs."""

from rotation.plan.step import Console
from simulation.played.run import play
from tests.proof.sound import OURS
from tests.simulation.drill_holes import HOLES

_ADDED = frozenset(
    {"stop_hand_outs", "start_hand_outs", "look_at_clients", "compare_signed_files", "shut_https", "open_https"}
)
"""What rules 10 and 18 to 28 have a person do."""


async def test_each_task_that_the_rules_add_is_counted_and_no_other_one():
    """A rotation that has all of them: the numbers of their steps are the ones that are counted."""
    name = "agents of another kind take the list late, and HTTPS is shut"
    (known,) = (each for each in HOLES if each.name == name)
    facts = await play(known.scenario)
    assert facts.body is not None
    tasks = [step for step in facts.body.steps if isinstance(step, Console)]
    assert {step.work.kind for step in tasks} >= _ADDED
    assert {step.number for step in tasks if step.work.kind in _ADDED} == OURS
    assert not {step.number for step in tasks if step.work.kind not in _ADDED} & OURS
