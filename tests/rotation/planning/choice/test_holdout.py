"""Rule 6: the holdouts are a smallest set that leaves every failover pair one old and one new server."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.planning.choice.holdout import holdouts
from rotation.values import ServerName

S1, S2, S3, S4, S5 = SERVERS = tuple(ServerName(f"s{n}") for n in range(1, 6))
OFFERS = st.lists(st.frozensets(st.sampled_from(SERVERS)), max_size=5)


def serves(held, offers):
    """Whether each offer has a server inside `held` and one outside."""
    return all(offer & held and offer - held for offer in offers)


@given(offers=OFFERS)
def test_rule_6_holdouts_hit_every_pair_and_are_a_smallest_set(offers):
    """A set that is too small leaves a pair no old server; one that is too large, none to learn the new one from."""
    held = holdouts(offers, SERVERS)
    sets = [frozenset(some) for size in range(len(SERVERS) + 1) for some in combinations(SERVERS, size)]
    serving = [some for some in sets if serves(some, offers)]
    if held is None:
        assert serving == []
    else:
        assert serves(held, offers)
        assert len(held) == min(len(some) for some in serving)


@given(offers=OFFERS, order=st.permutations(SERVERS))
def test_order_of_preference_does_not_change_the_size(offers, order):
    """A wish decides which servers are kept, not how many."""
    chosen, usual = holdouts(offers, order), holdouts(offers, SERVERS)
    assert (chosen is None) == (usual is None)
    assert chosen is None or usual is None or len(chosen) == len(usual)


def test_preferred_server_is_kept():
    """Of equally small sets the most preferred one is taken."""
    offers = [frozenset({S1, S2, S3})]
    assert holdouts(offers, (S2, S1, S3)) == frozenset({S2})
    assert holdouts(offers, (S3, S1, S2)) == frozenset({S3})


def test_preferred_server_that_a_pair_does_not_offer_is_not_enough():
    """A wish that would leave a pair without an old server is not followed."""
    offers = [frozenset({S1, S2}), frozenset({S2, S3})]
    assert holdouts(offers, (S1, S2, S3)) == frozenset({S2})


def test_two_separate_lists_take_two_holdouts():
    """Pairs that share no server keep one each."""
    assert holdouts([frozenset({S1, S2}), frozenset({S3, S4})], (S2, S4, S1, S3)) == frozenset({S2, S4})


def test_three_lists_in_a_triangle_have_no_holdouts():
    """Three lists of two out of three servers: any two holdouts fill one list, any one misses one."""
    offers = [frozenset({S1, S2}), frozenset({S2, S3}), frozenset({S1, S3})]
    assert holdouts(offers, (S1, S2, S3)) is None


@pytest.mark.parametrize(
    ("firsts", "held"),
    [
        ([], {S3}),
        ([{S3}], {S1, S2}),  # one server more
        ([{S3}, {S4}], {S1, S2}),
        ([{S3, S4}], {S3}),  # S4 is used
        ([{S3}, {S1}], {S3}),  # no set keeps both out: the smallest
    ],
)
def test_a_server_that_clients_go_to_is_kept_out_of_the_holdouts(firsts, held):
    """What a replaced server signs is shown by clients that use it; one of which no client comes is not shown."""
    offers = [frozenset({S3, S1}), frozenset({S3, S4, S2})]
    assert holdouts(offers, (S3, S1, S2, S4), [frozenset(first) for first in firsts]) == frozenset(held)


def test_no_server_more_than_one_is_held_for_what_clients_use():
    """Each held server waits to the last: three lists with one first choice would hold three others."""
    offers = [frozenset({S1, S2}), frozenset({S1, S3}), frozenset({S1, S4})]
    assert holdouts(offers, SERVERS, [frozenset({S1})]) == frozenset({S1})


def test_no_failover_pair_needs_no_holdout():
    """Where everybody is relaxed nothing is kept."""
    assert holdouts([], SERVERS) == frozenset()


def test_the_server_that_lists_name_last_is_kept(make):
    """Clients use the others, and show what is signed there after a replacement (rule 24b); a wish goes before that."""
    known = make.server_list("L", "s1", "s2")
    first, last = known.entries
    behind = known.model_copy(update={"priorities": ((last,), (first,))})
    site = make.site("s1", "s2", lists=[behind])
    given = {"clients": [make.client("c1")]}
    plan = make.plan(site, make.group("G", server_list="L"), **given)
    assert (plan.body.holdouts, plan.body.waves) == (("s1",), (("s2",), ("s1",)))
    wanted = make.request(site, holdout=("s2",))
    assert make.plan(site, make.group("G", server_list="L"), request=wanted, **given).body.holdouts == ("s2",)
