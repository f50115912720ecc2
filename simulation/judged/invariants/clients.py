"""Invariant 1: no client is cut off, and what others did is named."""

from collections.abc import Iterator

from simulation.judged.exemptions import exempted
from simulation.judged.facts import Facts
from simulation.judged.invariants.violation import Violation, violation
from simulation.judged.unreported_acts import unnamed_acts


def no_client_is_cut_off(facts: Facts) -> Iterator[Violation]:
    """1. No client that checks in within its horizon ever loses the site by what the product does or asks for.

    Not covered: clients that were cut off before or left out by name, and acts that were not asked for.
    """
    for lost in facts.losses:
        if exempted(lost, facts) is None:
            after = f"{lost.after.kind} {lost.after.subject} by {lost.after.actor.value}" if lost.after else "nothing"
            yield violation(
                no_client_is_cut_off, lost.name, f"{lost.first_why} at {lost.server} since {lost.first_failed}, {after}"
            )


def acts_of_others_are_named(facts: Facts) -> Iterator[Violation]:
    """1. What others did to settings and certificates is named by an event before a certificate is replaced.

    Not covered: what is done within the last minutes, when proof had been read and the replacement was allowed;
    and a certificate that is put into its server again because the product had named that it is out.
    """
    for act, swap in unnamed_acts(facts):
        done = f"{act.effect.kind} by {act.effect.actor.value} at {act.effect.at}"
        text = f"{done} had not been named when {swap.subject[0]} was replaced at {swap.at}"
        yield violation(acts_of_others_are_named, act.about, text)
