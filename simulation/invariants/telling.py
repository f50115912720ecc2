"""What a person must have been told before a rotation may call itself completed."""

from collections.abc import Iterator
from datetime import timedelta

from emulator.verdict import LostClient
from rotation.running.state import Outcome
from rotation.values import ClientId
from simulation.facts import Facts
from simulation.invariants.violation import Violation, violation
from simulation.unasked import SWAPS

_TELLING = frozenset({"attention", "drift", "quiet"})
_HEARTBEATS = 3
_LOOK = timedelta(minutes=45)


def nobody_is_lost_in_silence(facts: Facts) -> Iterator[Violation]:
    """1. Where a client was lost before the end of a completed rotation, its trail has shown trouble since.

    Trouble is attention, a drift, or clients that are named as silent; whether it was about this client is not asked.
    Not covered: a client that a person had left out by name, that was cut off before the rotation began, that has
    found back, or that was lost less than three of its heartbeats before the end; non-persistent machines (rule 4);
    machines that were installed meanwhile, which SEPM may never list.
    """
    if facts.outcome is not Outcome.COMPLETED:
        return
    images = {each.prefix for each in facts.scenario.spec.clients if each.npvdi}
    installed = {each.subject[0] for each in facts.unasked if each.kind == "machine.install"}
    told = [event for event in facts.trail if event.kind in _TELLING]
    for lost in facts.lost:
        if lost.healed or lost.after is None or lost.since > facts.ended or lost.first_failed < facts.began:
            continue
        if facts.ended < lost.first_failed + _HEARTBEATS * _slowest(facts, lost):
            continue
        if ClientId(lost.id) in facts.named_at or lost.name in installed or lost.name.rpartition("-")[0] in images:
            continue
        if not any(event.at >= lost.first_failed for event in told):
            text = f"{lost.first_why} at {lost.server} since {lost.first_failed}, and completed at {facts.ended}"
            yield violation(nobody_is_lost_in_silence, lost.name, text)


def the_close_names_who_fails(facts: Facts) -> Iterator[Violation]:
    """1. No close counts a client as back that fails: it names each that failed for three of its heartbeats (rule 28).

    Not covered: clients that SEPM never listed, and, where more fail than a close names, the others.
    """
    if facts.outcome not in {Outcome.COMPLETED, Outcome.ROLLED_BACK}:
        return
    installed = {each.subject[0] for each in facts.unasked if each.kind == "machine.install"}
    told = " ".join(event.message for event in facts.trail if event.kind == "quiet" and event.at == facts.ended)
    for lost in facts.lost:
        failing = not lost.healed and lost.first_failed + _HEARTBEATS * _slowest(facts, lost) <= facts.ended
        if failing and lost.name not in told and lost.name not in installed and " more" not in told:
            yield violation(the_close_names_who_fails, lost.name, f"{lost.first_why} since {lost.first_failed}")


def who_a_certificate_cuts_off_is_told_of(facts: Facts) -> Iterator[Violation]:
    """1. From the first client on that a replacement cuts off, it takes three heartbeats and a look until it is told of.

    Told is an attention, a drift, or clients that are named as silent; a look is at most three quarters of an hour.
    Each replacement that was asked for counts, once. Not covered: clients that a person had left out by name, that were
    installed meanwhile, non-persistent machines, and a rotation that ended before.
    """
    images = {each.prefix for each in facts.scenario.spec.clients if each.npvdi}
    installed = {each.subject[0] for each in facts.unasked if each.kind == "machine.install"}
    told = [event.at for event in facts.trail if event.kind in _TELLING]
    seen: set[int] = set()
    for lost in sorted(facts.lost, key=lambda each: each.first_failed):
        act = lost.after
        if act is None or act.kind not in SWAPS or not act.actor.asked or lost.others_did or act.number in seen:
            continue
        if ClientId(lost.id) in facts.named_at or lost.name in installed or lost.name.rpartition("-")[0] in images:
            continue
        seen.add(act.number)
        until = lost.first_failed + _HEARTBEATS * _slowest(facts, lost) + _LOOK
        if until <= facts.ended and not any(lost.first_failed <= at <= until for at in told):
            text = f"{act.subject[0]} was replaced at {act.at}; it failed from {lost.first_failed} on, untold until {until}"
            yield violation(who_a_certificate_cuts_off_is_told_of, lost.name, text)


def _slowest(facts: Facts, lost: LostClient) -> timedelta:
    """The longest time between two contacts of a client's group, or of the site where the group was born since."""
    beats = {
        group.path: max(each.heartbeat + each.randomization for each in group.locations)
        for group in facts.scenario.spec.groups
        if group.locations
    }
    return beats.get(lost.group, max(beats.values()))
