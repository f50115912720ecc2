"""Mutations of the look at one client of each build (rule 10), each in its known scenario."""

from rotation.drift.learned import late_list
from rotation.procedure import looking
from rotation.proof import client_look, list_lag
from tests.proof.mutation import mutation

_LATER = "agents of another kind take the list days after the policy"
_LATE = "an agent of another kind comes back when all others have their list"


@mutation(rule="10", replaces=looking.look_at_clients, hole=_LATER)
def no_look_at_clients_before_a_replacement(original, *args):  # noqa: ARG001 - as the rule it replaces
    """The policy that a client reports is taken for the list that was published with it."""
    return iter(())


@mutation(rule="10", replaces=looking.look_before_verifying, hole=_LATER)
def no_look_at_clients_before_they_verify(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Relaxed clients are made to verify again though some may not have taken the new certificate."""
    return iter(())


def _at_once(original, found, looked, others, now):  # noqa: ARG001 - as the rule it replaces
    """No other client of the build is waited for."""
    return now


@mutation(rule="10", replaces=client_look.youngest, hole=_LATE, behind={list_lag.others_have_it: _at_once})
def any_client_speaks_for_its_build(original, candidates):  # noqa: ARG001 - as the rule it replaces
    """A client that has had its policy for long is looked at, and one that came back late is taken to be as far."""
    return min(candidates, key=lambda each: (each.taken_at, each.id))


@mutation(
    rule="10",
    replaces=client_look.builds_to_look_at,
    hole="two persons roll back, every client of one build is left out, and the other build takes lists two days later",
)
def builds_whose_neighbours_are_left_out_are_not_looked_at(original, candidates, kinds):  # noqa: ARG001 - as the rule
    """A build is taken for the only one of its group where all clients of the other one are left out by name."""
    return original(candidates, {})


@mutation(
    rule="10",
    replaces=late_list.late_until,
    hole="a copy speaks HTTPS from the claim on, and a build takes the mended list a day later",
)
def no_lag_is_waited_for_behind_a_wrong_list(original, now, **known):  # noqa: ARG001 - as the rule it replaces
    """Gates that have begun again are proven by the policy alone, and the lag of a build is not waited for."""
    return now


@mutation(
    rule="10",
    replaces=late_list.unseen_until,
    hole="another list is assigned for hours while REST is silent, and a build takes lists five hours later",
)
def no_list_was_wrong_between_two_looks(original, now, **known):  # noqa: ARG001 - as the rule it replaces
    """What was changed and put back between two looks is taken for what no client has taken."""
    return


MUTATIONS = (
    no_look_at_clients_before_a_replacement,
    no_look_at_clients_before_they_verify,
    any_client_speaks_for_its_build,
    builds_whose_neighbours_are_left_out_are_not_looked_at,
    no_lag_is_waited_for_behind_a_wrong_list,
    no_list_was_wrong_between_two_looks,
)
