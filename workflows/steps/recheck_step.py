"""The rest of the plan, computed again: a difference is an amendment that a person approves (rule 12a)."""

from typing import NamedTuple

from engine.contract import ActivityName, PlanCheckAnswer, PlanCheckRequest, SurveyAnswer, SurveyRequest
from rotation.drift.upgraded import VERSION_CHANGED
from rotation.plan.step import Gate, Recheck, Step
from rotation.running.attention import PLAN_DIFFERS as DIFFERS
from rotation.running.attention import PLAN_ON_TRUST as ON_TRUST
from rotation.running.attention import SECOND, digest
from rotation.running.message import Move
from workflows.people import second_person
from workflows.plan_loading import adopt
from workflows.running import Running
from workflows.steps.drift_step import settled
from workflows.waits.unreported import list_was_wrong


class _Question(NamedTuple):
    """What a person is shown of a plan that does not fit any more, and what they may choose."""

    what: str
    then: str
    options: tuple[Move, ...]
    on_trust: str = ""
    """What else one person may wish: another amendment, which a second person then approves."""


async def recheck(run: Running, step: Recheck) -> None:
    """Compute the rest of the plan again; a difference is an amendment that a person approves.

    1. one that leaves out clients whom the approved plan counts is wished by one person and approved by another, who
       both see some of them by name, and how many they are (rule 1)
    2. where only servers that do not answer stand against any, one person proceeds to finish without them, and a second
       one approves the amendment (rule 20)
    3. after a drill, clients that were not seen have their groups relaxed; or one person proceeds with them by name,
       and a second one approves the plan that names them (rule 8)
    """
    state = run.state
    while True:
        checked = await survey_and_check(run, at=step)
        if not checked.findings:
            state.proceed = None
            _ask_no_more(run)
            settled(run)
            return
        chosen = await _answer(run, step, checked)
        if chosen is Move.RETRY:
            list_was_wrong(run, *sorted(checked.lists_edited))
            state.lists_shown = {**state.lists_shown, **checked.lists_edited}
            state.versions_shown = (*state.versions_shown, *checked.versions)
        if chosen is Move.APPROVE and checked.amendment is not None:
            state.proceed = None
            await adopt(run, checked.amendment, step, approved=checked.hash)
            settled(run)
            return


async def survey_and_check(run: Running, *, at: Recheck | None = None) -> PlanCheckAnswer:
    """Survey the site, and hold it against the plan."""
    state = run.state
    survey = await run.call(
        ActivityName.SURVEY_SITE,
        SurveyRequest(site_id=state.site_id),
        SurveyAnswer,
        summary=f"survey {state.site_name}",
    )
    request = PlanCheckRequest(
        rotation_id=state.rotation_id,
        site_id=state.site_id,
        plan_id=state.plan_id,
        survey_id=survey.survey_id,
        swapped=state.swapped,
        at=at.id if at else "",
        on_trust=at is not None and second_person.wish(run, (ON_TRUST,)) is not None,
        lists_shown=state.lists_shown,
        versions_shown=state.versions_shown,
    )
    return await run.call(ActivityName.CHECK_PLAN, request, PlanCheckAnswer, summary="does the plan still fit?")


async def _answer(run: Running, step: Recheck, checked: PlanCheckAnswer) -> Move:
    """What people decide: approve the amendment, or retry. Proceed: it is planned again, as a person wishes or did.

    A wish for an amendment is void where it is another one by now.
    """
    state = run.state
    wish = second_person.wish(run, (DIFFERS,))
    if wish is None or wish.key != _about(checked):
        chosen = await _ask(run, step, checked)
        if chosen is not Move.PROCEED:
            state.proceed = None
        if second_person.wish(run, (DIFFERS,)) is None:
            return chosen
    what = f"with another plan. {_question(run, checked).what}"
    # a second person who declines confirms no list, as a retry does
    return Move.APPROVE if await second_person.approved(run, step.title, (DIFFERS,), what) else Move.PROCEED


def _about(checked: PlanCheckAnswer) -> str:
    """What is answered by an approval, and by a retry, which confirms lists and versions; empty: what the words say."""
    if checked.amendment is None:
        return ""
    return digest(checked.model_dump(mode="json", include={"hash", "lists_edited", "versions"}))


async def _ask(run: Running, step: Recheck, checked: PlanCheckAnswer) -> Move:
    """Have a person choose; of a wish for another amendment nothing is left."""
    if second_person.wish(run, (DIFFERS,)) is not None:
        second_person.over(run)
    asked = _question(run, checked)
    run.choice_of(DIFFERS, ON_TRUST)  # of an earlier question
    if asked.on_trust:
        await run.ask_on(ON_TRUST, step.title, asked.on_trust, (Move.PROCEED,))
    await run.ask_on(DIFFERS, step.title, asked.what + asked.then, asked.options, about=_about(checked))
    codes = (DIFFERS, ON_TRUST) if asked.on_trust else (DIFFERS,)

    def is_answered() -> bool:
        return not all(run.is_raised(code) for code in codes)

    await run.wait(until=None, summary=f"attention: {DIFFERS}", ready=is_answered)
    _ask_no_more(run)
    return run.choice_of(*codes)


def _ask_no_more(run: Running) -> None:
    for code in (DIFFERS, ON_TRUST, SECOND):
        run.drop_attention(code)


def _question(run: Running, checked: PlanCheckAnswer) -> _Question:
    what = "; ".join(
        f"{finding.subject}: {finding.message}{f' ({finding.remedy})' if finding.code == VERSION_CHANGED else ''}"
        for finding in checked.findings
    )
    if checked.amendment is not None:
        amendment = f"The amendment is plan {checked.amendment}, hash {checked.hash[:12]}"
        return _amended(run, checked, f"{what}. {amendment}")
    replaced = run.state.replaced
    then = "put it right and retry, or roll back" if replaced else "put it right and retry, or cancel"
    options = (Move.RETRY,) if replaced else (Move.RETRY, Move.CANCEL)
    if not checked.silent:
        return _Question(what, f"; {then}", options)
    on_trust = (
        f"proceed, if a second person approves, to finish without {', '.join(checked.silent)}: it keeps its old "
        "certificate, and each client that trusts only that is cut off while it is down"
    )
    or_on_trust = (
        f"Or proceed, if a second person approves, to finish without {', '.join(checked.silent)}: it keeps its old "
        "certificate, and each client that trusts only that is cut off while it is down"
    )
    return _Question(what, f"; {then}. {or_on_trust}", options, on_trust)


def _amended(run: Running, checked: PlanCheckAnswer, what: str) -> _Question:
    if checked.silent:
        approve = (
            f"Approve to finish without {', '.join(checked.silent)}: it keeps its old certificate, and a client that "
            "trusts only that is cut off while it is down"
        )
        return _Question(what, f". {approve}", _APPROVED)
    then = on_trust = ""
    drilled = any(_is_drill(each) for each in run.state.outline.steps)
    if second_person.wish(run, (ON_TRUST,)) is None and drilled and checked.relaxes_more:
        on_trust = (
            "proceed to have the clients that were not seen approved by name, if a second person approves that plan"
        )
        relaxes = f"To go on like that relaxes the groups of clients that were not seen; or {on_trust}"
        then = f". {relaxes}"
    if not checked.leaves_out:
        return _Question(what, then, _APPROVED, on_trust)
    names = ", ".join(checked.some_left_out)
    count = checked.leaves_out
    leaves_out = f"It leaves out by name {count} clients that the approved plan counts: {names}"
    proceed = "Proceed to have it so, if a second person approves"
    return _Question(f"{what}. {leaves_out}", f". {proceed}{then}", _WISHED, on_trust)


def _is_drill(step: Step) -> bool:
    return isinstance(step, Gate) and step.is_drill


_APPROVED = (Move.APPROVE, Move.RETRY)
_WISHED = (Move.PROCEED, Move.RETRY)
