"""Pairs that are not there any more when they are to be put back: a person knows of each, and the rest goes on."""

from collections.abc import Collection

from engine.contract import EventKind
from rotation.running.message import Move
from workflows.running import Running

CODE = "pair-gone"


async def all_there(run: Running, title: str, gone: Collection[str]) -> bool:
    """Whether nobody has to look once more: each of `gone` is known to a person, who approves to go on without it.

    Raises:
        TurnBack: when somebody cancels instead.
    """
    new = [name for name in gone if name not in run.state.gone]
    if not new:
        return True
    text = (
        f"{', '.join(new)} is not there any more: it was deleted, or its group follows the one above it now. Bring it "
        "back and retry, or approve to go on: nothing of it can be put back"
    )
    if await run.ask(CODE, title, text, (Move.RETRY, Move.APPROVE)) is not Move.APPROVE:
        return False
    run.state.gone = (*run.state.gone, *new)
    for name in new:
        await run.record(EventKind.ADOPTED, f"{name} is not there any more; it is left so", code=CODE, subject=name)
    return True
