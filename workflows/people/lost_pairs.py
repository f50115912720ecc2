"""Pairs that are not there any more when they are to be put back: a person knows of each, and the rest goes on."""

from rotation.drift.drift import PAIR_GONE
from rotation.finding import Shown
from rotation.plan.step import Step
from rotation.running.message import Move
from workflows.people.accepting import accept
from workflows.running import Running


async def all_there(run: Running, step: Step, gone: Shown) -> bool:
    """Whether no further look is needed: each of `gone` is known to a person, who approves to go on without it.

    Raises:
        TurnBack: when a person cancels instead.
    """
    if gone.id is None:
        return True
    names = ", ".join(each.subject for each in gone.some)
    why = f"{names} is not there any more{gone.which}: it was deleted, or its group follows the one above it now"
    text = f"{why}. Bring it back and retry, or approve to go on: nothing of it can be put back"
    if await run.ask(PAIR_GONE, step.title, text, (Move.RETRY, Move.APPROVE)) is not Move.APPROVE:
        return False
    await accept(run, step, gone, "people leave it so")
    return True
