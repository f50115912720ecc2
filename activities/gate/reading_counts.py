"""A reading of a gate in numbers, from the verdict on every client."""

from collections.abc import Sequence
from datetime import datetime

from rotation.proof.verdict import REFUSES, Judgement, RosterEntry, Verdict, tally
from rotation.running.wait import GateReading
from rotation.values import ClientId

NAMES = 10
"""How many names a reading gives; the store has all of them."""


def in_numbers(
    taken_at: datetime, entries: Sequence[RosterEntry], judgements: Sequence[Judgement], *, reached: bool
) -> GateReading:
    """How many clients are covered, safe, waited for and left out, and the first names of those waited for."""
    counted = tally(judgements)
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    refusing = {judgement.client for judgement in judgements if judgement.reason in REFUSES}
    return GateReading(
        taken_at=taken_at,
        total=counted.total,
        covered=counted.covered,
        safe=counted.by_verdict.get(Verdict.SAFE, 0),
        waiting=counted.waiting,
        left_out=counted.by_verdict.get(Verdict.LEFT_OUT, 0),
        by_reason=counted.by_reason,
        waiting_names=_names(entries, waiting),
        refusing_names=_names(entries, refusing),
        reached=reached,
    )


def _names(entries: Sequence[RosterEntry], some: set[ClientId]) -> tuple[str, ...]:
    return tuple(sorted(entry.label for entry in entries if entry.id in some)[:NAMES])
