"""Samples of a site's clients."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from rotation.plan.plan_with_site import sample
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ServerName

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def client(number, *, group="A", build="14.3", silent=timedelta(minutes=5), non_persistent=False):
    """A client of some group."""
    return ObservedClient(
        id=ClientId(f"id-{number}"),
        name=f"PC-{number}",
        group_id=GroupId(group),
        build=build,
        last_seen=None if silent is None else NOW - silent,
        last_server=ServerName("S1"),
        serial=None,
        non_persistent=non_persistent,
    )


CLIENTS = [
    *(client(number) for number in range(600)),
    *(client(number, group="B") for number in range(600, 900)),
    *(client(number, silent=timedelta(days=12)) for number in range(900, 990)),
    client(990, build="14.2"),
    client(991, silent=None),
    client(992, non_persistent=True),
    *(client(number, group="B", silent=timedelta(days=40)) for number in range(993, 1000)),
]


def test_each_kind_has_its_share_and_one_at_least():
    """A tenth of a thousand clients: a tenth of each kind, of those long silent too, and who is alone of a kind."""
    chosen = sample(CLIENTS, {}, most=100, as_of=NOW)
    here = Counter((each.group_id, each.build) for each in chosen if each.last_seen == NOW - timedelta(minutes=5))
    assert here == {("A", "14.3"): 61, ("B", "14.3"): 29, ("A", "14.2"): 1}
    assert sum(each.last_seen == NOW - timedelta(days=12) for each in chosen) == 9
    assert {"PC-990", "PC-992"} <= {each.name for each in chosen}
    assert sum(each.last_seen == NOW - timedelta(days=40) for each in chosen) == 1


def test_a_sample_is_the_same_whatever_the_order():
    """It depends on the ids only, so that a seed can be played again."""
    assert sample(CLIENTS[::-1], {}, most=100, as_of=NOW) == sample(CLIENTS, {}, most=100, as_of=NOW)


def test_who_was_seen_at_two_servers_is_of_another_kind():
    """One client that has shown that it gets on is kept in the sample: the planner asks for that."""
    seen = {ClientId("id-5"): frozenset({ServerName("S1"), ServerName("S2")})}
    assert "PC-5" in {each.name for each in sample(CLIENTS, seen, most=10, as_of=NOW)}


def test_all_are_taken_where_there_are_no_more():
    """In the order of their ids."""
    assert sample(CLIENTS[:3][::-1], {}, most=3, as_of=NOW) == tuple(CLIENTS[:3])
