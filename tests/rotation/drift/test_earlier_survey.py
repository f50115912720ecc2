"""What a newer plan may rest on while a rotation runs: the site without the rotation's own changes."""

import pytest

from rotation.drift.earlier_survey import as_recorded, relaxed_before, relaxed_now, with_copies
from rotation.site import Protocol
from rotation.values import ListName

COPY = "Default List (HTTP for certificate rotation)"


@pytest.fixture
def body(make):
    """A plan in which G fails over and H, with an inheritor, is relaxed."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    groups = [make.group("G"), make.group("H"), make.group("H\\A", inherits=True)]
    return make.plan(make.site("s1", "s2"), *groups, clients=clients).body


def test_as_recorded_takes_away_what_the_plan_changed(make, body):
    """H and its inheritor, relaxed for a wave, are seen with their own list, so that the rest can be planned again."""
    site = make.site("s1", "s2")
    recorded = make.survey(site, make.group("G"), make.group("H"), make.group("H\\A", inherits=True))
    relaxed = make.survey(
        site,
        make.group("G"),
        make.group("H", server_list=COPY, secure=False),
        make.group("H\\A", inherits=True, server_list=COPY, secure=True),
    )
    assert as_recorded(body, relaxed, make.step_of(body, "B3")) == recorded


def test_as_recorded_leaves_what_others_changed(make, body):
    """A setting that is neither as recorded nor as relaxed was changed by an administrator, and stays to be found."""
    changed = make.survey(make.site("s1", "s2"), make.group("G", secure=False), make.group("H", server_list="Theirs"))
    assert as_recorded(body, changed, make.step_of(body, "B3")) == changed


@pytest.mark.parametrize("server_list", ["Default List", "Theirs", COPY])
@pytest.mark.parametrize("secure", [True, False])
def test_a_setting_that_the_plan_relaxed_is_its_own_whatever_others_did_to_the_other_one(
    make, body, server_list, secure
):
    """In a new plan, secure communications of a group with another list are still those that it had at first."""
    site, at = make.site("s1", "s2"), make.step_of(body, "B3")
    seen = as_recorded(body, make.survey(site, make.group("H", server_list=server_list, secure=secure)), at)
    assert seen.groups[0] == make.group("H", server_list="Default List" if server_list == COPY else server_list)


def test_a_location_that_was_born_in_a_relaxed_group_is_planned_like_the_others_there(make, body):
    """It began with what the rotation had set: it is restored with them, to their list, and verifies again."""
    site, at = make.site("s1", "s2"), make.step_of(body, "B3")
    relaxed = make.location(server_list=COPY, secure=False)
    born = make.location("Home", server_list=COPY, secure=False)
    seen = as_recorded(body, make.survey(site, make.group("G"), make.group("H", relaxed, born)), at)
    assert seen.groups[1] == make.group("H", make.location(), make.location("Home"))


def test_the_copies_of_a_plan_are_described_for_its_amendments(make, body):
    """Whatever was born since may use one: it has the servers of its source, over HTTP."""
    site = make.site("s1", "s2")
    copy = with_copies(site, body).list_named(ListName(COPY))
    assert copy is not None
    assert copy.protocol is Protocol.HTTP
    assert copy.servers == site.lists[0].servers
    assert with_copies(with_copies(site, body), body) == with_copies(site, body)


def test_as_recorded_keeps_groups_that_should_be_restored(make, body):
    """Not kept relaxed, H should have its own list again before the last wave: that it has not must be found."""
    left = make.survey(make.site("s1", "s2"), make.group("G"), make.group("H", server_list=COPY, secure=False))
    assert as_recorded(body, left, make.step_of(body, "recheck", 1)) == left


def test_replication_that_the_plan_paused_is_no_difference(make):
    """Paused for the rotation, Linz does not show; Graz came in between. Both are partners of the rest of the plan."""
    site = make.site("s1", "s2")
    plan = make.plan(site, make.group("G"), clients=[make.client("c1")], replication_partners=("Linz",))
    paused = make.survey(site, make.group("G"))
    assert as_recorded(plan.body, paused, plan.body.steps[-1].id).replication_partners == ("Linz",)
    joined = make.survey(site, make.group("G"), replication_partners=("Graz",))
    assert as_recorded(plan.body, joined, plan.body.steps[-1].id).replication_partners == ("Linz", "Graz")


def test_site_that_is_kept_relaxed_can_be_planned_again(make):
    """Before the last wave the rest is planned again: the relaxed groups are as planned, and their copy is no gap."""
    site = make.site("s1", "s2")
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    request = make.request(site, keep_relaxed=True)
    plan = make.plan(site, make.group("G"), make.group("H"), clients=clients, request=request)
    survey = make.survey(site, make.group("G"), make.group("H", server_list=COPY, secure=False))
    left = make.request(site, only=["s2"], keep_relaxed=True)
    again = make.plan(
        site,
        survey=as_recorded(plan.body, survey, make.step_of(plan.body, "recheck", 1)),
        clients=clients,
        request=left,
    )
    assert again.body.scopes == plan.body.scopes


def test_within_a_wave_the_site_is_seen_as_it_was_before(make, body):
    """While H is relaxed for a wave its own list and secure communications are what the rest is planned from."""
    site = make.site("s1", "s2")
    groups = (make.group("G"), make.group("H\\A", inherits=True))
    relaxed = make.survey(site, *groups, make.group("H", server_list=COPY, secure=False))
    assert as_recorded(body, relaxed, make.step_of(body, "B3")) == make.survey(site, *groups, make.group("H"))


def test_groups_are_relaxed_from_their_first_write_to_their_last(make, body):
    """Before A5 nothing was relaxed, after A10d nothing is; kept relaxed, it is so between waves too."""
    relaxed = {make.id_of("H")}
    assert relaxed_now(body, make.step_of(body, "A1-A4")) == frozenset()
    assert relaxed_now(body, make.step_of(body, "A8")) == relaxed
    assert relaxed_now(body, make.step_of(body, "A10d")) == relaxed
    assert relaxed_now(body, make.step_of(body, "recheck", 1)) == frozenset()


def test_groups_were_relaxed_from_their_first_write_on(make, body):
    """Their clients have used plain HTTP; a write that restores relaxes none, and the step that runs is not done."""
    relaxed = {make.id_of("H")}
    assert relaxed_before(body, make.step_of(body, "A5")) == frozenset()
    assert [relaxed_before(body, make.step_of(body, number)) for number in ("A7", "A10c", "closing")] == [relaxed] * 3
    restoring = tuple(each for each in body.steps if getattr(each, "restores", True))
    assert relaxed_before(body.model_copy(update={"steps": restoring}), restoring[-1].id) == frozenset()
