"""Invariants 5 to 8: how a rotation goes about its work."""

from collections import Counter
from collections.abc import Iterator

from emulator.state.effects import EffectView
from emulator.switches import SecureCommunicationsScope
from rotation.drift.presented import RELAXED_AGAIN
from rotation.plan.work.task import TaskState
from simulation.judged.facts import Facts
from simulation.judged.invariants.violation import Violation, violation
from simulation.judged.unreported_acts import others_swaps


def tasks_are_closed(facts: Facts) -> Iterator[Violation]:
    """5. A rotation that has ended holds its site no longer: nothing of it is open."""
    if facts.outcome is None:
        return
    for task in facts.tasks:
        if task.state in {TaskState.OPEN, TaskState.CLAIMED}:
            yield violation(tasks_are_closed, task.id, f"it is {task.state.value}, and the rotation has ended")


def effects_happen_once(facts: Facts) -> Iterator[Violation]:
    """6. Each effect happens once for each step that asks for it; none is repeated that had already been seen.

    Where a setting is the whole group's, a write through one location changes others, which the journal does not tell.
    """
    whole_groups = facts.scenario.spec.switches.secure_communications_scope is SecureCommunicationsScope.GROUP
    for kind in () if whole_groups else ("rest.sem_server", "rest.secure_communications"):
        last: dict[tuple[str, ...], tuple[str, EffectView]] = {}
        for effect in facts.journal:
            what = effect.kind.partition(".")[2]
            if what == "inheritance":  # the locations of a group that owns its settings again are new ones
                last = {pair: known for pair, known in last.items() if pair[0] != effect.subject[0]}
            if what not in _SAME_FIELD[kind]:
                continue
            *pair, value = effect.subject
            before = last.get(tuple(pair))
            if before and effect.kind == kind and before[0] == value and before[1].actor.asked:
                yield violation(effects_happen_once, " / ".join(effect.subject), f"written twice, at {effect.at} again")
            last[tuple(pair)] = (value, effect)
    swaps = Counter(swap.subject for swap in facts.by_the_product("console.replace_certificate"))
    for subject, times in swaps.items():
        if times > 1 and not any(each.subject[0] == subject[0] for each in others_swaps(facts)):
            yield violation(effects_happen_once, subject[0], f"its certificate was replaced {times} times")


_SAME_FIELD = {
    "rest.sem_server": {"sem_server", "assign_list"},
    "rest.secure_communications": {"secure_communications"},
}


def no_secret_is_shown(facts: Facts) -> Iterator[Violation]:
    """7. No key, password or token stands in an event, a row of the store, a log line, or what passes through Temporal.

    Where a secret must be kept, it is kept sealed.
    """
    for secret in sorted(facts.secrets):
        places = [text for text in facts.output if secret in text]
        if places:
            yield violation(no_secret_is_shown, f"{secret[:4]}...", f"it stands in {len(places)} places")


def what_runs_was_approved(facts: Facts) -> Iterator[Violation]:
    """8. What runs is what was approved: the steps begin in the order of the approved plan and its amendments.

    Where the rotation says that it goes back to a gate, that gate and the steps behind it are begun once more.
    """
    if facts.body is None or facts.plan is None:
        return
    forward: list[str] = []
    for event in facts.trail:
        if event.kind == "step-began" and not event.data["step"].startswith("back-"):
            forward.append(event.data["step"])
        elif event.kind == "gate-restarted" and event.data.get("code") == RELAXED_AGAIN:
            forward = forward[: forward.index(event.data["subject"])]
    if len(forward) != len(set(forward)):
        yield violation(what_runs_was_approved, facts.plan.hash, "a step was begun twice")
    order = {step.id: index for index, step in enumerate(facts.body.steps)}
    for step in forward:
        if step not in order:
            yield violation(what_runs_was_approved, step, "no approved plan has this step")
    places = [order[step] for step in forward if step in order]
    if places != sorted(places):
        yield violation(what_runs_was_approved, facts.plan.hash, f"steps began out of order: {forward}")


def untouched_without_a_plan(facts: Facts) -> Iterator[Violation]:
    """A site for which no plan can be made is not touched."""
    for effect in facts.journal:
        if effect.actor.asked:
            yield violation(untouched_without_a_plan, effect.kind, "something was done without a plan")
