"""Pairs born during the rotation (rule 17): asked about before a restore, before a list goes, and before the end."""

from engine.contract import ActivityName, EventKind, NewbornAnswer, StepRequest
from rotation.drift.newborn import PAIR_BORN
from rotation.finding import Shown
from rotation.plan.step import Console, Step, Write
from rotation.plan.work.task import DeleteList, ReplaceCertificate
from rotation.running.message import Move
from rotation.running.state import RotationState
from workflows.people.accepting import accept
from workflows.requests import about
from workflows.running import Running

_IN_USE = "list-in-use"


async def goes_on(run: Running, step: Step) -> bool:
    """Whether `step` is to be done, once people have decided about what was born; others than these steps are.

    1. before the first write that restores R, and before a list is deleted: read the tree
    2. pairs that the plan does not know and that it affects are named; a person puts them right and retries, or
       approves that they are left as they are
    3. a list that is in use is not deleted: it stays for who was left as they are; for any other a person is asked
    """
    deletes = isinstance(step, Console) and isinstance(step.work, DeleteList)
    if not (deletes or _begins_restore(run.state, step)):
        return True
    seen = await _decided(run, step)
    while seen.others:
        text = f"{', '.join(seen.others)} uses it: give it its own list and retry, or approve to leave the list there"
        if await run.ask(_IN_USE, step.title, text, (Move.RETRY, Move.APPROVE)) is Move.APPROVE:
            break
        seen = await _decided(run, step)
    if seen.users:
        text = f"the list stays: {', '.join(seen.users)} uses it"
        await run.record(EventKind.ADOPTED, f"{step.title}: {text}", code=_IN_USE, subject=step.title)
    return not seen.users


async def _decided(run: Running, step: Step) -> NewbornAnswer:
    """What is there, when nothing of it waits for a decision any more."""
    while True:
        request = StepRequest(ref=about(run.state, step))
        seen = await run.call(
            ActivityName.FIND_NEWBORN, request, NewbornAnswer, summary="look for what was added during the rotation"
        )
        if await all_known(run, step, seen.born):
            return seen


async def all_known(run: Running, step: Step, born: Shown) -> bool:
    """Whether a person knew of everything that was born. Else one has now decided, and it is to be looked at again.

    Raises:
        TurnBack: when a person cancels instead.
    """
    if born.id is None:
        return True
    text = "; ".join(f"{finding.subject} {finding.message}" for finding in born.some) + born.which
    asked = f"added during the rotation: {text}. {born.some[0].remedy}"
    if await run.ask(PAIR_BORN, run.state.site_name, asked, (Move.RETRY, Move.APPROVE)) is Move.APPROVE:
        await accept(run, step, born, "people leave it as it is")
    return False


def _begins_restore(state: RotationState, step: Step) -> bool:
    """Whether it is the first write that puts settings back since they were relaxed, or since the last swap.

    An amendment counts its waves from the start, so their numbers do not show it.
    """
    if not isinstance(step, Write) or not step.restores:
        return False
    for before in reversed(state.steps[: state.cursor]):
        if isinstance(before, Write):
            return not before.restores
        if isinstance(before, Console) and isinstance(before.work, ReplaceCertificate):
            return True
    return True
