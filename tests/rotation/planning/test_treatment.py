"""Which groups are relaxed, and why: each rule once, seen through a plan."""

import pytest

from rotation.plan.request import Unproven
from rotation.plan.scope import Treatment
from rotation.planning.treatment import OwnerView, treat
from rotation.values import ListName


def treated(plan):
    """The treatment of each owner, by path."""
    return {owner.path: owner.treatment for owner in plan.body.scopes}


def reasons(plan):
    """The codes of the reasons for treatments, by subject."""
    kinds = ("relax-", "failover")
    return {(found.code, found.subject) for found in plan.findings if found.code.startswith(kinds)}


@pytest.fixture
def observe_treatment():
    """What `treat` itself says of a group, whatever a plan would refuse."""

    def build(site, group):
        lists = {known.name: known for known in site.lists}
        owner = OwnerView(group=group, inheritors=(), clients=(), lists=lists, site=site, unreachable=frozenset())
        treatment, found = treat(owner)
        return treatment, [each.code for each in found]

    return build


def test_failover(make):
    """Several servers, verified HTTPS, a client seen at two servers: the group is left alone."""
    plan = make.plan(make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")])
    assert treated(plan) == {"G": Treatment.FAILOVER}
    assert reasons(plan) == {("failover", "G")}


def test_relax_single_server(make):
    """One server: no client can fail over, so every group is relaxed."""
    plan = make.plan(make.site("s1"), make.group("G"), make.group("H"))
    assert set(treated(plan).values()) == {Treatment.RELAX}
    assert reasons(plan) >= {("relax-single-server", "G"), ("relax-single-server", "H")}


@pytest.mark.parametrize("build", ["14.2.3335.1000", "14.2.5587.2100", None, "unknown"])
def test_relax_no_failover_build(make, build):
    """One client that does not fail over, or of which that is not known, relaxes its group, and only that."""
    clients = [make.client("c1", build=build), make.client("c2"), make.client("d1", "H")]
    plan = make.plan(make.site("s1", "s2"), make.group("G"), make.group("H"), clients=clients)
    assert treated(plan) == {"G": Treatment.RELAX, "H": Treatment.FAILOVER}
    assert reasons(plan) == {("relax-no-failover-build", "G"), ("failover", "H")}


def test_relax_no_failover_build_names_some(make):
    """Of many such clients some are named and the others counted."""
    clients = [make.client(f"c{n}", build="14.2.1.0") for n in range(8)]
    plan = make.plan(make.site("s1", "s2"), make.group("G"), clients=clients)
    message = next(found.message for found in plan.findings if found.code == "relax-no-failover-build")
    assert message.endswith("C0, C1, C2, C3, C4 and 3 more")


def test_rule_5_client_of_an_inheritor_relaxes_its_owner(make):
    """A 14.2 client three inheritors below an owner: the owner is relaxed, with all that follow it."""
    groups = [
        make.group("Root"),
        make.group("Root\\A", inherits=True),
        make.group("Root\\A\\B", inherits=True),
        make.group("Root\\A\\B\\C", inherits=True),
        make.group("Root\\Z"),
    ]
    clients = [make.client("c1", "Root\\A\\B\\C", build="14.2.1.0"), make.client("c2", "Root\\Z")]
    plan = make.plan(make.site("s1", "s2"), *groups, clients=clients)
    assert treated(plan) == {"Root": Treatment.RELAX, "Root\\Z": Treatment.FAILOVER}
    assert set(plan.body.scopes[0].inheritors) == {group.id for group in groups[1:4]}


def test_rule_6_a_list_with_one_reachable_server_is_no_failover(make):
    """Two servers on the list and one of them silent, or the list names one of ours only: relaxed."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("M", "s2", "s3")]
    site = make.site("s1", "s2", "s3", lists=lists)
    groups = [make.group("G", server_list="L"), make.group("H", server_list="M")]
    request = make.request(site, only=["s2", "s3"])
    clients = [make.client("c1"), make.client("c2", "H")]
    plan = make.plan(site, *groups, clients=clients, silent=["s1"], request=request)
    assert treated(plan) == {"G": Treatment.RELAX, "H": Treatment.FAILOVER}
    assert ("relax-one-server-list", "G / Default") in reasons(plan)


def test_rule_6_a_server_of_another_site_is_no_failover(make, observe_treatment):
    """The list offers one server of ours and one of another site: after our swap no server of ours is left."""
    lists = [make.server_list("L", "s1", "far")]
    assert observe_treatment(make.site("s1", "s2", lists=lists), make.group("G", server_list="L")) == (
        Treatment.RELAX,
        ["relax-one-server-list"],
    )


def test_relax_one_server_list(make):
    """A list with one server twice is a list of one server."""
    twice = make.server_list("L", "s1", "s1")
    plan = make.plan(make.site("s1", "s2", lists=[twice]), make.group("G", server_list="L"))
    assert reasons(plan) == {("relax-one-server-list", "G / Default")}


def test_rule_7_http_with_verification_is_relaxed_and_only_verification_is_written(make):
    """An HTTP list with secure communications on: a client that rejects a download stays where it is."""
    site = make.site("s1", "s2", lists=[make.server_list("L", "s1", "s2", http=True)])
    plan = make.plan(site, make.group("G", server_list="L"), clients=[make.client("c1")])
    assert reasons(plan) == {("relax-http-verified", "G / Default")}
    pair = plan.body.scopes[0].pairs[0]
    assert (pair.needs_list, pair.needs_unverified, plan.body.copies) == (False, True, ())


def test_rule_7_https_without_verification_is_relaxed_and_only_the_list_is_written(make):
    """HTTPS with secure communications off is unproven: it gets the HTTP list."""
    plan = make.plan(make.site("s1", "s2"), make.group("G", secure=False), clients=[make.client("c1")])
    assert reasons(plan) == {("relax-https-unverified", "G / Default")}
    pair = plan.body.scopes[0].pairs[0]
    assert (pair.needs_list, pair.needs_unverified) == (True, False)


def test_rule_7_a_pair_that_is_relaxed_already_needs_no_write(make):
    """HTTP and no verification: nothing is written, and the recorded state is not turned into "on"."""
    site = make.site("s1", lists=[make.server_list("L", "s1", http=True)])
    plan = make.plan(site, make.group("G", server_list="L", secure=False))
    pair = plan.body.scopes[0].pairs[0]
    assert (pair.needs_list, pair.needs_unverified, pair.secure_communications) == (False, False, False)


def test_one_location_relaxes_the_whole_group(make):
    """No API tells in which location a client is: what one location needs, the group gets."""
    plan = make.plan(
        make.site("s1", "s2"),
        make.group("G", make.location("Office"), make.location("Home", secure=False)),
        clients=[make.client("c1")],
    )
    assert treated(plan) == {"G": Treatment.RELAX}
    assert reasons(plan) == {("relax-https-unverified", "G / Home")}
    assert all(pair.needs_list for pair in plan.body.scopes[0].pairs)


def test_rule_8_a_client_never_seen_at_a_second_server_relaxes_its_group(make):
    """c1 was never seen at a server other than s1: that it fails over is hope."""
    plan = make.plan(
        make.site("s1", "s2"), make.group("G"), clients=[make.client("c1")], seen_at={"c1": frozenset({"s1"})}
    )
    assert reasons(plan) == {("relax-failover-unproven", "G")}


def test_what_a_person_may_choose_is_no_reason_where_it_would_change_nothing(make):
    """Its build does not fail over: advice to survey more often, or to have a drill, would be untrue."""
    stuck, seen = make.client("c1", build="14.2.770.0000"), {"c1": frozenset({"s1"})}
    plan = make.plan(make.site("s1", "s2"), make.group("G"), clients=[stuck], seen_at=seen)
    assert reasons(plan) == {("relax-no-failover-build", "G")}


def test_a_site_of_one_server_has_no_second_one_to_be_seen_at(make):
    """Its clients are not warned about for that: no survey, drill or approval could change it."""
    site, seen = make.site("s1"), {"c1": frozenset({"s1"})}
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], seen_at=seen)
    assert reasons(plan) == {("relax-single-server", "G")}


@pytest.mark.parametrize(
    ("home", "seen", "treatment"),
    [
        (("s3", "s4"), ("s1", "s3"), Treatment.RELAX),
        (("s3", "s4"), ("s1", "s2"), Treatment.RELAX),
        (("s1", "s4"), ("s1", "s2"), Treatment.RELAX),
        (("s3", "s4"), ("s1", "s2", "s3", "s4"), Treatment.FAILOVER),
        (("s2", "s1"), ("s1", "s2"), Treatment.FAILOVER),
        (("s1", "s2", "s3"), ("s1", "s2"), Treatment.FAILOVER),
    ],
)
def test_rule_21_failover_is_shown_for_each_list_of_a_group(make, home, seen, treatment):
    """REST shows no location: a client was seen at two servers of the office's list and at two of the home's."""
    lists = [make.server_list("L", "s1", "s2"), make.server_list("M", *home)]
    site = make.site("s1", "s2", "s3", "s4", lists=lists)
    group = make.group("G", make.location("Office", server_list="L"), make.location("Home", server_list="M"))
    plan = make.plan(site, group, clients=[make.client("c1")], seen_at={"c1": frozenset(seen)})
    assert treated(plan) == {"G": treatment}


def test_rule_8_a_second_server_that_is_silent_now_proves_nothing(make):
    """Seen at s1 and s3, and s3 is down: after s1's swap it would have to find s2, where it never was."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, only=["s1", "s2"])
    seen_at = {"c1": frozenset({"s1", "s3"})}
    plan = make.plan(
        site, make.group("G"), clients=[make.client("c1")], seen_at=seen_at, silent=["s3"], request=request
    )
    assert treated(plan) == {"G": Treatment.RELAX}


def test_rule_8_unproven_clients_can_be_approved(make):
    """A person may take the risk: then nothing is relaxed for it."""
    site = make.site("s1", "s2")
    request = make.request(site, unproven_failover=make.approve_unproven)
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], seen_at={}, request=request)
    assert treated(plan) == {"G": Treatment.FAILOVER}
    assert reasons(plan) == {("failover", "G"), ("failover-on-trust", "G")}


def test_rule_8_whom_is_approved_is_part_of_the_plan_by_name(make):
    """The hash covers each name: another client that was never seen to fail over is another plan."""
    site = make.site("s1", "s2")
    request = make.request(site, unproven_failover=make.approve_unproven)
    clients = [make.client("c1"), make.client("c2"), make.client("c3")]
    seen = {"c3": frozenset({"s1", "s2"})}
    plan = make.plan(site, make.group("G"), clients=clients, seen_at=seen, request=request)
    fewer = make.plan(site, make.group("G"), clients=clients[1:], seen_at=seen, request=request)
    assert plan.trusted == {make.id_of("G"): {"c1": "C1", "c2": "C2"}}
    assert [(each.path, each.clients) for each in plan.body.on_trust] == [("G", 2)]
    assert plan.hash != fewer.hash


@pytest.mark.parametrize(
    ("choice", "code", "remedy"),
    [
        (Unproven.APPROVE, "failover-on-trust", "read all their names in the plan before you approve it"),
        (
            Unproven.DRILL,
            "failover-drill",
            "if some are not seen, the rotation asks whether their group is relaxed or they are approved by name",
        ),
    ],
)
@pytest.mark.parametrize(("count", "named"), [(5, "C1, C2, C3, C4, C5"), (7, "C1, C2, C3, C4, C5 and 2 more")])
def test_rule_8_unproven_clients_are_counted_and_named(make, choice, code, remedy, count, named):  # noqa: PLR0917 - two tables
    """Five of them are named, with the number of the others; the remedy says what follows."""
    lists = [make.server_list("L", "s1", "s2")]
    site = make.site("s1", "s2", lists=lists)
    clients = [make.client(f"c{number}") for number in range(1, count + 1)]
    request = make.request(site, unproven_failover=choice)
    plan = make.plan(site, make.group("G", server_list="L"), clients=clients, seen_at={}, request=request)
    (found,) = [each for each in plan.findings if each.code == code]
    assert found.subject == "G"
    assert found.message.startswith(f"{count} clients were never seen at a second server of each of their lists")
    assert found.message.endswith(f": {named}")
    assert found.remedy == remedy


@pytest.mark.parametrize("choice", [Unproven.APPROVE, Unproven.DRILL])
def test_rule_8_where_all_clients_are_proven_none_is_on_trust(make, choice):
    """There is nothing to approve and nothing to drill, whatever was chosen for those who are not."""
    site = make.site("s1", "s2", lists=[make.server_list("L", "s1", "s2")])
    request = make.request(site, unproven_failover=choice)
    plan = make.plan(site, make.group("G", server_list="L"), clients=[make.client("c1")], request=request)
    assert reasons(plan) == {("failover", "G")}


def test_rule_8_each_group_has_its_own_choice(make):
    """By path or by id one group is approved; the other goes to R, as by default."""
    site = make.site("s1", "s2")
    groups, clients = [make.group("G"), make.group("H")], [make.client("c1"), make.client("d1", "H")]
    for name in ("H", make.id_of("H")):
        request = make.request(site, unproven_by_group={name: make.approve_unproven})
        plan = make.plan(site, *groups, clients=clients, seen_at={}, request=request)
        assert treated(plan) == {"G": Treatment.RELAX, "H": Treatment.FAILOVER}
        assert [each.path for each in plan.body.on_trust] == ["H"]


def test_rule_8_who_is_relaxed_is_not_on_trust(make):
    """A group that is relaxed for another reason has no client on trust."""
    site = make.site("s1", "s2")
    request = make.request(site, unproven_failover=make.approve_unproven)
    clients = [make.client("c1", build="14.2.1.0")]
    assert make.plan(site, make.group("G"), clients=clients, seen_at={}, request=request).body.on_trust == ()


def test_rule_6_owners_that_no_holdout_serves_are_relaxed_the_smallest_first(make):
    """Three lists of two out of three servers: one owner goes to R, and it is the one with the fewest clients."""
    pairs = {"A": ("s1", "s2"), "B": ("s2", "s3"), "C": ("s1", "s3")}
    site = make.site("s1", "s2", "s3", lists=[make.server_list(ListName(name), *two) for name, two in pairs.items()])
    groups = [make.group(name, server_list=name) for name in pairs]
    clients = [make.client(f"{group}{n}", group) for group, many in (("A", 3), ("B", 1), ("C", 2)) for n in range(many)]
    plan = make.plan(site, *groups, clients=clients)
    assert treated(plan) == {"A": Treatment.FAILOVER, "B": Treatment.RELAX, "C": Treatment.FAILOVER}
    assert reasons(plan) == {("failover", "A"), ("relax-no-holdout", "B"), ("failover", "C")}
    assert plan.body.holdouts == ("s1",)


def test_what_is_kept_relaxed_stays_in_r(make):
    """An owner that the amended plan keeps relaxed gets no new treatment, though its clients were seen to fail over."""
    site, group = make.site("s1", "s2"), make.group("G")
    owner = OwnerView(
        group=group,
        inheritors=(),
        clients=(),
        lists={known.name: known for known in site.lists},
        site=site,
        unreachable=frozenset(),
        stays_relaxed=True,
    )
    treatment, (reason,) = treat(owner)
    assert (treatment, reason.code) == (Treatment.RELAX, "relax-kept")


def test_rule_7_clients_that_trust_an_authority_are_relaxed(make):
    """They come to a replaced server for its authority's sake, and reject what its new key has signed: they stay."""
    site = make.site("s1", "s2", lists=[make.server_list("L", "s1", "s2", ca=True)])
    plan = make.plan(site, make.group("G", server_list="L"), clients=[make.client("c1")])
    assert reasons(plan) == {("relax-verifies-ca", "G / Default")}
