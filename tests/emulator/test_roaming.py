"""Clients that change between two locations of their group, each with a server list of its own."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, LocationSpec

HOUR = timedelta(hours=1)
OUTSIDE = "Outside"


@pytest.fixture
def site(play, site_of):
    """Two servers: the office list names both, the list of the other location the second one alone."""

    def make(**batch):
        office = LocationSpec(heartbeat=HOUR)
        outside = LocationSpec(name=OUTSIDE, heartbeat=2 * HOUR, server_list="Far")
        return play(
            site_of(
                2,
                ClientSpec(group=ROOT_GROUP, count=6, roams_to=OUTSIDE, **batch),
                groups=(GroupSpec(path=ROOT_GROUP, locations=(office, outside)),),
                server_lists=(ListSpec(priorities=(("A", "B"),)), ListSpec(name="Far", priorities=(("B",),))),
            )
        )

    return make


def places(played):
    """Where the clients are, and where they check in."""
    return {(truth.location, truth.server_list, truth.last_server) for truth in played.truths().values()}


def test_clients_roam_between_locations(site):
    """Half the day they use the list of one location, half the day that of the other; no client is lost by it."""
    played = site().run(10 * HOUR)
    assert {place for place, _, _ in places(played)} == {"Default"}
    assert {last for _, _, last in places(played)} == {"A", "B"}
    assert places(played.run(6 * HOUR)) == {(OUTSIDE, "Far", "B")}
    assert {(place, known) for place, known, _ in places(played.run(12 * HOUR))} == {
        ("Default", "Default Management Server List")
    }
    assert played.run(30 * 24 * HOUR).verdict().clients_lost_ever == 0


def test_the_list_of_the_other_location_decides(site):
    """A replacement of the one server of that list cuts off who did not take its certificate before."""
    played = site(away=((5 * HOUR, 13 * HOUR),)).run(6 * HOUR)
    played.swap("B")
    assert played.run(24 * HOUR).verdict().clients_lost_ever == 6


def test_quiet_heartbeats_end_with_the_stay(site):
    """A client that no caller reads for months is as if it had been read each hour."""
    watched, unwatched = site().run(HOUR), site().run(HOUR)
    for _ in range(100):
        watched.run(HOUR)
        watched.records()
    unwatched.run(100 * HOUR)
    assert watched.truths() == unwatched.truths()
    assert watched.records() == unwatched.records()


def test_another_network_reaches_other_servers(site):
    """Who cannot reach the server of the other list from there checks in at home only."""
    played = site(roams_reaching=frozenset({"A"})).run(20 * HOUR)
    assert {truth.location for truth in played.truths().values()} == {OUTSIDE}
    assert not any(record.online for record in played.records().values())
    assert all(record.online for record in played.run(8 * HOUR).records().values())


def test_the_other_location_must_be_there(site_of):
    """A name that the group does not have is refused."""
    with pytest.raises(ValidationError, match="unknown location: Nowhere"):
        site_of(1, ClientSpec(group=ROOT_GROUP, count=1, roams_to="Nowhere"))
