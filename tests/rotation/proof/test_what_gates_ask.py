"""What a gate asks beside the settings: times with the skew of clocks, what a drill takes, what a way back needs."""

from datetime import timedelta

import pytest

from rotation.access import ConsoleGroup, ConsoleLocation, OfflineDocument
from rotation.plan.request import Unproven
from rotation.plan.step import Console, Gate, GatePurpose
from rotation.plan.work.task import ReplaceCertificate
from rotation.proof.outage import OutageSeen
from rotation.proof.reading import (
    Seen,
    asks_for_dates,
    gates_of_others,
    is_on_the_way_back,
    is_reached,
    relaxes_to_go_back,
    rules,
)
from rotation.proof.verdict import Reason, Tally, Verdict
from rotation.values import ListName, ServerName

S1 = ServerName("s1")


def gates(body, purpose):
    """The gates of that purpose, one after the other."""
    return [step for step in body.steps if isinstance(step, Gate) and step.purpose is purpose]


@pytest.fixture
def two(make):
    """One server and two groups that are relaxed, of which H goes first; clients report within seven minutes."""
    site = make.site("s1")
    groups = [make.group(path, jitter=2) for path in "GH"]
    clients = [make.client("c1", "H"), make.client("d1"), make.client("d2")]
    return site, make.plan(site, *groups, clients=clients).body


@pytest.fixture
def asked(make):
    """What a gate asks of the clients of a group, where these things were read and clocks are a minute apart."""

    def build(site, body, step, group="H", **more):
        known = {"swapped": ("s1",), "references": {}, "swap_seen": make.t0, "skew": timedelta(minutes=1)}
        return rules(step, Seen(site=site, body=body, **{**known, **more}))[make.id_of(group)]

    return build


def test_rule_9_times_of_a_gate_are_later_by_the_skew_of_clocks(make, two, asked):
    """How late a client may be, since when a drill has something away; a new certificate may have come earlier."""
    site, body = two
    (gate, _), at = gates(body, GatePurpose.RELAXED), make.at(minutes=30)
    rule = asked(site, body, gate, outage=OutageSeen(since=at), new_since=at, as_of=at)
    assert rule.due_after == timedelta(minutes=5 + 2 + 1)
    assert (rule.outage_since, rule.new_since, rule.as_of) == (make.at(minutes=31), make.at(minutes=29), at)
    bare = asked(site, body, gate)
    assert (bare.outage_since, bare.new_since, bare.as_of) == (None, None, None)


def test_rule_11_who_refuses_is_asked_behind_what_was_put_back(make, two, asked):
    """Of canaries too; forward, no client is taken to refuse that it is relaxed."""
    site, body = two
    newest = {make.id_of("G"): make.at(minutes=8), make.id_of("H"): make.at(minutes=9)}
    for purpose in (GatePurpose.VERIFYING, GatePurpose.RETURNED):
        for gate in gates(body, purpose):
            behind = asked(site, body, gate, published=newest)
            assert (behind.published, behind.settle) == (make.at(minutes=9), timedelta(minutes=2 + 1))
    relaxing = [asked(site, body, gate, published=newest) for gate in gates(body, GatePurpose.RELAXED)]
    assert [(each.published, each.settle) for each in relaxing] == [(make.at(minutes=9), None)] * 2


def test_rule_15_on_the_way_back_gates_over_relaxed_clients_ask_who_refuses_too(two):
    """From the first step of the way back on; before it, and behind a replacement, other rules tell it."""
    _, forward = two
    first, everyone = gates(forward, GatePurpose.RELAXED)
    (swapped,) = gates(forward, GatePurpose.SWAPPED)
    back = forward.model_copy(update={"back_from": everyone.id})
    asks = (is_on_the_way_back, relaxes_to_go_back, asks_for_dates)
    assert [[ask(each, back) for each in (first, everyone, swapped)] for ask in asks] == [
        [False, True, True],
        [False, True, False],
        [False, True, False],
    ]
    assert not any(ask(each, forward) for ask in asks for each in (first, everyone, swapped))
    whole = forward.model_copy(update={"back_from": forward.steps[0].id})
    assert asks_for_dates(first, whole)
    for purpose in (GatePurpose.VERIFYING, GatePurpose.RETURNED):
        for body in (forward, whole):
            restoring = gates(body, purpose)
            assert [asks_for_dates(each, body) for each in restoring] == [True, True]


def test_rule_24_only_the_gate_that_relaxes_canaries_has_networks_to_try(two, asked):
    """One canary of each network shows that plain HTTP gets through; behind that gate it is known."""
    site, body = two
    body = body.model_copy(update={"tried_networks": ("10.1.0.0/24",)})
    purposes = (GatePurpose.RELAXED, GatePurpose.VERIFYING)
    tried = [[set(asked(site, body, gate).networks) for gate in gates(body, purpose)] for purpose in purposes]
    assert tried == [[{"10.1.0.0/24"}, set()], [set(), set()]]


def test_rule_13_no_gate_of_canaries_nor_the_last_one_asks_for_clients_that_verify_next(two, asked):
    """The canaries are back on their list when the rest is made to verify; at the end no client is."""
    site, body = two
    returned = [asked(site, body, gate) for gate in gates(body, GatePurpose.RETURNED)]
    assert [each.verifies_next for each in returned] == [False, False]


def test_rule_18_only_the_gate_of_a_stop_knows_a_stopped_server(make, asked):
    """Behind the replacement of that server it runs, and clients may come to it."""
    site = make.site("s1", "s2")
    request = make.request(site, drill_stop=True)
    body = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request).body
    stop, swap = (gates(body, purpose)[0] for purpose in (GatePurpose.ELSEWHERE, GatePurpose.SWAPPED))
    assert stop.server is not None
    assert [asked(site, body, gate, "G").stopped for gate in (stop, swap)] == [stop.server, None]


def test_rule_24_only_groups_whose_policy_was_moved_are_asked_what_servers_sign(make):
    """Of the others no client can show it; every other gate asks all groups of its scope."""
    site = make.site("s1", "s2")
    body = make.plan(site, make.group("G"), make.group("H"), clients=[make.client("c1"), make.client("d1", "H")]).body
    seen = Seen(site=site, body=body, swapped=(S1,), references={make.id_of("G"): make.t0}, swap_seen=make.t0)
    assert set(rules(gates(body, GatePurpose.SIGNED)[0], seen)) == {make.id_of("G")}
    assert set(rules(gates(body, GatePurpose.SWAPPED)[0], seen)) == {make.id_of("G"), make.id_of("H")}


def test_a_gate_takes_no_newer_policy_for_right_where_settings_cannot_be_read(make, two, asked):
    """A site without REST: what a newer policy holds, no reading shows."""
    site, body = two
    place = ConsoleLocation(server_list=ListName("L"), secure_communications=True, heartbeat=make.heartbeat)
    group = ConsoleGroup(path="My Company", policy_serial="F99A-11/20/2025 08:00:00 000", locations=(place,))
    document = OfflineDocument(version="12.1", recorded_at=make.t0, groups=(group,))
    gate = gates(body, GatePurpose.RELAXED)[0]
    offline = site.model_copy(update={"access": document})
    assert [asked(each, body, gate).exact for each in (site, offline)] == [False, True]


def test_rule_15_servers_that_go_back_after_a_gate_are_those_of_the_tasks_behind_it(make, asked):
    """Also of the task that follows at once; a forward plan takes no certificate out."""
    site = make.site("s1", "s2", "s3")
    body = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    kept = tuple(step for step in body.steps if step in body.swap_gates or _replaces(step))
    back = body.model_copy(update={"steps": kept, "back_from": kept[0].id})
    later = [asked(site, back, gate, "G").goes_back_later for gate in gates(back, GatePurpose.SWAPPED)]
    assert later == [{"s2", "s3"}, {"s3"}, frozenset()]
    assert asked(site, body, gates(body, GatePurpose.SWAPPED)[0], "G").goes_back_later == frozenset()


def _replaces(step):
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)


@pytest.mark.parametrize("reason", [Reason.BROUGHT_BACK_LATER, Reason.KNOWS_FORMER])
def test_rule_15_one_canary_that_only_the_rest_of_a_way_back_brings_is_enough(two, reason):
    """It can show nothing before, and holds up no way back."""
    _, body = two
    counted = Tally(total=1, by_verdict={Verdict.SAFE: 1}, by_reason={reason: 1})
    assert is_reached(gates(body, GatePurpose.RELAXED)[0], counted)


def test_rule_11_clients_that_verify_over_http_trust_only_servers_that_were_not_replaced(make, asked):
    """The list was described as HTTP since the plan was made: such clients may be anywhere without the certificate."""
    servers = ("s1", "s2", "s3")
    site = make.site(*servers, lists=[make.server_list("L", *servers)])
    body = make.plan(site, make.group("G", server_list="L"), clients=[make.client("c1")]).body
    gate = gates(body, GatePurpose.SWAPPED)[1]
    http = make.site(*servers, lists=[make.server_list("L", *servers, http=True)])
    swaps = [asked(each, body, gate, "G", swapped=("s1", "s2")).swap for each in (site, http)]
    assert [each.trusted for each in swaps] == [{"s1", "s3"}, {"s3"}]


def test_a_list_that_the_site_does_not_describe_any_more_offers_no_server(make, asked):
    """Neither to go to, nor to be seen at in a drill: no client is taken to know another server."""
    site = make.site("s1", "s2", lists=[make.server_list("L", "s1", "s2")])
    request = make.request(site, unproven_failover=Unproven.DRILL)
    body = make.plan(
        site,
        make.group("G", server_list="L"),
        clients=[make.client("c1")],
        seen_at={"c1": frozenset({"s1"})},
        request=request,
    ).body
    bare = make.site("s1", "s2", lists=[make.server_list("M", "s1", "s2")])
    (drill,) = gates(body, GatePurpose.DRILLED)
    assert asked(site, body, drill, "G").drill.offers == (frozenset({"s1", "s2"}),)
    assert asked(bare, body, drill, "G").drill.offers == (frozenset(),)
    seen = Seen(site=bare, body=body, swapped=(S1,), references={}, swap_seen=make.t0)
    assert gates_of_others(gates(body, GatePurpose.SWAPPED)[0], body.scopes[0], seen) == frozenset()
