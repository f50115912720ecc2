"""What else hands out Sylink.xml is stopped before the first change and started again, however a rotation ends."""

import pytest

from emulator.spec import HandOutSpec
from rotation.plan.work.hand_outs import HandOut, HandOutKind
from rotation.plan.work.task import StartHandOuts, StopHandOuts
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.scenario import Scenario, ScriptedMove, Since
from simulation.judged.invariants import check
from simulation.played.run import play
from tests.simulation.holes import HOUR, hole, site

SCRIPTS = (HandOutSpec(name="Script"), HandOutSpec(name="SEP", kind="package"), HandOutSpec(name="Rogue", known=False))
NAMED = (HandOut(kind=HandOutKind.GPO, name="Script"), HandOut(kind=HandOutKind.PACKAGE, name="SEP"))


def scenario(*acts, scripts=SCRIPTS, early=False):
    """A rotation of one server, where that is handed out by these."""
    known: Scenario = hole("scripts", 26, site(hand_outs=scripts)).scenario
    return known.model_copy(update={"acts": acts, "states_early": early})


def works(facts, kind):
    """What tasks of a kind of work asked for."""
    return [task.work for task in facts.tasks if isinstance(task.work, kind)]


def deeds(facts):
    """What was stopped and started, in order."""
    return [(each.kind, *each.subject) for each in facts.journal if each.kind.endswith("_hand_out")]


@pytest.mark.parametrize("early", [False, True], ids=["in a task of its own", "with the first recovery file"])
@pytest.mark.parametrize(
    ("acts", "outcome"),
    [
        ((), Outcome.COMPLETED),
        ((ScriptedMove(after=30 * HOUR, move=Move.CANCEL),), Outcome.CANCELLED),
        ((ScriptedMove(after=HOUR, since=Since.SWAP, move=Move.ROLL_BACK),), Outcome.ROLLED_BACK),
    ],
    ids=["to the end", "cancelled", "rolled back"],
)
async def test_what_was_stopped_is_started_again(acts, outcome, early):
    """Once each, and only what people know of; the second task names what was stopped in the first one."""
    facts = await play(scenario(*acts, early=early))
    assert facts.outcome is outcome
    assert check(facts) == ()
    assert deeds(facts) == [
        (f"console.{act}_hand_out", name) for act in ("stop", "start") for name in ("Script", "SEP")
    ]
    assert works(facts, StopHandOuts) == ([] if early else [StopHandOuts()])
    stated = [task.attestation["stopped"] for task in facts.tasks if "stopped" in task.attestation]
    assert stated == ["gpo: Script; package: SEP"]
    assert works(facts, StartHandOuts) == [StartHandOuts(stopped=NAMED)]
    first = next(each for each in facts.journal if each.kind in {"rest.sem_server", "console.copy_list"})
    assert all(each.at < first.at for each in facts.journal if each.kind == "console.stop_hand_out")


@pytest.mark.parametrize("early", [False, True])
async def test_where_nothing_hands_out_sylink_there_is_one_task_or_none(early):
    """The second step is passed by itself, and the first one where that was stated before; the trail says why."""
    facts = await play(scenario(scripts=(), early=early))
    assert facts.outcome is Outcome.COMPLETED
    assert len(works(facts, StopHandOuts)) == 1 - early
    assert any("was stated with the first recovery file" in event.message for event in facts.trail) == early
    assert works(facts, StartHandOuts) == []
    assert any("nothing that hands out Sylink.xml was stopped" in event.message for event in facts.trail)
    assert check(facts) == ()
