"""Copies of server lists: reported made with evidence only, and asked for again when they cannot be assigned."""

from datetime import timedelta

from emulator.scenarios import one_server
from emulator.switches import PatchSemServer, Switches
from rotation.plan.work.copied import ports_text
from rotation.plan.work.task import AssignList, CopyList
from rotation.running.message import Move
from rotation.running.state import Outcome
from workflows.steps.copying import copy_in_hand

HEARTBEAT = timedelta(minutes=5)


def copying(state):
    """Whether the task to copy a list is open."""
    return copy_in_hand(state) is not None


def work(here):
    """The copy that the open task asks for."""
    step = copy_in_hand(here.state)
    assert step is not None
    return step.work


def right(asked):
    """The evidence of a copy that is as asked."""
    return {"list_name": asked.copy_list, "protocol": "HTTP", "ports": ports_text(asked)}


def done(**evidence):
    """Bob says that the copy is made, with this instead of the right evidence."""

    def say(here):
        given = right(work(here)) | evidence
        return here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id, attestation=given)

    return say


def claim(here):
    """Bob takes the task that is open."""
    return here.say(Move.CLAIM_TASK, "bob", task_id=here.state.task.id)


async def test_a_copy_counts_as_made_only_with_evidence_of_what_was_asked(played):
    """Without name, protocol and ports, or with others, `done` is refused and the task stays open."""
    make = played.Deed(copying, lambda here: here.hands.do(work(here)))
    _, *wrong, _, last = deeds = played.in_turn(
        played.Deed(copying, claim),
        played.Deed(copying, lambda here: here.say(Move.TASK_DONE, "bob", task_id=here.state.task.id)),
        played.Deed(copying, done(list_name="Default Management Server List")),
        played.Deed(copying, done(protocol="HTTPS")),
        played.Deed(copying, done(ports="443")),
        make,
        played.Deed(copying, done()),
    )
    async with played.play(*deeds, spec=one_server(clients=4, heartbeat=HEARTBEAT)) as here:
        here.absent = lambda state: copying(state) and not last.done
        outcome = await here.run()

    codes = [deed.answer.findings[0].code for deed in wrong]
    assert codes == ["copy-name-not-shown", "copy-name-not-shown", "copy-protocol-not-shown", "copy-ports-not-shown"]
    assert last.answer.accepted
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_a_copy_that_cannot_be_assigned_is_asked_for_again_when_its_task_is_given_back(played):
    """Deleted behind the copy's task: given back and tried again, the copy is wanted first, then assigned."""

    def assigning(state):
        return state.task is not None and "A5" in state.task.step

    def delete(here):
        here.stage.simulation.console.delete_list(next(iter(_copies(here))))

    def give_back(here):
        return here.say(Move.TASK_REFUSED, "bob", "there is no such list", task_id=here.state.task.id)

    *_, back = deeds = played.in_turn(
        played.Deed(assigning, claim),
        played.Deed(assigning, delete),
        played.Deed(assigning, give_back),
    )
    spec = one_server(clients=4, heartbeat=HEARTBEAT)
    switched = spec.model_copy(update={"switches": Switches(patch_sem_server=PatchSemServer.REFUSED)})
    async with played.play(*deeds, spec=switched) as here:
        here.absent = lambda state: assigning(state) and not back.done
        outcome = await here.run()
        tasks = await here.stage.store.tasks.list()

    assert back.answer.accepted
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
    kinds = [task.work.kind for task in tasks if isinstance(task.work, CopyList | AssignList)]
    assert kinds[:4] == ["copy_list", "assign_list", "copy_list", "assign_list"]


def _copies(here):
    return [
        step.work.copy_list for step in here.state.steps if getattr(step, "work", None) and "copy" in step.work.kind
    ]
