"""Mutations of what keeps clients from plain HTTP that does not get through: rule 24a, each in its known scenario."""

from rotation.planning.choice import canary, plain_http
from rotation.proof import reading
from rotation.reach import answer, judging
from tests.proof.mutation import mutation


@mutation(rule="24a", replaces=plain_http.unshown, hole="no plain HTTP gets through from the only group")
def networks_that_nothing_has_shown_are_not_asked_about(original, *args):  # noqa: ARG001 - as the rule it replaces
    """Where no canary can go first, all clients are sent to plain HTTP at once."""
    return []


@mutation(rule="24a", replaces=judging.Reach._through, hole="the script finds a network without plain HTTP")
def who_was_asked_gets_through(original, *args, **named):  # noqa: ARG001 - as the rule it replaces
    """Whatever came instead of an answer, a line of the script counts as one."""
    return True


@mutation(rule="24a", replaces=answer.ReachAnswer.counts, hole="a firewall was closed since the script has asked")
def answers_never_grow_old(original, *args):  # noqa: ARG001 - as the rule it replaces
    """What the script wrote half a year ago shows that plain HTTP gets through today."""
    return True


@mutation(rule="24a", replaces=canary._networks, hole="the canaries are in another network")
def canaries_stand_for_every_network(original, owner, by_group, unshown, since):  # noqa: ARG001 - as the rule it replaces
    """A canary shows the way for clients that are in other networks than it."""
    return frozenset(
        canary.ListEndpoints(server_list=name, network=client.network)
        for some in by_group.values()
        for client in some
        for name in unshown.get(client.id, ())
    )


@mutation(
    rule="24a",
    replaces=reading._tries,
    hole="the only canary of a network is switched off before its turn",
)
def a_canary_that_was_away_has_tried_its_network(original, entry, judgement, untried):  # noqa: ARG001 - as the rule it replaces
    """The gate over the canaries passes though no client has tried a network of theirs."""
    return judgement


MUTATIONS = (
    networks_that_nothing_has_shown_are_not_asked_about,
    who_was_asked_gets_through,
    answers_never_grow_old,
    canaries_stand_for_every_network,
    a_canary_that_was_away_has_tried_its_network,
)
