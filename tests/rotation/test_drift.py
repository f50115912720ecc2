"""Drift within a wave: each finding once, and none on the site as the plan has made it."""

import pytest

from rotation.drift import as_recorded, drift
from rotation.plan import Treatment

COPY = "Default List (HTTP for certificate rotation)"


@pytest.fixture
def body(make):
    """A plan in which G fails over and H, with an inheritor, is relaxed."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    groups = [make.group("G"), make.group("H"), make.group("H\\A", inherits=True)]
    return make.plan(make.site("s1", "s2"), *groups, clients=clients).body


@pytest.fixture
def codes(make, body):
    """The codes of the drift of a site: as the plan has made it, but for some groups."""

    def found(*groups, without=(), clients=()):
        made = {
            "G": make.group("G"),
            "H": make.group("H", server_list=COPY, secure=False),
            "H\\A": make.group("H\\A", inherits=True, server_list=COPY, secure=False),
        }
        changed = {**made, **{group.path: group for group in groups}}
        left = [group for path, group in changed.items() if path not in without]
        survey = make.survey(make.site("s1", "s2"), *left)
        return [(each.code, each.subject) for each in drift(body, survey, clients)]

    return found


def test_site_as_the_plan_made_it_has_no_drift(make, codes):
    """Relaxed where it shall be, left alone where it shall be; new clients of good builds are welcome."""
    assert codes(clients=[make.client("new"), make.client("d2", "H", build="14.2.1.0")]) == []


def test_rule_17_group_new(make, codes):
    """A group that was born during the rotation is in no gate."""
    assert codes(make.group("K")) == [("group-new", "K")]


def test_rule_17_location_new(make, codes):
    """So is a location: it has its own list and its own check box."""
    relaxed = make.location(server_list=COPY, secure=False)
    assert codes(make.group("H", relaxed, make.location("Home"))) == [("location-new", "H / Home")]


def test_rule_5_inheritance_drift(make, codes):
    """An inheritor that owns its settings now has those that it had before the relaxation, or anything."""
    assert codes(make.group("H\\A")) == [("inheritance-drift", "H\\A")]


def test_owner_that_inherits_now_is_drift(make, codes):
    """An owner moved under another one follows it: what was written to it is void."""
    moved = make.group("G\\H", inherits=True, server_list=COPY, secure=False, group_id=make.id_of("H"))
    assert ("inheritance-drift", "G\\H") in codes(moved, without=["H", "H\\A"])


def test_group_parent_unread(codes):
    """A parent that cannot be read any more is drift, and no crash."""
    assert ("group-parent-unread", "site") in codes(without=["H"])


def test_group_gone(codes):
    """A group of the plan is gone: where its clients are now is unknown."""
    assert codes(without=["G"]) == [("group-gone", "G")]


def test_rule_12_list_drift(make, codes):
    """Somebody assigned the original list to a relaxed group again: its clients would meet the new certificate."""
    assert codes(make.group("H", secure=False)) == [("list-drift", "H / Default")]


def test_rule_12_secure_communications_drift(make, codes):
    """Somebody turned secure communications on again in a relaxed group."""
    assert codes(make.group("H", server_list=COPY)) == [("secure-communications-drift", "H / Default")]


def test_rule_12_drift_of_a_failover_group(make, codes):
    """A group that is left alone must be as it was: off over HTTPS is unproven."""
    assert codes(make.group("G", secure=False)) == [("secure-communications-drift", "G / Default")]


@pytest.mark.parametrize("build", ["14.2.1.0", None])
def test_rule_12_no_failover_build(make, codes, build):
    """A client that does not fail over was moved into a group that does."""
    assert codes(clients=[make.client("c9", build=build)]) == [("no-failover-build", "G")]


def test_client_that_is_left_out_by_name_is_no_drift(make):
    """A person has given it up, whatever its build."""
    site = make.site("s1", "s2")
    request = make.request(site, only=["s1"], leave_out_away=True, unproven_failover=make.approve_unproven)
    plan = make.plan(site, make.group("G"), clients=[make.client("c1", seen=None)], request=request)
    assert plan.body.scopes[0].treatment is Treatment.FAILOVER
    assert drift(plan.body, make.survey(site, make.group("G")), [make.client("c1", build=None)]) == ()


def test_as_recorded_takes_away_what_the_plan_changed(make, body):
    """Kept relaxed through the holdout, H and its inheritor are seen with their own list, to plan the rest anew."""
    site = make.site("s1", "s2")
    body = body.model_copy(update={"keep_relaxed": True})
    recorded = make.survey(site, make.group("G"), make.group("H"), make.group("H\\A", inherits=True))
    relaxed = make.survey(
        site,
        make.group("G"),
        make.group("H", server_list=COPY, secure=False),
        make.group("H\\A", inherits=True, server_list=COPY, secure=True),
    )
    assert as_recorded(body, relaxed) == recorded


def test_as_recorded_leaves_what_others_changed(make, body):
    """A pair that is neither as recorded nor as relaxed is somebody's change, and stays to be found."""
    body = body.model_copy(update={"keep_relaxed": True})
    changed = make.survey(make.site("s1", "s2"), make.group("G", secure=False), make.group("H", server_list=COPY))
    assert as_recorded(body, changed) == changed


def test_as_recorded_keeps_groups_that_should_be_restored(make, body):
    """Not kept relaxed, H should have its own list again before the last wave: that it has not must be found."""
    left = make.survey(make.site("s1", "s2"), make.group("G"), make.group("H", server_list=COPY, secure=False))
    assert as_recorded(body, left) == left


def test_replication_that_the_plan_paused_is_no_difference(make):
    """Paused for the rotation, Linz does not show; Graz came in between. Both are partners of the rest of the plan."""
    site = make.site("s1", "s2")
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], replication_partners=("Linz",))
    paused = make.survey(site, make.group("G"))
    assert as_recorded(plan.body, paused).replication_partners == ("Linz",)
    joined = make.survey(site, make.group("G"), replication_partners=("Graz",))
    assert as_recorded(plan.body, joined).replication_partners == ("Linz", "Graz")


def test_site_that_is_kept_relaxed_can_be_planned_again(make):
    """Before the last wave the rest is planned anew: the relaxed groups are as planned, and their copy is no gap."""
    site = make.site("s1", "s2")
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    request = make.request(site, keep_relaxed=True)
    plan = make.plan(site, make.group("G"), make.group("H"), clients=clients, request=request)
    survey = make.survey(site, make.group("G"), make.group("H", server_list=COPY, secure=False))
    left = make.request(site, only=["s2"], keep_relaxed=True)
    again = make.plan(site, survey=as_recorded(plan.body, survey), clients=clients, request=left)
    assert again.body.scopes == plan.body.scopes
