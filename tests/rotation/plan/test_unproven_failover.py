"""Failover that was seen, and names that are taken on trust."""

import hashlib

import pytest

from rotation.plan.unproven_failover import digest, fails_over
from rotation.values import ClientId, ServerName


def test_the_digest_is_of_ids_and_names_in_the_order_of_the_ids():
    """It is part of an approved plan: another version that computed it otherwise would call every such plan another."""
    names = {ClientId("c2"): "B", ClientId("c1"): "A"}
    assert digest(names) == hashlib.sha256(b'[["c1","A"],["c2","B"]]').hexdigest()


@pytest.mark.parametrize(
    ("seen", "offers", "shown"),
    [("ab", ["ab"], True), ("a", ["ab"], False), ("ab", ["ab", "abc"], True), ("ab", ["ab", "ac"], False)],
)
def test_failover_is_shown_for_each_list(seen, offers, shown):
    """Two servers of every list: a list that has both is shown by another one, a list that has one of them is not."""
    at, *lists = (frozenset(map(ServerName, names)) for names in (seen, *offers))
    assert fails_over(at, lists) is shown
