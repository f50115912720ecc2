"""A limit `stays` that no client keeps is named in the plan, with what it costs."""

from datetime import timedelta

import pytest

HOUR = timedelta(hours=1)


def warned(make, *locations, stays, servers=("s1", "s2")):
    """What the plan of a site of verifying clients says of it."""
    site = make.site(*servers, stays=stays)
    plan = make.plan(site, make.group("G", *locations), clients=[make.client("c1"), make.client("c2")])
    return [each.message for each in plan.findings if each.code == "stays-too-short"]


@pytest.mark.parametrize(("stays", "is_named"), [(HOUR / 2, True), (HOUR, True), (2 * HOUR, False)])
def test_a_stay_that_is_no_longer_than_the_heartbeat_is_named(make, stays, is_named):
    """A client that checks in twice within the limit can show what a replaced server signs."""
    found = warned(make, make.location(heartbeat=HOUR), stays=stays)
    assert [each.endswith("so each rotation asks two persons") for each in found] == [True] * is_named


def test_one_location_that_checks_in_often_is_enough(make):
    """Its clients can show it."""
    assert warned(make, make.location(heartbeat=HOUR), make.location("B", heartbeat=HOUR / 4), stays=HOUR / 2) == []


def test_where_no_client_has_to_show_anything_nothing_is_named(make):
    """Clients that do not verify, or a single server."""
    assert warned(make, make.location(heartbeat=HOUR, secure=False), stays=HOUR / 2) == []
    assert warned(make, make.location(heartbeat=HOUR), stays=HOUR / 2, servers=("s1",)) == []
