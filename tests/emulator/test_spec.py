from datetime import timedelta

import pytest
from pydantic import ValidationError

from emulator.scenarios import NAMES, scenario
from emulator.spec import (
    DEFAULT_LIST,
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    MachineSpec,
    PortsSpec,
    ServerSpec,
    SiteSpec,
)

ROOT = GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(),))


def site(**changes):
    return SiteSpec(**({"name": "S", "servers": (ServerSpec(name="A"),), "groups": (ROOT,)} | changes))


@pytest.mark.parametrize("name", NAMES)
def test_scenarios_travel_as_json(name):
    """Every built-in site is the same after a way through JSON."""
    spec = scenario(name, clients=30, heartbeat=timedelta(seconds=5))
    assert SiteSpec.model_validate_json(spec.model_dump_json()) == spec
    assert sum(batch.count for batch in spec.clients) == 30


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("clients", [1, 2, 7, 41])
def test_scenarios_take_any_number_of_clients(play, name, clients):
    """Each built-in site can be had with any number of clients."""
    played = play(scenario(name, clients=clients))
    assert len(played.simulation.fleet) == clients


def test_unknown_scenario_is_named():
    """An unknown scenario is refused with the names of those there are."""
    with pytest.raises(ValueError, match="one-server"):
        scenario("nowhere")


def test_default_list_is_made():
    """Without a default list in the specification the site gets one of all servers at one priority, over HTTPS."""
    spec = site(servers=(ServerSpec(name="A"), ServerSpec(name="B")))
    assert [(each.name, each.protocol, each.priorities) for each in spec.server_lists] == [
        (DEFAULT_LIST, "HTTPS", (("A", "B"),))
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"groups": (GroupSpec(path="Elsewhere", locations=(LocationSpec(),)),)},
        {"groups": (GroupSpec(path=ROOT_GROUP, inherits=True),)},
        {"groups": (ROOT, GroupSpec(path=f"{ROOT_GROUP}\\A\\B", inherits=True))},
        {"groups": (ROOT, ROOT)},
        {"groups": (GroupSpec(path=ROOT_GROUP, locations=(LocationSpec(server_list="None"),)),)},
        {"server_lists": (ListSpec(name="L", priorities=(("Z",),)),)},
        {"clients": (ClientSpec(group="None", count=1),)},
        {"clients": (ClientSpec(group=ROOT_GROUP, count=1, location="None"),)},
        {"clients": (ClientSpec(group=ROOT_GROUP, count=1, reachable_servers=frozenset({"Z"})),)},
    ],
)
def test_names_must_resolve(wrong):
    """A specification that names what is not there is refused."""
    with pytest.raises(ValidationError):
        site(**wrong)


def test_groups_own_or_inherit():
    """A group has locations if and only if it does not inherit."""
    with pytest.raises(ValidationError):
        GroupSpec(path=ROOT_GROUP)
    with pytest.raises(ValidationError):
        GroupSpec(path=ROOT_GROUP, inherits=True, locations=(LocationSpec(),))


def test_away_windows_are_in_order():
    """Windows of absence that overlap or run backwards are refused."""
    day = timedelta(days=1)
    with pytest.raises(ValidationError):
        ClientSpec(group=ROOT_GROUP, count=1, away=((2 * day, day),))
    with pytest.raises(ValidationError):
        ClientSpec(group=ROOT_GROUP, count=1, away=((day, 3 * day), (2 * day, 4 * day)))


def test_picked_ports_reach_servers_and_lists(play):
    """Ports that were picked for serving show at the servers and in the lists."""
    played = play(site().with_ports({"A": (4430, 8140)}))
    entry = played.site.server_list(DEFAULT_LIST).entries[0]
    assert (entry.https_port, entry.http_port) == (4430, 8140)
    assert (played.site.server("A").https_port, played.site.server("A").http_port) == (4430, 8140)


def test_foreign_server_is_never_reached(play):
    """A list may name another site's server; no client reaches it, and none is hindered by it."""
    lists = (ListSpec(priorities=(("ELSEWHERE", "A"),)),)
    spec = site(foreign_servers=("ELSEWHERE",), server_lists=lists, clients=(ClientSpec(group=ROOT_GROUP, count=9),))
    played = play(spec).run(timedelta(hours=1))
    assert {record.last_server_name for record in played.records().values()} == {"A"}
    assert played.verdict().clients_lost_ever == 0


def test_machines_known_by_name_are_as_they_were_last_seen(play, start):
    """Each has its own id, and its last contact lies where it was; one that was never seen has a record only."""
    silent, window, hour = timedelta(days=12), timedelta(minutes=10), timedelta(hours=1)
    known = MachineSpec(id="A1", name="LAPTOP", silent=silent, last_server="B")
    unseen = MachineSpec(id="B2", name="BOXED")
    root = LocationSpec(heartbeat=hour, randomization=window)
    spec = site(
        servers=(ServerSpec(name="A"), ServerSpec(name="B")),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(root,)),),
        clients=(
            ClientSpec(group=ROOT_GROUP, count=1, machine=known, away=((timedelta(seconds=1) - silent, hour),)),
            ClientSpec(group=ROOT_GROUP, count=1, machine=unseen, away=((-hour, timedelta(days=400)),)),
        ),
    )
    records = play(spec).run(timedelta(0)).records()
    seen = records["LAPTOP"]
    assert (seen.id, seen.last_server_name) == ("A1", "B")
    assert silent <= start - seen.last_update_time <= silent + window
    assert (records["BOXED"].id, records["BOXED"].last_update_ms, records["BOXED"].profile_serial) == ("B2", 0, "")
    with pytest.raises(ValidationError, match="one machine"):
        ClientSpec(group=ROOT_GROUP, count=2, machine=known)


def test_a_site_may_say_its_own_ids_and_addresses(play):
    """Ids of groups and locations, the address by which a list names a server: as the specification has them."""
    spec = site(
        groups=(GroupSpec(id="AB12", path=ROOT_GROUP, locations=(LocationSpec(id="CD34"),)),),
        server_lists=(
            ListSpec(name=DEFAULT_LIST, priorities=(("A",),), ports={"A": PortsSpec(address="a.example.com")}),
        ),
    )
    played = play(spec).site
    assert [(group.id, [place.id for place in group.locations]) for group in played.groups.values()] == [
        ("AB12", ["CD34"])
    ]
    assert played.server_list(DEFAULT_LIST).entries[0].address == "a.example.com"
