"""Going on with what was born during the rotation: one person wishes it, a second one approves it (rules 1 and 17)."""

from collections.abc import Collection

from engine.contract import ActivityName, EventKind, LeftOutAnswer
from rotation.plan.step import Step
from rotation.running.attention import DRIFT, SECOND
from rotation.running.message import Move
from workflows.requests import about, left_out
from workflows.running import Running


async def exclude(run: Running, step: Step) -> None:
    """Two persons go on with what was born: no client in it is counted, and each of them is named (rule 1)."""
    state, proceed = run.state, run.state.proceed
    if proceed is None or proceed.about != DRIFT or not proceed.approved_by:
        return
    state.proceed = None
    run.drop_attention(SECOND)
    if proceed.found is None:
        return
    request = left_out(state, about(state, step), proceed, found=proceed.found)
    left = await run.call(ActivityName.LEAVE_OUT, request, LeftOutAnswer, summary="go on with what was added")
    by = f"{proceed.asked_by} and {proceed.approved_by} leave it as it is: {proceed.why}"
    text = f"{left.count} clients are left out; {by}" if left.count else by
    for each in left.accepted:
        await run.record(EventKind.ADOPTED, f"{each.subject}: {text}", code=each.code, subject=each.subject)


def asks_second(run: Running, added: Collection[str]) -> bool:
    """Whether a second person is asked about what was `added`, as one person wishes it.

    A wish whose cause is gone, or that was about something else than is there now, is over. Not one that was approved:
    the rotation goes on with what was shown, and asks about what is there besides.
    """
    state = run.state
    if state.proceed is None or state.proceed.about != DRIFT:
        return False
    if state.proceed.approved_by:
        return True
    if not added or state.proceed.key != state.born_key:
        state.proceed = None
        run.drop_attention(SECOND)
        return False
    text = (
        f"{state.proceed.asked_by} wants to go on with {', '.join(added)} as it is, and to leave out by name every "
        f"client in it: {state.proceed.why}"
    )
    run.drop_attention(DRIFT)
    run.raise_attention(SECOND, state.site_name, text, (Move.APPROVE, Move.RETRY))
    return True
