"""From what a survey saw to the plan."""

from datetime import timedelta

import pytest

from rotation.plan.refusals import PlanRefusedError
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, Holdout
from rotation.plan.work.task import CopyList, ReplaceCertificate
from rotation.planning.planner import make_plan
from rotation.values import PlanId

PLAN = PlanId("plan")
MONTH = 30 * 24 * 60


def test_refusal_says_everything_at_once(make):
    """All that stops a plan is named together, not one thing after the other."""
    site = make.site("s1", "s2", purge_after=timedelta(days=30))
    clients = [make.client("c1"), make.client("c2", "Elsewhere")]
    assert make.refusal(site, make.group("G"), clients=clients, silent=["s2"]) == [
        "server-silent",
        "purge-before-horizon",
        "client-in-unknown-group",
    ]


def test_refusal_reads_as_a_sentence(make):
    """The error says what is wrong with what."""
    site = make.site("s1")
    observed = make.observed(site)
    with pytest.raises(PlanRefusedError, match="Vienna: the survey read no group"):
        make_plan(site, observed, make.request(site), plan_id=PLAN, now=make.t0)


def test_every_group_is_in_one_scope(make):
    """Each group is the owner or an inheritor of exactly one scope, with two domains of the same paths too."""
    groups = [
        make.group("Root", domain="D1", group_id="1"),
        make.group("Root\\A", domain="D1", group_id="2", inherits=True),
        make.group("Root", domain="D2", group_id="3"),
        make.group("Root\\A", domain="D2", group_id="4"),
    ]
    plan = make.plan(make.site("s1"), *groups)
    assert [(scope.group_id, scope.inheritors) for scope in plan.body.scopes] == [("1", ("2",)), ("3", ()), ("4", ())]


def test_empty_groups_are_gated_too(make):
    """A group without clients is relaxed as well: one may be moved into it at any time."""
    plan = make.plan(make.site("s1"), make.group("G"), make.group("Empty"), clients=[make.client("c1")])
    assert [scope.treatment for scope in plan.body.scopes] == [Treatment.RELAX, Treatment.RELAX]


def test_slowest_location_decides(make):
    """The location of a client is unknown: the slowest heartbeat and the widest jitter count."""
    locations = (
        make.location("Office", heartbeat=timedelta(minutes=5), jitter=30),
        make.location("Home", heartbeat=timedelta(hours=4), jitter=1),
    )
    scope = make.plan(make.site("s1"), make.group("G", *locations)).body.scopes[0]
    assert (scope.slowest_heartbeat, scope.jitter) == (timedelta(hours=4), timedelta(minutes=30))


def test_copies_are_made_of_lists_in_use_once(make):
    """One copy for each list that a relaxed pair uses over HTTPS, with every server and its own HTTP port."""
    lists = [
        make.server_list("L", "s1", "s2", port=8080),
        make.server_list("M", "s1", http=True),
        make.server_list("Unused", "s1"),
    ]
    groups = [make.group("G", server_list="L"), make.group("H", server_list="L"), make.group("K", server_list="M")]
    stuck = [make.client(f"c{group}", group, build="14.2.1.0") for group in ("G", "H", "K")]
    plan = make.plan(make.site("s1", "s2", lists=lists), *groups, clients=stuck)
    works = [step.work for step in plan.body.steps if isinstance(step, Console) and isinstance(step.work, CopyList)]
    assert [work.source_list for work in works] == ["L"]
    assert [(entry.server, entry.http_port) for entry in works[0].servers] == [("s1", 8080), ("s2", 8080)]
    assert plan.body.copy_of("L") == works[0].copy_list
    assert plan.body.copy_of("M") is None


def test_certificates_name_what_they_replace(make):
    """For each server the new fingerprint and the old one, and whether a file goes with the task."""
    site = make.site("s1", "s2")
    observed = make.observed(site, make.group("G"), clients=[make.client("c1")])
    kept = {**observed.certificates, "cert-s1": make.facts("s1", has_key=True)}
    observed = observed.model_copy(update={"certificates": kept})
    body = make_plan(site, observed, make.request(site), plan_id=PLAN, now=make.t0).body
    assert [(chosen.server, chosen.fingerprint, chosen.replaces) for chosen in body.certificates] == [
        ("s1", "new-s1", "old-s1"),
        ("s2", "new-s2", "old-s2"),
    ]
    works = [
        step.work for step in body.steps if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)
    ]
    assert [(work.server, work.has_file) for work in works] == [("s1", True), ("s2", False)]


def test_holdout_is_chosen_by_request(make):
    """The server that a person wants to keep is kept, and is replaced last."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, holdout=("s1",))
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request)
    assert (plan.body.holdouts, plan.body.waves) == (("s1",), (("s2", "s3"), ("s1",)))


def test_holdout_by_request_does_not_leave_a_group_without_one(make):
    """The wish for s1 would leave H, whose list is s2 and s3, without an old server: s3 is kept as well or instead."""
    lists = [make.server_list("L", "s1", "s2", "s3"), make.server_list("M", "s2", "s3")]
    site = make.site("s1", "s2", "s3", lists=lists)
    groups = [make.group("G", server_list="L"), make.group("H", server_list="M")]
    clients = [make.client("c1"), make.client("d1", "H")]
    plan = make.plan(site, *groups, clients=clients, request=make.request(site, holdout=("s1",)))
    assert plan.body.holdouts == ("s3",)


def test_a_silent_server_is_no_holdout(make):
    """A server that does not answer protects no client."""
    site = make.site("s1", "s2", "s3")
    request = make.request(site, only=["s1", "s2"], holdout=("s3",))
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], silent=["s3"], request=request)
    assert plan.body.holdouts == ("s2",)


def test_a_replaced_server_is_no_holdout(make):
    """In a new plan within a wave, what is kept must still have the old certificate, wherever one is left."""
    lists = [make.server_list("A", "s1", "s2"), make.server_list("B", "s1", "s3"), make.server_list("C", "s1", "s4")]
    site = make.site("s1", "s2", "s3", "s4", lists=[make.server_list("Default List", "s1"), *lists])
    groups = [make.group(name, server_list=name) for name in ("A", "B", "C")]
    clients = [make.client(f"c{name}", name) for name in ("A", "B", "C")]
    assert make.plan(site, *groups, clients=clients).body.holdouts == ("s1",)
    seen = make.observed(site, *groups, clients=clients)

    def again(*replaced):
        left = [name for name in ("s1", "s2", "s3", "s4") if name not in replaced]
        changed = seen.model_copy(update={"replaced": frozenset(replaced)})
        return make_plan(site, changed, make.request(site, only=left), plan_id=PLAN, now=make.t0).body

    first = again("s1")
    assert first.waves == (("s2", "s3", "s4"),)
    assert any(isinstance(step, Holdout) for step in first.steps), "those who are away were not waited for yet"
    assert again("s1", "s2").waves == (("s3", "s4"),), "list A has no old certificate left to keep"


def test_one_wave_has_no_holdout(make):
    """Where the kept server gets no certificate at all, no step waits for it."""
    site = make.site("s1", "s2")
    request = make.request(site, only=["s1"])
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], request=request)
    assert (plan.body.holdouts, plan.body.waves) == ((), (("s1",),))


def test_away_clients_are_not_left_out(make):
    """A client is left out only on request."""
    plan = make.plan(make.site("s1"), make.group("G"), clients=[make.client("c1", seen=None)])
    assert plan.body.left_out == ()


def test_rule_1_who_is_left_out_is_named(make):
    """Left out at a person's wish: by name, with the group and since when; those within the limit are not."""
    site = make.site("s1")
    clients = [
        make.client("c1", seen=-MONTH - 1),
        make.client("c2", seen=None),
        make.client("c3", seen=-MONTH),
    ]
    request = make.request(site, leave_out_away=True)
    plan = make.plan(site, make.group("G"), clients=clients, request=request)
    assert [(left.id, left.name, left.group, left.reason) for left in plan.body.left_out] == [
        ("c1", "C1", "G", "last seen 2026-01-30"),
        ("c2", "C2", "G", "never seen"),
    ]


def test_rule_1_the_away_limit_is_never_applied_to_the_holdout(make):
    """Both are away; the holdout is kept for c1, who may come back on day 45. Only d1, who has none, is left out."""
    site = make.site("s1", "s2")
    clients = [make.client("c1", seen=None), make.client("d1", "H", seen=None, build="14.2.1.0")]
    request = make.request(site, leave_out_away=True, unproven_failover=make.approve_unproven)
    plan = make.plan(site, make.group("G"), make.group("H"), clients=clients, request=request)
    assert plan.body.holdouts == ("s2",)
    assert [left.id for left in plan.body.left_out] == ["d1"]


def test_without_a_holdout_away_clients_can_be_left_out(make):
    """Nothing is kept for c1: then being left out by name is the only end of waiting for it."""
    site = make.site("s1", "s2")
    wishes = {"leave_out_away": True, "unproven_failover": make.approve_unproven}
    request = make.request(site, only=["s1"], **wishes)
    plan = make.plan(site, make.group("G"), clients=[make.client("c1", seen=None)], request=request)
    assert [left.id for left in plan.body.left_out] == ["c1"]


def test_lost_if_now_counts_who_would_be_cut_off(make):
    """Clients that verify or speak HTTPS would be; those over HTTP without verification would not."""
    site = make.site("s1", lists=[make.server_list("L", "s1"), make.server_list("M", "s1", http=True)])
    groups = [
        make.group("G", server_list="L"),
        make.group("H", server_list="M"),
        make.group("K", server_list="M", secure=False),
    ]
    clients = [make.client("c1"), make.client("c2"), make.client("d1", "H"), make.client("e1", "K")]
    plan = make.plan(site, *groups, clients=clients)
    assert (plan.lost_if_now, plan.clients) == (3, 4)


def test_what_is_relaxed_now_stays_so(make):
    """A plan that is made while a group is relaxed restores it, though its clients could fail over."""
    site = make.site("s1", "s2")
    group = make.group("G")
    seen = make.observed(site, group, clients=[make.client("c1")])
    relaxed = seen.model_copy(update={"stay_relaxed": frozenset({group.id})})
    for observed, treatment in ((seen, Treatment.FAILOVER), (relaxed, Treatment.RELAX)):
        plan = make_plan(site, observed, make.request(site), plan_id=PLAN, now=make.t0)
        assert plan.body.scopes[0].treatment is treatment
