"""The product's invariants, each as one checker that says in words what the promise covers (docs/proof.md)."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

from emulator.effects import Actor, EffectView
from emulator.switches import SecureCommunicationsScope
from emulator.verdict import LostClient
from rotation.plan import Console, Gate, Holdout, ScopeName
from rotation.state import Outcome
from rotation.task import CopyList, DeleteList, ReplaceCertificate, TaskState
from rotation.values import ListName, Value
from simulation.excuses import excused
from simulation.facts import Facts
from simulation.restoring import unasked_births, unprobed_writes
from simulation.unasked import SWAPS, acted_just_before, unnamed_acts
from simulation.whereabouts import MOVES, path_at_the_end


class Violation(Value):
    """An invariant that did not hold, and where."""

    invariant: str
    subject: str
    message: str


Checker = Callable[[Facts], Iterator[Violation]]


def check(facts: Facts) -> tuple[Violation, ...]:
    """Every violation in a played rotation."""
    if facts.plan is None:
        return tuple(untouched_without_a_plan(facts))
    return tuple(violation for checker in CHECKERS for violation in checker(facts))


def untouched_without_a_plan(facts: Facts) -> Iterator[Violation]:
    """A site for which no plan can be made is not touched."""
    for effect in facts.journal:
        if effect.actor.asked:
            yield _violation(untouched_without_a_plan, effect.kind, "something was done without a plan")


def nobody_is_cut_off(facts: Facts) -> Iterator[Violation]:
    """1. No client that checks in within its horizon ever loses the site by what the product does or asks for.

    Not covered: who was cut off before, who was left out by name, and what nobody asked for.
    """
    for lost in facts.lost:
        if excused(lost, facts) is None:
            after = f"{lost.after.kind} {lost.after.subject} by {lost.after.actor.value}" if lost.after else "nothing"
            yield _violation(
                nobody_is_cut_off, lost.name, f"{lost.first_why} at {lost.server} since {lost.first_failed}, {after}"
            )


def acts_of_others_are_named(facts: Facts) -> Iterator[Violation]:
    """1. What others did to settings and certificates is named by an event before a certificate is replaced.

    Not covered: what is done within the last half an hour, when proof had been read and the replacement was allowed;
    and a certificate that is put into its server again because it was named that it is out.
    """
    for act, swap in unnamed_acts(facts):
        done = f"{act.effect.kind} by {act.effect.actor.value} at {act.effect.at}"
        text = f"{done} had not been named when {swap.subject[0]} was replaced at {swap.at}"
        yield _violation(acts_of_others_are_named, act.about, text)


def swaps_follow_their_gates(facts: Facts) -> Iterator[Violation]:
    """2. A certificate is replaced only after the gate of every group and location that needs it."""
    if facts.body is None:
        return
    passed: set[str] = set()
    for event in facts.trail:
        if event.kind == "gate-passed":
            passed.add(str(event.data["step"]))
        if event.kind != "task-opened":
            continue
        step = next((each for each in facts.body.steps if each.id == event.data["step"]), None)
        if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate):
            for gate in set(step.holds) - passed:
                yield _violation(swaps_follow_their_gates, step.work.server, f"replaced before gate {gate} had passed")


def swaps_leave_everybody_a_way(facts: Facts) -> Iterator[Violation]:
    """2. A certificate is replaced only when each client is really ready, by the emulator's truth and not by a reading.

    Ready: whichever server of its list it chooses first, it completes an exchange after the replacement, if it did
    so before. That luck saves it later, or that nobody sees it fail, makes no difference.
    Not covered: who was left out by name or taken on trust; a client that no server has seen since it was installed,
    moved or put back to an image; and what others did within the last three quarters of an hour.
    """
    for swap, client in facts.cut_off:
        foretold = LostClient(
            id=client.id,
            name=client.name,
            group=client.group,
            build=client.build,
            since=swap.at,
            why="",
            first_failed=swap.at,
            first_why="",
            server=swap.subject[0],
            after=swap,
            others_did=False,
        )
        if client.seen and not acted_just_before(facts, swap.at) and excused(foretold, facts) is None:
            text = f"it had no way left when {swap.subject[0]} was replaced at {swap.at}"
            yield _violation(swaps_leave_everybody_a_way, client.name, text)


def holdouts_keep_the_old_certificate(facts: Facts) -> Iterator[Violation]:
    """3. While the holdout runs, the servers that it keeps serve what they served, unless nobody asked for that.

    On the way back they keep the new certificate, for clients that took only new ones. Taking out one that nobody asked
    for is no way back.
    """
    if facts.body is None:
        return
    back = {step.id for step in facts.body.way_back}
    ends = {
        str(event.data["step"]): event.at
        for event in facts.trail
        if event.kind == "gate-passed" and event.data["number"] == "B5"
    }
    for step in facts.body.steps:
        if not isinstance(step, Holdout):
            continue
        kind = "console.restore_certificate" if step.id in back else "console.replace_certificate"
        for swap in facts.by_the_product(kind):
            held = swap.subject[0] in step.servers and (step.id not in ends or swap.at < ends[step.id])
            if held and not (step.id in back and _takes_out_anothers(swap, facts)):
                yield _violation(
                    holdouts_keep_the_old_certificate,
                    swap.subject[0],
                    f"replaced at {swap.at}, before the holdout ended",
                )


def _takes_out_anothers(swap: EffectView, facts: Facts) -> bool:
    """Whether the server served what nobody had asked for."""
    before = [each for each in facts.journal if each.kind in SWAPS and each.subject[0] == swap.subject[0]]
    former = [each for each in before if each.number < swap.number]
    return bool(former) and not former[-1].actor.asked


def failover_pairs_keep_an_old_server(facts: Facts) -> Iterator[Violation]:
    """3. While the holdout runs, each list of a group that fails over offers a server with the old certificate."""
    if facts.plan is None:
        return
    body, lists = facts.plan.body, {each.name: each for each in facts.scenario.spec.server_lists}
    held = {server for step in body.steps if isinstance(step, Holdout) for server in step.servers}
    for owner in body.owners(ScopeName.FAILOVER):
        for pair in owner.pairs:
            offered = {server for pool in lists[pair.server_list].priorities for server in pool}
            if not offered & held:
                subject = f"{owner.path} / {pair.location_name}"
                yield _violation(failover_pairs_keep_an_old_server, subject, f"{pair.server_list!r} offers no holdout")


def gates_last_three_heartbeats(facts: Facts) -> Iterator[Violation]:
    """The vendor's wait: no gate is shorter than three heartbeats of the slowest pair that it waits for."""
    if facts.plan is None:
        return
    beats = {
        group.path: max(place.heartbeat for place in group.locations)
        for group in facts.scenario.spec.groups
        if group.locations
    }
    for step in facts.plan.body.steps:
        if not isinstance(step, Gate):
            continue
        least = 3 * max((beats[owner.path] for owner in facts.plan.body.owners(step.scope)), default=timedelta(0))
        if step.minimum < least:
            yield _violation(gates_last_three_heartbeats, step.id, f"lasts {step.minimum} at least, not {least}")


def it_ends_as_it_began(facts: Facts) -> Iterator[Violation]:
    """4. Every (group, location) ends as it began, and what the rotation created is removed.

    A group that was moved is looked up where it is at the end. Not covered: what others changed meanwhile, a copy that
    they use or that persons had stay, and a rotation that has not ended.
    """
    if facts.outcome is None:
        return
    touched = _changed_by_others(facts)
    for (path, location), settings in facts.before.settings.items():
        pair = path_at_the_end(path, _until_the_end(facts)), location
        now = facts.after.settings.get(pair)
        if now != settings and pair[0] not in touched:
            yield _violation(it_ends_as_it_began, " / ".join(pair), f"was {settings}, is {now}")
    made = {task.work.copy_list for task in facts.tasks if isinstance(task.work, CopyList)}
    kept = {used for pair, (used, _) in facts.after.settings.items() if pair[0] in touched}
    kept |= _left_by_persons(facts)
    for name in sorted(made & (facts.after.lists - facts.before.lists) - kept):
        yield _violation(it_ends_as_it_began, name, "the copy is still there")


def _left_by_persons(facts: Facts) -> set[ListName]:
    """The copies that somebody used when they were to be deleted, so that persons had them stay."""
    adopted = {event.data["step"] for event in facts.trail if event.kind == "adopted"}
    works = (
        step.work
        for step in (facts.state.steps if facts.state else ())
        if isinstance(step, Console) and step.id in adopted
    )
    return {work.list for work in works if isinstance(work, DeleteList)}


def a_cancel_knows_the_certificates(facts: Facts) -> Iterator[Violation]:
    """4. A cancel puts settings back only while every server presents its old certificate (rule 16).

    Not covered: a certificate with which a server has restarted just now, and a server that the product cannot reach.
    """
    for write, server in unprobed_writes(facts):
        text = f"{' / '.join(write.subject)} was put back at {write.at}, with another certificate there"
        yield _violation(a_cancel_knows_the_certificates, server, text)


def newborn_pairs_are_asked_about(facts: Facts) -> Iterator[Violation]:
    """4. Nothing of the rotation stays with what was born meanwhile unless a person was asked about it (rule 17).

    Not covered: what is born within the last three quarters of an hour, and a rotation that has not ended.
    """
    for pair, why in unasked_births(facts) if facts.outcome is not None else ():
        yield _violation(newborn_pairs_are_asked_about, pair, f"born during the rotation, {why}, and nobody was asked")


def tasks_are_closed(facts: Facts) -> Iterator[Violation]:
    """5. A rotation that has ended holds its site no longer: nothing of it is open."""
    if facts.outcome is None:
        return
    for task in facts.tasks:
        if task.state in {TaskState.OPEN, TaskState.CLAIMED}:
            yield _violation(tasks_are_closed, task.id, f"it is {task.state.value}, and the rotation has ended")


def effects_happen_once(facts: Facts) -> Iterator[Violation]:
    """6. Each effect happens once for each step that asks for it; none is repeated that had already been seen.

    Where a setting is the whole group's, a write through one location changes others, which the journal does not tell.
    """
    whole_groups = facts.scenario.spec.switches.secure_communications_scope is SecureCommunicationsScope.GROUP
    for kind in () if whole_groups else ("rest.sem_server", "rest.secure_communications"):
        last: dict[tuple[str, ...], tuple[str, EffectView]] = {}
        for effect in facts.journal:
            if effect.kind.partition(".")[2] not in _SAME_FIELD[kind]:
                continue
            *pair, value = effect.subject
            before = last.get(tuple(pair))
            if before and effect.kind == kind and before[0] == value and before[1].actor.asked:
                yield _violation(
                    effects_happen_once, " / ".join(effect.subject), f"written twice, at {effect.at} again"
                )
            last[tuple(pair)] = (value, effect)
    swaps = Counter(swap.subject for swap in facts.by_the_product("console.replace_certificate"))
    for subject, times in swaps.items():
        if times > 1 and not any(each.subject[0] == subject[0] for each in _others_swaps(facts)):
            yield _violation(effects_happen_once, subject[0], f"its certificate was replaced {times} times")


_SAME_FIELD = {
    "rest.sem_server": {"sem_server", "assign_list"},
    "rest.secure_communications": {"secure_communications"},
}


def nothing_secret_is_told(facts: Facts) -> Iterator[Violation]:
    """7. No key, password or token stands in an event, a row of the store, a log line, or what passes through Temporal.

    Where a secret must be kept, it is kept sealed.
    """
    for secret in sorted(facts.secrets):
        places = [text for text in facts.told if secret in text]
        if places:
            yield _violation(nothing_secret_is_told, f"{secret[:4]}...", f"it stands in {len(places)} places")


def what_runs_was_approved(facts: Facts) -> Iterator[Violation]:
    """8. What runs is what was approved: the steps begin in the order of the approved plan and its amendments."""
    if facts.state is None or facts.plan is None:
        return
    began = [str(event.data["step"]) for event in facts.trail if event.kind == "step-began"]
    forward = [step for step in began if not step.startswith("back-")]
    if len(forward) != len(set(forward)):
        yield _violation(what_runs_was_approved, facts.plan.hash, "a step was begun twice")
    order = {step.id: index for index, step in enumerate(facts.state.body.steps)}
    for step in forward:
        if step not in order:
            yield _violation(what_runs_was_approved, step, "no approved plan has this step")
    places = [order[step] for step in forward if step in order]
    if places != sorted(places):
        yield _violation(what_runs_was_approved, facts.plan.hash, f"steps began out of order: {forward}")


def certificates_end_as_planned(facts: Facts) -> Iterator[Violation]:
    """A completed rotation has every certificate in its server; a cancelled or rolled back one leaves the old ones."""
    if facts.body is None or facts.outcome is None:
        return
    wanted = dict(facts.before.served)
    if facts.outcome is Outcome.COMPLETED:
        wanted |= {chosen.server: chosen.fingerprint for chosen in facts.body.certificates}
    for server, fingerprint in wanted.items():
        others = any(each.subject[0] == server for each in _others_swaps(facts))
        if facts.after.served[server] != fingerprint and not others:
            yield _violation(certificates_end_as_planned, server, f"{facts.outcome.value}, and serves another")


CHECKERS: tuple[Checker, ...] = (
    nobody_is_cut_off,
    acts_of_others_are_named,
    swaps_follow_their_gates,
    swaps_leave_everybody_a_way,
    holdouts_keep_the_old_certificate,
    failover_pairs_keep_an_old_server,
    gates_last_three_heartbeats,
    it_ends_as_it_began,
    a_cancel_knows_the_certificates,
    newborn_pairs_are_asked_about,
    tasks_are_closed,
    effects_happen_once,
    nothing_secret_is_told,
    what_runs_was_approved,
    certificates_end_as_planned,
)


def _changed_by_others(facts: Facts) -> set[str]:
    """Paths that groups have at the end whose settings somebody changed unasked; a move changes none."""
    journal = _until_the_end(facts)
    return {
        path_at_the_end(each.subject[0], journal, since=each.number)
        for each in facts.unasked
        if each.subject and each.kind != MOVES
    }


def _until_the_end(facts: Facts) -> tuple[EffectView, ...]:
    """What happened to the site while the rotation ran: clients are watched for a while after it."""
    return tuple(each for each in facts.journal if each.at <= facts.ended)


def _others_swaps(facts: Facts) -> list[EffectView]:
    kinds = {"console.replace_certificate", "console.restore_certificate", "console.generate_certificate"}
    return [each for each in facts.journal if each.kind in kinds and each.actor is not Actor.TASK]


def _violation(checker: Checker, subject: str, message: str) -> Violation:
    return Violation(invariant=checker.__name__, subject=subject, message=message)
