"""What a newer plan may rest on while a rotation runs: the site without the rotation's own changes."""

import pytest

from rotation.drift.earlier_survey import as_approved, as_recorded, relaxed_before, relaxed_now, with_copies
from rotation.plan.step import Gate, GatePurpose, SettingField
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


def test_a_location_that_never_verified_is_left_so_and_the_others_of_its_group_verify_again(make):
    """Each location of a relaxed group is seen with the settings that were recorded of it."""
    site = make.site("s1")
    recorded = make.group("G", make.location("Office"), make.location("Lab", secure=False))
    body = make.plan(site, recorded, clients=[make.client("c1")]).body
    places = (make.location(name, server_list=COPY, secure=False) for name in ("Office", "Lab"))
    relaxed = make.survey(site, make.group("G", *places))
    assert as_recorded(body, relaxed, make.step_of(body, "A8")).groups == (recorded,)


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


def test_groups_whose_lists_stay_are_relaxed_until_their_check_box_is_put_back(make, body):
    """Where all lists are HTTP already no step assigns one: the check box is the only write."""
    steps = tuple(step for step in body.steps if getattr(step, "field", None) is not SettingField.SERVER_LIST)
    stays = body.model_copy(update={"steps": steps})
    verifying = next(step.id for step in steps if isinstance(step, Gate) and step.purpose is GatePurpose.VERIFYING)
    assert relaxed_now(stays, make.step_of(body, "A8")) == {make.id_of("H")}
    assert relaxed_now(stays, verifying) == frozenset()
    assert relaxed_now(body, verifying) == {make.id_of("H")}, "its list is still the copy"


def test_canaries_are_relaxed_first_and_put_back_first(make):
    """H goes first and G follows; both are relaxed at the replacement, and G for longer."""
    clients = [make.client("c1", "H"), make.client("d1"), make.client("d2")]
    body = make.plan(make.site("s1"), make.group("G"), make.group("H"), clients=clients).body
    first, all_of_them = [step.id for step in body.steps if step.number == "A8"]
    returned = [step.id for step in body.steps if isinstance(step, Gate) and step.purpose is GatePurpose.RETURNED]
    g, h = make.id_of("G"), make.id_of("H")
    assert [relaxed_now(body, at) for at in (first, all_of_them, make.swap_of(body))] == [{h}, {g, h}, {g, h}]
    assert [relaxed_now(body, at) for at in returned] == [{g}, frozenset()]


def test_recorded_settings_are_those_that_an_amendment_has_approved_since(make):
    """List and check box are of the newer plan, all else is as recorded; of a pair that no plan knows, everything."""
    site = make.site("s1", lists=[make.server_list(name, "s1") for name in ("Default List", "Other")])
    group = make.group("G", server_list="Other", secure=False)
    (owner,) = make.plan(site, group, clients=[make.client("c1")]).body.scopes
    recorded = make.location(jitter=3).settings
    approved = as_approved(recorded, owner.pairs[0])
    assert approved == make.location(server_list="Other", secure=False, jitter=3).settings
    assert as_approved(recorded, None) == recorded


def test_groups_were_relaxed_from_their_first_write_on(make, body):
    """Their clients have used plain HTTP; a write that restores relaxes none, and the step that runs is not done."""
    relaxed = {make.id_of("H")}
    assert relaxed_before(body, make.step_of(body, "A5")) == frozenset()
    assert [relaxed_before(body, make.step_of(body, number)) for number in ("A7", "A10c", "closing")] == [relaxed] * 3
    restoring = tuple(each for each in body.steps if getattr(each, "restores", True))
    assert relaxed_before(body.model_copy(update={"steps": restoring}), restoring[-1].id) == frozenset()
