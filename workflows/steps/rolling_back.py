"""Putting the old certificates back (rule 15): asked for by one person, planned, approved by another."""

from engine.contract import (
    ActivityName,
    EventKind,
    RollBackAnswer,
    RollBackRequest,
    SurveyAnswer,
    SurveyRequest,
)
from rotation.running.attention import ROLL_BACK, digest
from rotation.running.message import Move
from rotation.running.state import RollingBack, RotationState
from rotation.text.written_values import span_text
from workflows.plan_loading import adopt
from workflows.running import Running
from workflows.waits import outage

_OPTIONS = (Move.APPROVE, Move.FINISH)


async def roll_back(run: Running, wish: RollingBack) -> None:
    """Decide about a wish to put the old certificates back. Until then everything stands as it is.

    1. open tasks were withdrawn already: the steps stand still
    2. survey the site, plan the way back: an amendment with the same executed prefix
    3. a second person approves it, and it runs; or a person has the rotation finish, and it goes on where it stood
    """
    state = run.state
    if not wish.stopped:
        wish = state.rolling_back = wish.model_copy(update={"stopped": True})
        state.attention, state.proceed = (), None
        await run.record(EventKind.ROLLING_BACK, f"{wish.by} wants the old certificates back: {wish.why}")
    while not (wish.approved_by or wish.declined_by):
        if wish.plan_id is None or not run.is_raised(ROLL_BACK):
            await _ask(run, wish)
        await run.wait(until=None, summary=f"attention: {ROLL_BACK}", ready=lambda: not run.is_raised(ROLL_BACK))
        wish = state.rolling_back or wish
    if wish.plan_id is None or not wish.approved_by:
        state.rolling_back = None
        await run.record(EventKind.ATTENTION_OVER, "the rotation goes on to its end")
        return
    begun = _begun(state)
    await adopt(run, wish.plan_id, state.outline.steps[max(begun - 1, 0)], approved=wish.plan_hash)
    state.cursor = begun
    outage.give_up(run)
    state.wait = state.step_began_at = state.look_since = state.rolling_back = None
    state.swapped = ()
    state.begin_round()
    # what was found was held against other certificates; the next look names it again
    state.drift, state.found, state.restarted = (), None, ()
    state.drift_asked, state.drift_answer = (), None


async def _ask(run: Running, wish: RollingBack) -> None:
    """Plan the way back, and ask a second person about it."""
    state, planned = run.state, await _plan(run)
    # before it is shown: the answer may come while it is recorded
    update = {"plan_id": planned.plan_id, "plan_hash": planned.hash}
    state.rolling_back = wish = wish.model_copy(update=update)
    about = digest(planned.hash, wish.identity, wish.why)
    run.raise_attention(ROLL_BACK, state.site_name, _asked(wish, planned), _OPTIONS, about=about)
    await run.record(EventKind.ATTENTION, _asked(wish, planned), code=ROLL_BACK, subject=state.site_name)


async def _plan(run: Running) -> RollBackAnswer:
    state = run.state
    survey = await run.call(
        ActivityName.SURVEY_SITE,
        SurveyRequest(site_id=state.site_id),
        SurveyAnswer,
        summary=f"survey {state.site_name}",
    )
    shaken = {each.gate for each in state.restarted} | {gate for named in state.drift for gate in named.voids}
    request = RollBackRequest(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        plan_id=state.plan_id,
        survey_id=survey.survey_id,
        swapped=state.swapped,
        begun=_begun(state),
        proven=tuple(step.id for step in state.steps[: state.cursor] if step.id not in shaken),
    )
    return await run.call(ActivityName.PLAN_ROLL_BACK, request, RollBackAnswer, summary="plan the way back")


def _begun(state: RotationState) -> int:
    """How many steps were begun: the one at the cursor may be, and where a drill is made once more, some behind it."""
    return max((at for at, step in enumerate(state.steps, start=1) if step.id in state.begun), default=state.cursor)


def _asked(wish: RollingBack, planned: RollBackAnswer) -> str:
    notes = "; ".join(f"{finding.subject}: {finding.message}" for finding in planned.findings)
    least = span_text(planned.least)
    return (
        f"{wish.by} wants the old certificates back: {wish.why}. In this order: {', '.join(planned.servers)}; "
        f"{planned.steps} steps, {least} at least (plan {planned.plan_id}, hash {planned.hash[:12]})"
        f"{f'. {notes}' if notes else ''}. A second person approves it, or a person has the rotation finish"
    )
