"""The story that the Temporal UI tells without any other tool: current details and search attributes."""

from datetime import datetime, timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import SearchAttributeKey, SearchAttributeUpdate

with workflow.unsafe.imports_passed_through():
    from engine.contract import SearchAttribute
    from rotation.plan.forecast import step_least
    from rotation.plan.scope import Treatment
    from rotation.plan.step import Console, Load
    from rotation.plan.work.task import Evidence, ReplaceCertificate, evidence_for
    from rotation.proof.reason_texts import REASONS
    from rotation.running.open_task import OpenTask
    from rotation.running.state import RotationState
    from rotation.running.wait import GateReading
    from rotation.running.waits.of_state import situation_of
    from rotation.running.waits.waiting_for import waiting_for
    from rotation.text.english import in_english
    from rotation.text.plain_text import markdown
    from rotation.text.sentence import Sentence

PHASE = SearchAttributeKey.for_keyword(SearchAttribute.PHASE)
STEP = SearchAttributeKey.for_keyword(SearchAttribute.STEP)
TREATMENT = SearchAttributeKey.for_keyword(SearchAttribute.TREATMENT)
COVERAGE = SearchAttributeKey.for_float(SearchAttribute.COVERAGE)
ATTENTION = SearchAttributeKey.for_bool(SearchAttribute.ATTENTION)
NEXT_ACTION = SearchAttributeKey.for_datetime(SearchAttribute.NEXT_ACTION)
EARLIEST_END = SearchAttributeKey.for_datetime(SearchAttribute.EARLIEST_END)


def show_details(state: RotationState) -> Sentence:
    """Set the details. Returns the sentence in them, which says why the rotation waits."""
    workflow.set_current_details(details(state, workflow.now()))
    return why(state, workflow.now())


def why(state: RotationState, now: datetime) -> Sentence:
    """Why the rotation waits now."""
    return waiting_for(situation_of(state, now))


def show_attributes(state: RotationState) -> None:
    """Upsert the attributes that have changed, each upsert being an event."""
    known = workflow.info().typed_search_attributes
    changed = [update for update in _attributes(state) if known.get(update.key) != update.value]
    if changed:
        workflow.upsert_search_attributes(changed)


def _attributes(state: RotationState) -> list[SearchAttributeUpdate[Any]]:
    step, wait = state.step, state.wait
    left = sum((step_least(each) for each in state.steps[state.cursor + 1 :]), timedelta(0))
    updates: list[SearchAttributeUpdate[Any]] = [
        PHASE.value_set(state.phase.value),
        STEP.value_set(f"{step.number} {step.title}"[:200] if step else "ended"),
        TREATMENT.value_set(_treatment(state)),
        ATTENTION.value_set(bool(state.attention)),
    ]
    if wait is not None:
        updates.append(NEXT_ACTION.value_set(wait.due))
        updates.append(EARLIEST_END.value_set(wait.due + left))
        if wait.reading is not None:
            updates.append(COVERAGE.value_set(_share(wait.reading)))
    return updates


def _treatment(state: RotationState) -> str:
    if isinstance(state.step, Load):
        return "loading"
    if state.outline.purpose == "recover":
        return "recovery"
    kinds = {owner.treatment for owner in state.outline.scopes}
    if len(kinds) > 1:
        return "mixed"
    return "list A" if Treatment.RELAX in kinds else "list B"


def _share(reading: GateReading) -> float:
    return round((reading.total - reading.waiting) / reading.total, 4) if reading.total else 1.0


def details(state: RotationState, now: datetime) -> str:
    """Markdown lists: the UI renders no tables. Texts of others are no markup."""
    sentence = markdown(in_english(why(state, now)))
    parts = [_headline(state), sentence, _attention(state), _refused(state), _now(state), _people(state), _steps(state)]
    return "\n\n".join(part for part in parts if part)


def _headline(state: RotationState) -> str:
    step = state.step
    if state.outcome is not None:
        return f"# {markdown(state.site_name)}: {state.outcome.value}"
    where = f"step {state.cursor + 1} of {len(state.steps)}" if step else "ending"
    held = f", **held** by {markdown(state.held_by)}: {markdown(state.hold_reason)}" if state.held_by else ""
    back = _BACK.get(state.outline.purpose, "")
    return f"# {markdown(state.site_name)}: {state.phase.value}{back}, {where}{held}"


_BACK = {
    "roll-back": ", **putting the old certificates back**",
    "recover": ", **putting back the certificates that clients hold**",
}


def _attention(state: RotationState) -> str:
    if not state.attention:
        return ""
    lines = ["## Needs a person"]
    for attention in state.attention:
        moves = ", ".join(option.value for option in attention.options)
        options = f" Options: {moves}; question `{attention.question}`." if moves else ""
        lines.append(f"- **{attention.code}** {markdown(attention.subject)}: {markdown(attention.message)}{options}")
    return "\n".join(lines)


def _refused(state: RotationState) -> str:
    return f"## Refused\n- {markdown(state.refused)}" if state.refused else ""


def _now(state: RotationState) -> str:
    step, wait = state.waits_at, state.wait
    if step is None:
        return ""
    lines = [f"## Now\n- **{step.number}** {markdown(step.title)}"]
    if wait is not None:
        lines.append(f"- not before {_at(wait.due)}; a person is asked at {_at(wait.limit)}")
        if wait.next_at is not None:
            lines.append(f"- next reading at {_at(wait.next_at)}")
        if wait.reading is not None:
            lines.extend(_reading(wait.reading))
    return "\n".join(lines)


def _reading(reading: GateReading) -> list[str]:
    proven = f"**{reading.covered}** of {reading.total} proven, {reading.safe} safe"
    others = f"{reading.waiting} waited for, {reading.left_out} left out"
    lines = [f"- coverage: {proven}, {others} ({_at(reading.taken_at)})"]
    lines.extend(f"  - {REASONS[reason].english}: {count}" for reason, count in sorted(reading.by_reason.items()))
    if reading.waiting_names:
        lines.append(f"- waited for: {markdown(reading.waiting_shown)}")
    return lines


def _people(state: RotationState) -> str:
    task = state.task
    if task is None:
        return ""
    step = next((each for each in state.steps if each.id == task.step), state.step)
    holder = f"held by {markdown(task.claimed_by)}" if task.claimed_by else "nobody has claimed it"
    evidence = "closes when the settings read back"
    if isinstance(step, Console):
        seen = evidence_for(step.work) is Evidence.OBSERVED
        evidence = "closes when it is seen" if seen else "closes when its holder says that it is done"
    lines = [f"## Console task\n- {markdown(step.title) if step else ''} ({holder}; {evidence}), task `{task.id}`"]
    if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) and task.claimed_by:
        lines.append(_proof(task, state))
    return "\n".join(lines)


def _proof(task: OpenTask, state: RotationState) -> str:
    """Until when the proof of a claimed replacement counts, and until when its holder may begin (rule 19)."""
    if state.held_by or state.withdrawing:
        return "- **begin nothing: the rotation is held, or wants the task back**"
    if task.proof_until is None or task.begin_until is None:
        return "- **its proof has lapsed: begin nothing**"
    return f"- its proof counts until {_at(task.proof_until)}; begin before {_at(task.begin_until)}, or ask for a look"


def _steps(state: RotationState) -> str:
    lines = ["## Steps"]
    for index, step in enumerate(state.steps):
        mark = "[x]" if index < state.cursor else ("**>**" if index == state.cursor else "[ ]")
        lines.append(f"- {mark} {step.number} {markdown(step.title)}")
    return "\n".join(lines)


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
