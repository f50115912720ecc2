"""Why a rotation waits, from its document: the situation that the domain's sentence is made of."""

from datetime import datetime

from api.languages.answer_language import answer_translator
from api.parts import Parts
from api.rotation.rotation_document import Live, RotationShown
from rotation.plan.work.task import ReplaceCertificate
from rotation.running.attention import is_only_shown, options_of
from rotation.running.waits.situation import AskedMatter, CurrentStep, Situation, TaskHeld, WaitMeasure
from rotation.running.waits.waiting_for import waiting_for
from rotation.text.sentence import Sentence
from store.progress import Rotation
from texts.writing import written

_REPLACES = ReplaceCertificate.model_fields["kind"].default


def why_waiting(shown: RotationShown, now: datetime) -> Sentence:
    """The sentence, without a language."""
    live, trouble = shown.live, shown.trouble
    of_trouble = trouble.code.value if trouble is not None else ""
    return waiting_for(
        Situation(
            status=shown.status.value,
            purpose=shown.purpose,
            begun=shown.step_count > 0,
            trouble=trouble.finding() if trouble is not None else None,
            held=shown.held,
            held_by=live.held_by if live is not None else "",
            hold_reason=live.hold_reason if live is not None else "",
            attention=tuple(
                AskedMatter(code=each.code, subject=each.subject)
                for each in shown.attention
                if each.code != of_trouble and not is_only_shown(each.code, options_of(each))
            ),
            step=_step(shown, live),
            task=_task(live),
            wait=_measure(shown, live),
            next_at=shown.next_action_at if live is None else live.wait.due if live.wait is not None else None,
            now=now,
        )
    )


def rotation_shown(parts: Parts, rotation: Rotation, live: Live | None = None) -> RotationShown:
    """The document of a rotation, with the sentence in the language of the request; as stored without `live`."""
    now = parts.clock()
    shown = RotationShown.of(rotation, parts.standings.of(rotation, now), live)
    return shown.model_copy(update={"waiting_for": written(why_waiting(shown, now), answer_translator())})


def _step(shown: RotationShown, live: Live | None) -> CurrentStep | None:
    if live is not None:
        current = next((step for step in live.steps if step.state == "current"), None)
        waited = live.wait.step if live.wait is not None else ""  # a gate may be proven again at a later step
        current = next((step for step in live.steps if step.id == waited), current)
        return CurrentStep(kind=current.kind, title=current.title) if current is not None else None
    return CurrentStep(title=shown.step_title) if shown.step_index < shown.step_count else None


def _task(live: Live | None) -> TaskHeld | None:
    if live is None or live.task is None:
        return None
    current = next((step for step in live.steps if step.state == "current"), None)
    return TaskHeld.of(live.task, replaces=current is not None and current.task == _REPLACES)


def _measure(shown: RotationShown, live: Live | None) -> WaitMeasure | None:
    if live is None:
        return WaitMeasure().of(shown.coverage) if shown.coverage is not None else None
    wait = live.wait
    if wait is None:  # what is stored is of an earlier one
        return None
    measure = WaitMeasure(due=wait.due, limit=wait.limit, next_at=wait.next_at)
    return measure.of(wait.reading) if wait.reading is not None else measure
