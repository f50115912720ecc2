"""What a rotation must have reported about lost clients, while it runs and when it ends."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from emulator.clients.verdict import LostClient
from rotation.running.state import Outcome
from rotation.values import ClientId
from simulation.judged.facts import Facts
from simulation.judged.heartbeats import slowest_of
from simulation.judged.invariants.violation import Violation, violation
from simulation.judged.unreported_acts import SWAPS

_TELLING = frozenset({"attention", "drift", "quiet"})
_HEARTBEATS = 3
_LOOK = timedelta(minutes=45)


def no_client_is_lost_in_silence(facts: Facts) -> Iterator[Violation]:
    """1. Where a client was lost before the end of a completed rotation, its trail has shown trouble since.

    Trouble is attention, a drift, or clients that are named as silent; whether it was about this client is not checked.
    Not covered: a client that a person had left out by name, that was cut off before the rotation began, that has
    found back, or that was lost less than three of its heartbeats before the end; non-persistent machines (rule 4);
    machines that were installed meanwhile, which SEPM may never list.
    """
    if facts.outcome is not Outcome.COMPLETED:
        return
    reported = _reported(facts)
    for lost in facts.losses:
        if lost.healed or lost.after is None or lost.since > facts.ended or lost.first_failed < facts.began:
            continue
        if facts.ended < lost.first_failed + _HEARTBEATS * slowest_of(facts, lost):
            continue
        if not _is_out(facts, lost) and not any(at >= lost.first_failed for at in reported):
            text = f"{lost.first_why} at {lost.server} since {lost.first_failed}, and completed at {facts.ended}"
            yield violation(no_client_is_lost_in_silence, lost.name, text)


def the_close_names_who_fails(facts: Facts) -> Iterator[Violation]:
    """1. No close counts a client as back that fails: it names each that failed for three of its heartbeats (rule 28).

    Not covered: clients that SEPM never listed, or whose record it lists under another machine's name, and, where more
    fail than a close names, the others.
    """
    if facts.outcome not in {Outcome.COMPLETED, Outcome.ROLLED_BACK}:
        return
    unlisted = _installed(facts) | {each.subject[0] for each in facts.unasked if each.kind == "machine.share_record"}
    named = " ".join(event.message for event in facts.trail if event.kind == "quiet" and event.at == facts.ended)
    for lost in facts.losses:
        failing = not lost.healed and lost.first_failed + _HEARTBEATS * slowest_of(facts, lost) <= facts.ended
        if failing and lost.name not in named and lost.name not in unlisted and " more" not in named:
            yield violation(the_close_names_who_fails, lost.name, f"{lost.first_why} since {lost.first_failed}")


def clients_cut_off_are_reported(facts: Facts) -> Iterator[Violation]:
    """1. Three heartbeats and a look after a replacement cuts the first client off, the trail has shown trouble.

    Each replacement that was asked for counts once; a look comes within three quarters of an hour. Not covered: clients
    that a person had left out by name, that were installed meanwhile, non-persistent machines, a rotation that ended
    before, and a server into which another certificate was put unasked before: that was reported.
    """
    reported, seen = _reported(facts), set[int]()
    for lost in sorted(facts.losses, key=lambda each: each.first_failed):
        act = lost.after
        if act is None or act.kind not in SWAPS or not act.actor.asked or lost.others_did or act.number in seen:
            continue
        others = (each for each in facts.unasked if each.kind in SWAPS and each.number < act.number)
        if _is_out(facts, lost) or any(each.subject[0] == act.subject[0] for each in others):
            continue
        seen.add(act.number)
        until = lost.first_failed + _HEARTBEATS * slowest_of(facts, lost) + _LOOK
        if until <= facts.ended and not any(lost.first_failed <= at <= until for at in reported):
            text = (
                f"{act.subject[0]} was replaced at {act.at}: silent from {lost.first_failed} on, untold until {until}"
            )
            yield violation(clients_cut_off_are_reported, lost.name, text)


def _reported(facts: Facts) -> list[datetime]:
    return [event.at for event in facts.trail if event.kind in _TELLING]


def _installed(facts: Facts) -> set[str]:
    return {each.subject[0] for each in facts.unasked if each.kind == "machine.install"}


def _is_out(facts: Facts, lost: LostClient) -> bool:
    """Whether a person had left a client out by name, SEPM may never list it, or an image may hold anything."""
    images = {each.prefix for each in facts.scenario.spec.clients if each.npvdi}
    of_image = lost.name.rpartition("-")[0] in images
    return ClientId(lost.id) in facts.named_at or lost.name in _installed(facts) or of_image
