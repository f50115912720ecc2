"""The product's invariants, each as one checker that says in words what the promise covers (docs/proof.md).

- `clients`, `telling`: no client is cut off (1), and what is reported of lost ones
- `swaps`, `way_back`: before a replacement and in the holdout (2, 3); old certificates that are wanted back
- `ending`, `conduct`: a rotation ends as it began (4); how it goes about its work (5 to 8)
- `violation`: what a checker reports
"""

from simulation.judged.facts import Facts
from simulation.judged.invariants.clients import acts_of_others_are_named, no_client_is_cut_off
from simulation.judged.invariants.conduct import (
    effects_happen_once,
    no_secret_is_shown,
    tasks_are_closed,
    untouched_without_a_plan,
    what_runs_was_approved,
)
from simulation.judged.invariants.ending import (
    a_cancel_knows_the_certificates,
    certificates_end_as_planned,
    it_ends_as_it_began,
    newborn_pairs_are_asked_about,
)
from simulation.judged.invariants.swaps import (
    a_recovery_changes_nothing_else,
    failover_pairs_keep_an_old_server,
    gates_last_three_heartbeats,
    holdouts_keep_the_old_certificate,
    swaps_follow_their_gates,
    swaps_leave_everybody_a_way,
)
from simulation.judged.invariants.telling import (
    clients_cut_off_are_reported,
    no_client_is_lost_in_silence,
    the_close_names_who_fails,
)
from simulation.judged.invariants.violation import Checker, Violation
from simulation.judged.invariants.way_back import the_old_certificate_is_back_in_time, who_was_cut_off_is_back_with_it

__all__ = ["CHECKERS", "Violation", "check", "no_client_is_cut_off"]

CHECKERS: tuple[Checker, ...] = (
    no_client_is_cut_off,
    acts_of_others_are_named,
    no_client_is_lost_in_silence,
    the_close_names_who_fails,
    clients_cut_off_are_reported,
    swaps_follow_their_gates,
    swaps_leave_everybody_a_way,
    a_recovery_changes_nothing_else,
    holdouts_keep_the_old_certificate,
    failover_pairs_keep_an_old_server,
    gates_last_three_heartbeats,
    it_ends_as_it_began,
    a_cancel_knows_the_certificates,
    newborn_pairs_are_asked_about,
    tasks_are_closed,
    effects_happen_once,
    no_secret_is_shown,
    what_runs_was_approved,
    certificates_end_as_planned,
    the_old_certificate_is_back_in_time,
    who_was_cut_off_is_back_with_it,
)


def check(facts: Facts) -> tuple[Violation, ...]:
    """Every violation in a played rotation."""
    if facts.plan is None:
        return tuple(untouched_without_a_plan(facts))
    return tuple(violation for checker in CHECKERS for violation in checker(facts))
