"""What the rules of proof cost a person."""

import pytest

from rotation.plan.effort import extra_work, minutes
from rotation.plan.request import Unproven

AN_HOUR = 60


@pytest.fixture
def large(make):
    """The plan of 5,000 clients in 20 networks and 20 groups with two locations, all of them asked by the script."""

    def build(*servers, seen_at=None, **fields):
        lists = [make.server_list(name, *servers) for name in ("Office", "Travel")]
        site = make.site(*servers, lists=lists)
        places = [make.location(each.name, server_list=each.name) for each in lists]
        groups = [make.group(f"G{number}", *places) for number in range(20)]
        clients = [
            make.client(f"c{number}", f"G{number % 20}", network=f"10.{number // 250}.0.0/16") for number in range(5000)
        ]
        answers = [
            make.answer(client.id, network=client.network, server=server) for client in clients for server in servers
        ]
        request = make.request(site, trusted_networks=(), **fields)
        return make.plan(site, *groups, clients=clients, answers=answers, request=request, seen_at=seen_at)

    return build


def test_one_server_costs_less_than_an_hour(large):
    """Script, looks at clients, and signatures in the same task as a look; no names, no exports."""
    work = extra_work(large("s1"))
    assert {(each.rule, each.tasks) for each in work} == {("10", 2), ("24", 0)}
    assert 0 < minutes(work) < AN_HOUR


@pytest.mark.parametrize("history", [None, frozenset({"s1"})], ids=["seen", "unseen"])
@pytest.mark.parametrize("choice", [Unproven.RELAX, Unproven.DRILL])
def test_three_servers_with_two_locations_cost_less_than_an_hour(large, choice, history):
    """Whether failover was seen in history, a drill shows it, or all are relaxed."""
    seen_at = None if history is None else {f"c{number}": history for number in range(5000)}
    work = extra_work(large("s1", "s2", "s3", seen_at=seen_at, unproven_failover=choice))
    assert 0 < minutes(work) < AN_HOUR, work


def test_the_drill_with_https_shut_costs_two_tasks_and_some_minutes_a_server(large):
    """It is still less than an hour in all."""
    work = extra_work(large("s1", drill_https=True))
    assert [(each.tasks, each.minutes) for each in work if each.rule == "18"] == [(2, 4)]
    assert minutes(work) < AN_HOUR


def test_the_drill_with_stopped_servers_costs_two_tasks_a_server(large):
    """It is still less than an hour in all."""
    work = extra_work(large("s1", "s2", "s3", drill_stop=True))
    assert [(each.tasks, each.minutes) for each in work if each.rule == "21"] == [(6, 24)]
    assert minutes(work) < AN_HOUR


def test_names_are_what_costs_and_the_drill_is_what_is_cheaper(large):
    """5,000 clients that a person takes to fail over, by name."""
    seen_at_one = {f"c{number}": frozenset({"s1"}) for number in range(5000)}
    work = extra_work(large("s1", "s2", "s3", seen_at=seen_at_one, unproven_failover=Unproven.APPROVE))
    (names,) = [each for each in work if each.rule == "8"]
    assert names.minutes > AN_HOUR
    assert "drill" in names.cheaper


def test_networks_on_trust_cost_more_than_the_script(make):
    """A person has to be asked about each of twenty networks."""
    site = make.site("s1")
    networks = tuple(f"10.{number}.0.0/16" for number in range(20))
    clients = [make.client(f"c{number}", network=network) for number, network in enumerate(networks)]
    plan = make.plan(site, make.group("G"), clients=clients, request=make.request(site, trusted_networks=networks))
    (asked,) = [each for each in extra_work(plan) if each.what.startswith("ask")]
    assert (asked.minutes, "network-script" in asked.cheaper) == (60, True)


def test_images_and_names_left_out_are_counted(make):
    """A group of golden images is refreshed more than once, and a client that is away is left out by name."""
    site = make.site("s1")
    clients = [
        make.client("a"),
        make.client("b", images=True),
        make.client("c", seen=-100 * 24 * 60),
    ]
    plan = make.plan(site, make.group("G"), clients=clients, request=make.request(site, leave_out_away=True))
    by_rule = {each.rule: each for each in extra_work(plan)}
    assert by_rule["1"].minutes == 1
    assert by_rule["4"].tasks > 1
