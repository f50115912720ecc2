"""An administrator installs another management server: who comes to it, and with what certificate."""

from datetime import timedelta

from emulator.events.site_events import ServerAdded
from emulator.spec import DEFAULT_LIST, ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, LocationSpec

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OWN = "Own List"


def joined(played, name="B"):
    """The site when that server has joined it."""
    played.simulation.schedule(ServerAdded(server=name), played.simulation.now)
    return played


def test_clients_of_the_default_list_come_to_it(play, site_of):
    """Its certificate is published with the list that names it, so that they know it when they come."""
    played = joined(play(site_of(1)).run(3 * HOUR)).run(3 * DAY)
    assert {each.last_server for each in played.truths().values()} == {"A", "B"}
    shown = {each.credential.fingerprint for each in played.site.servers.values()}
    assert {frozenset(each.held_certificates) for each in played.truths().values()} == {frozenset(shown)}
    assert len(shown) == 2
    assert played.verdict().clients_lost_ever == 0


def test_other_lists_do_not_name_it(play, site_of):
    """Clients of a list that an administrator made hold its certificate, and do not come to it."""
    location = LocationSpec(heartbeat=HOUR, server_list=OWN)
    lists = (ListSpec(priorities=(("A",),)), ListSpec(name=OWN, priorities=(("A",),)))
    groups = (GroupSpec(path=ROOT_GROUP, locations=(location,)),)
    played = play(site_of(1, ClientSpec(group=ROOT_GROUP, count=5), groups=groups, server_lists=lists))
    joined(played.run(3 * HOUR)).run(3 * DAY)
    assert {each.last_server for each in played.truths().values()} == {"A"}
    assert [len(each.entries) for each in played.site.server_lists.values()] == [2, 1]
    assert {each.name for each in played.site.server_lists.values()} == {DEFAULT_LIST, OWN}


def test_a_name_is_given_once(play, site_of):
    """A server of that name is there already: the event is void."""
    played = joined(play(site_of(1)), "A")
    assert ["exists already" in each.why for each in played.simulation.missed] == [True]


def test_clients_that_fail_over_survive_the_replacement_of_the_first(play, site_of):
    """They know the one that has joined."""
    played = joined(play(site_of(1)).run(3 * HOUR)).run(3 * HOUR)
    played.swap("A")
    assert played.run(DAY).verdict().clients_lost_ever == 0
