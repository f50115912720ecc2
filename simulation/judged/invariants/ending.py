"""Invariant 4: a rotation ends as it began, however it ends."""

from collections.abc import Iterator

from emulator.state.effects import EffectView
from rotation.plan.step import Console
from rotation.plan.work.task import CopyList, DeleteList
from rotation.running.attention import DUE_SILENT
from rotation.running.state import Outcome
from rotation.values import ListName
from simulation.judged.facts import Facts
from simulation.judged.group_history import MOVES, path_at_the_end
from simulation.judged.invariants.violation import Violation, violation
from simulation.judged.restoring import unasked_births, unprobed_writes
from simulation.judged.unreported_acts import others_swaps


def it_ends_as_it_began(facts: Facts) -> Iterator[Violation]:
    """4. Every (group, location) ends as it began; what the rotation created is removed, what was stopped is started.

    A port that was shut is open, and a server that was stopped runs.

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
            yield violation(it_ends_as_it_began, " / ".join(pair), f"was {settings}, is {now}")
        size = facts.before.log_sizes.get((path, location))
        if facts.after.log_sizes.get(pair, size) != size:
            text = f"its clients' log may have {facts.after.log_sizes.get(pair)} KB, it was {size}"
            yield violation(it_ends_as_it_began, " / ".join(pair), text)
    for name in sorted(facts.after.stopped - facts.before.stopped):
        yield violation(it_ends_as_it_began, name, "it was stopped, and nobody was asked to start it again")
    for name in sorted(facts.after.shut):
        yield violation(it_ends_as_it_began, name, "its HTTPS client port is still shut by a drill")
    for name in sorted(facts.after.halted):
        yield violation(it_ends_as_it_began, name, "its services are still stopped by a drill")
    made = {task.work.copy_list for task in facts.tasks if isinstance(task.work, CopyList)}
    kept = {used for pair, (used, _) in facts.after.settings.items() if pair[0] in touched}
    kept |= _left_by_persons(facts)
    for name in sorted(made & (facts.after.lists - facts.before.lists) - kept):
        yield violation(it_ends_as_it_began, name, "the copy is still there")


def _left_by_persons(facts: Facts) -> set[ListName]:
    """The copies that were in use when they were to be deleted, so that persons had them stay."""
    adopted = {event.data["step"] for event in facts.trail if event.kind == "adopted"}
    works = (
        step.work
        for step in (facts.state.steps if facts.state else ())
        if isinstance(step, Console) and step.id in adopted
    )
    return {work.list for work in works if isinstance(work, DeleteList)}


def a_cancel_knows_the_certificates(facts: Facts) -> Iterator[Violation]:
    """4. A cancel puts settings back only while every server presents its old certificate (rule 16).

    Not covered: a certificate with which a server has restarted just now, and a server that the product cannot reach:
    it is cut off, or down for good, and two persons decided whether to go on.
    """
    for write, server in unprobed_writes(facts):
        text = f"{' / '.join(write.subject)} was put back at {write.at}, with another certificate there"
        yield violation(a_cancel_knows_the_certificates, server, text)


def newborn_pairs_are_asked_about(facts: Facts) -> Iterator[Violation]:
    """4. Nothing of the rotation stays with what was born meanwhile unless a person was asked about it (rule 17).

    Not covered: what is born within the last three quarters of an hour, and a rotation that has not ended.
    """
    for pair, why in unasked_births(facts) if facts.outcome is not None else ():
        yield violation(newborn_pairs_are_asked_about, pair, f"born during the rotation, {why}, and nobody was asked")


def certificates_end_as_planned(facts: Facts) -> Iterator[Violation]:
    """A completed rotation has every certificate in its server; a cancelled or rolled back one leaves the old ones.

    Not covered: a server that is down at the end of a rotation that turned back, and that was reported to a person.
    """
    if facts.body is None or facts.outcome is None:
        return
    wanted = dict(facts.before.served)
    if facts.outcome is Outcome.COMPLETED:
        wanted |= {chosen.server: chosen.fingerprint for chosen in facts.body.certificates}
    else:
        reported = {event.data["subject"] for event in facts.trail if event.data.get("code") == DUE_SILENT}
        wanted = {server: each for server, each in wanted.items() if server not in reported & facts.after.down}
    for server, fingerprint in wanted.items():
        others = any(each.subject[0] == server for each in others_swaps(facts))
        if facts.after.served[server] != fingerprint and not others:
            yield violation(certificates_end_as_planned, server, f"{facts.outcome.value}, and serves another")


def _changed_by_others(facts: Facts) -> set[str]:
    """The paths at the end of groups whose settings were changed unasked; a move changes none."""
    journal = _until_the_end(facts)
    return {
        path_at_the_end(each.subject[0], journal, since=each.number)
        for each in facts.unasked
        if each.subject and each.kind != MOVES
    }


def _until_the_end(facts: Facts) -> tuple[EffectView, ...]:
    """What happened to the site while the rotation ran: clients are watched for a while after it."""
    return tuple(each for each in facts.journal if each.at <= facts.ended)
