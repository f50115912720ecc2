"""Losses that are no violation: each excuse is one rule that says why the promise does not cover a client."""

from collections.abc import Callable

from emulator.verdict import LostClient
from rotation.values import ClientId
from simulation.facts import Facts

Excuse = Callable[[LostClient, Facts], str | None]


def excused(lost: LostClient, facts: Facts) -> str | None:
    """Why the loss of a client is not the rotation's; None when it is."""
    for excuse in (_before, _by_name, _by_others):
        why = excuse(lost, facts)
        if why is not None:
            return why
    return None


def _before(lost: LostClient, facts: Facts) -> str | None:
    """It had lost the site before the rotation began, or could never reach it."""
    if lost.after is None or lost.first_failed < facts.began:
        return "it was cut off before the rotation began"
    return None


def _by_name(lost: LostClient, facts: Facts) -> str | None:
    """A person left it out by name, in the plan or by two persons' word in a gate (rule 1)."""
    return "a person left it out by name" if ClientId(lost.id) in facts.left_out else None


def _by_others(lost: LostClient, facts: Facts) -> str | None:  # noqa: ARG001 - an excuse like the others
    """What cut it off was not asked for: somebody did it of their own accord, by mistake, or it happened."""
    if lost.others_did and lost.after is not None:
        return f"nobody asked for what cut it off: {lost.after.kind} by {lost.after.actor.value}"
    return None
