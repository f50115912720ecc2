"""The drill of rule 8: which lists have which server first, whom the gate waits for, and what it is followed by."""

import pytest

from rotation.plan.drill import contradicted, order_of
from rotation.plan.request import Unproven
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, Gate, GatePurpose
from rotation.plan.unproven_failover import SERVERS
from rotation.plan.work.task import ReorderList
from rotation.procedure.steps import turning_back
from rotation.proof.reading import Seen, rules
from rotation.proof.verdict import Reason, Verdict
from rotation.site import ListEntry, Protocol, ServerList
from rotation.values import ListName, ServerName


def by_priority(name, *pools):
    """A list with those servers, pool by pool."""
    entries = tuple(tuple(ListEntry(server=ServerName(s), address=f"{s}.test") for s in pool) for pool in pools)
    return ServerList(name=ListName(name), protocol=Protocol.HTTPS, priorities=entries)


BRANCH = by_priority("Branch", ["s1"], ["s2"], ["s3"])
EVEN = by_priority("Even", ["s1", "s2", "s3"])


@pytest.fixture
def drilled(make):
    """A plan with a drill of one group over a list, and with the servers at which its clients were seen."""

    def build(known, seen, **wishes):
        site = make.site("s1", "s2", "s3", lists=[known])
        request = make.request(site, unproven_failover=Unproven.DRILL, **wishes)
        clients = [make.client(name) for name in seen]
        seen_at = {name: frozenset(servers) for name, servers in seen.items()}
        group = make.group("G", server_list=known.name)
        return site, make.plan(site, group, clients=clients, seen_at=seen_at, request=request)

    return build


def orders(plan):
    """The orders that lists are put in, one after the other."""
    works = [step.work for step in plan.body.steps if isinstance(step, Console) and isinstance(step.work, ReorderList)]
    return [work.text for work in works]


def numbers(plan):
    """The numbers of the steps up to the first replacement."""
    found = [step.number for step in plan.body.steps]
    return found[: found.index("B2")]


def test_rule_8_a_drill_comes_before_the_first_certificate_and_is_followed_by_another_look(drilled):
    """The second server first, a gate, the list as it was, then the rest is planned again: all before B2."""
    _, plan = drilled(BRANCH, {"c1": ["s1"]})
    assert numbers(plan) == ["preflight", *["recovery"] * 3, "hand-outs", "B1", "B1", "B1-undo", "recheck", "look"]
    assert orders(plan) == ["s2; s1; s3", "s1; s2; s3"]
    assert plan.body.scopes[0].treatment is Treatment.FAILOVER
    assert plan.body.on_trust == ()
    assert "failover-drill" in [finding.code for finding in plan.findings]


def test_rule_8_its_gate_lasts_three_heartbeats_and_ends_when_every_client_has_had_time_to_move(make, drilled):
    """A client stays with its last server for up to 24 hours: the gate waits that long for clients it does not see."""
    _, plan = drilled(BRANCH, {"c1": ["s1"]})
    gate = next(step for step in plan.body.steps if isinstance(step, Gate) and step.is_drill)
    assert gate.minimum == 3 * make.heartbeat + plan.body.publish_delay
    assert gate.patience == make.at(hours=24) - make.t0 + gate.minimum


def test_rule_8_where_clients_are_spread_a_second_round_asks_those_that_were_at_its_first_server(drilled):
    """The least known server comes first; clients that know only that one are sent to another one afterwards."""
    _, plan = drilled(EVEN, {"c1": ["s1"], "c2": ["s2"], "c3": ["s3"], "c4": ["s1"]})
    assert orders(plan) == ["s2; s1, s3", "s1; s2, s3", "s1, s2, s3"]
    assert numbers(plan).count("B1") == 4


def test_rule_8_no_round_is_made_in_the_order_that_the_list_has_anyway(drilled):
    """c2 knows only s2 although s1 comes first: it is sent to s3; with two servers there is nothing left to ask it."""
    _, plan = drilled(BRANCH, {"c1": ["s1"], "c2": ["s2"], "c3": ["s3"]})
    assert orders(plan) == ["s2; s1; s3", "s3; s1; s2", "s1; s2; s3"]
    _, plan = drilled(by_priority("Two", ["s1"], ["s2"]), {"c1": ["s1"], "c2": ["s2"]})
    assert orders(plan) == ["s2; s1", "s1; s2"]


def test_rule_8_without_clients_to_ask_there_is_no_drill(drilled):
    """Everybody was seen at two servers of the list before."""
    _, plan = drilled(BRANCH, {"c1": ["s1", "s2"]})
    assert orders(plan) == []
    assert plan.body.drilled == ()


def test_rule_8_a_default_list_cannot_be_reordered(drilled):
    """SEPM's own list can only be copied: its groups are relaxed, with the reason, unless they are approved by name."""
    default = by_priority("Default Management Server List for Vienna", ["s1", "s2", "s3"])
    _, plan = drilled(default, {"c1": ["s1"]})
    assert plan.body.scopes[0].treatment is Treatment.RELAX
    assert ("relax-no-drill", "G / Default") in [(finding.code, finding.subject) for finding in plan.findings]
    assert orders(plan) == []


def test_rule_8_a_drill_that_was_not_chosen_is_not_missed(make):
    """Clients that are approved by name leave a list as it is, whether or not it could be reordered."""
    default = by_priority("Default Management Server List for Vienna", ["s1"], ["s2"])
    site = make.site("s1", "s2", lists=[default])
    request = make.request(site, unproven_failover=Unproven.APPROVE)
    seen_at = {"c1": frozenset({"s1"})}
    group = make.group("G", server_list=default.name)
    plan = make.plan(site, group, clients=[make.client("c1")], seen_at=seen_at, request=request)
    assert plan.body.scopes[0].treatment is Treatment.FAILOVER
    assert "relax-no-drill" not in [finding.code for finding in plan.findings]


def test_rule_8_each_group_has_its_own_choice_of_a_drill(drilled):
    """Approved by name for one group, it has no drill although the others do."""
    _, plan = drilled(BRANCH, {"c1": ["s1"]}, unproven_by_group={"G": Unproven.APPROVE})
    assert orders(plan) == []
    assert [each.path for each in plan.body.on_trust] == ["G"]


@pytest.mark.parametrize(
    ("seen", "first", "second"),
    [
        (["s1", "s2"], Reason.SEEN_AT_SECOND_SERVER, Reason.SEEN_AT_SECOND_SERVER),
        (["s2"], Reason.AT_THE_FIRST_SERVER, Reason.NOT_AT_SECOND_SERVER),
        (["s1"], Reason.NOT_AT_SECOND_SERVER, Reason.NOT_AT_SECOND_SERVER),
        (["s1", "foreign"], Reason.NOT_AT_SECOND_SERVER, Reason.NOT_AT_SECOND_SERVER),
        ([], Reason.NOT_AT_SECOND_SERVER, Reason.NOT_AT_SECOND_SERVER),
    ],
)
def test_rule_8_a_client_is_proven_by_two_servers_of_its_list(make, drilled, seen, first, second):
    """Seen at two of them, ever: proven. Known only where the first round sends the others: the second one asks it."""
    site, plan = drilled(EVEN, {"c1": ["s1"], "c2": ["s2"], "c3": ["s3"], "c4": ["s1"]})
    gates = [step for step in plan.body.steps if isinstance(step, Gate) and step.is_drill]
    observed = Seen(site=site, body=plan.body, swapped=(), references={})
    found = []
    for gate in gates:
        rule = rules(gate, observed)[make.id_of("G")]
        found.append(make.judge(rule, make.client("c1"), seen_at=frozenset(seen)))
    assert [judged.reason for judged in found] == [first, second]
    held = {Reason.SEEN_AT_SECOND_SERVER: Verdict.COVERED, Reason.AT_THE_FIRST_SERVER: Verdict.SAFE}
    assert [judged.verdict for judged in found] == [held.get(reason, Verdict.WAITING) for reason in (first, second)]
    assert len(gates) == SERVERS


def test_rule_8_no_swap_rests_on_the_gate_of_a_drill(drilled):
    """Who was not seen is in R or approved by name when the certificate is claimed: the gate need not hold then."""
    _, plan = drilled(BRANCH, {"c1": ["s1"]})
    drills = {step.id for step in plan.body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.DRILLED}
    assert not any(drills & set(step.holds) for step in plan.body.steps if isinstance(step, Console))


def test_rule_16_a_cancel_during_the_drill_puts_the_list_back_in_its_order(drilled):
    """What was never reordered is not touched."""
    _, plan = drilled(BRANCH, {"c1": ["s1"]})
    ids = [step.id for step in plan.body.steps]
    reordered = next(step.id for step in plan.body.steps if step.number == "B1")
    assert [step.number for step in turning_back(plan.body.steps, ids[: ids.index(reordered)])] == ["hand-outs"]
    back, _ = turning_back(plan.body.steps, ids[: ids.index(reordered) + 1])
    assert isinstance(back, Console)
    assert back.work == ReorderList(list=BRANCH.name, order=order_of(BRANCH), restores=True)


def test_rule_16_a_cancel_puts_every_list_of_the_drill_back(make):
    """Two groups with lists of their own: both were reordered, and both are put back."""
    other = by_priority("Other", ["s2"], ["s3"], ["s1"])
    site = make.site("s1", "s2", "s3", lists=[BRANCH, other])
    groups = [make.group("G", server_list=BRANCH.name), make.group("H", server_list=other.name)]
    clients = [make.client("c1"), make.client("d1", "H")]
    request = make.request(site, unproven_failover=Unproven.DRILL)
    plan = make.plan(site, *groups, clients=clients, seen_at={}, request=request)
    back = turning_back(plan.body.steps, [step.id for step in plan.body.steps if step.number == "B1"])
    assert [step.work.list for step in back if isinstance(step, Console) and isinstance(step.work, ReorderList)] == [
        "Branch",
        "Other",
    ]


@pytest.mark.parametrize(
    ("stated", "is_true"),
    [("s2, s3; s1", True), ("s3 ,s2;s1", True), ("s1; s2, s3", False), ("s2; s3; s1", False), ("", False)],
)
def test_a_reordering_is_done_when_the_exported_order_is_what_was_asked(stated, is_true):
    """The order within one priority does not count; an order that is not stated is no evidence."""
    work = ReorderList(list=ListName("L"), order=((ServerName("s2"), ServerName("s3")), (ServerName("s1"),)))
    finding = contradicted(work, {"order": stated} if stated else {})
    assert (finding is None) is is_true
    if finding is not None:
        assert (finding.code, finding.subject) == ("order-not-shown", "L")
        assert f"order is {stated or 'none'}; expected is {work.text}" in finding.message
        assert work.text in finding.remedy
