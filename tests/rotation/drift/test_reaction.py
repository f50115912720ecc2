"""What follows from drift: each rule once, with the drift that it is about."""

import pytest

from rotation.console.exported import unknown_group
from rotation.drift.drift import Drift, drift
from rotation.drift.reaction import Circumstances, Reaction, react
from rotation.finding import blocking, info

LIST = "Default List"
COPY = "Default List (HTTP for certificate rotation)"


@pytest.fixture
def body(make):
    """A plan in which G fails over and H is relaxed around each of two waves."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    return make.plan(make.site("s1", "s2"), make.group("G"), make.group("H"), clients=clients).body


@pytest.fixture
def reactions(make, body):
    """What follows when H and G, or others, are found like that at a step."""

    def found(number, *groups, wave=0, repaired=(), left=()):
        at = make.step_of(body, number, wave)
        survey = make.survey(make.site("s1", "s2"), *groups)
        now = Circumstances(body=body, at=at, repaired=repaired, left=left)
        uncounted = {group.id: ("k1",) for group in groups if group.path == "K"}
        found = drift(body, survey, [], at=at, uncounted=uncounted)
        return {each.finding.code: react(each, now).reaction for each in found}

    return found


@pytest.fixture
def left_alone(make):
    """G as it is at all times."""
    return make.group("G")


def test_what_no_proof_depends_on_is_adopted(make, body):
    """Clients that were moved are counted where they are."""
    found = Drift(finding=info("clients-moved", "G", "12 clients were moved here"))
    assert react(found, Circumstances(body=body, at=make.step_of(body, "A8"))).reaction is Reaction.ADOPT


@pytest.mark.parametrize(("number", "wave"), [("A8", 0), ("B3", 0), ("A10d", 1)])
def test_a_group_that_no_document_describes_is_asked_about_at_any_time(make, reactions, left_alone, number, wave):
    """No plan can take it along, and its clients may have settings that are still to be put back."""
    relaxed = wave == 0
    group = make.group("H", server_list=COPY if relaxed else LIST, secure=not relaxed)
    born = make.group("K").model_copy(update={"id": unknown_group("K"), "locations": ()})
    found = reactions(number, left_alone, group, born, wave=wave)
    assert found["group-undescribed"] is Reaction.ASK


@pytest.mark.parametrize("number", ["A8", "B2", "B3"])
def test_a_setting_of_the_plan_is_repaired(make, reactions, left_alone, number):
    """Within a wave the relaxed state is written back, whichever of its settings an administrator put back."""
    assert reactions(number, left_alone, make.group("H", secure=False)) == {"list-drift": Reaction.REPAIR}
    assert reactions(number, left_alone, make.group("H", server_list=COPY)) == {
        "secure-communications-drift": Reaction.REPAIR
    }


def test_what_was_restored_is_repaired_until_it_is_over(make, reactions, left_alone):
    """After A10c, verification that an administrator turns off is turned on again: clients were proven to pass it."""
    off = make.group("H", server_list=COPY, secure=False)
    assert reactions("A10d", left_alone, off, wave=1) == {"secure-communications-drift": Reaction.REPAIR}


def test_a_third_list_is_a_decision_and_is_asked_about(make, reactions, left_alone):
    """Neither the pair's own list nor its copy: writing over it would undo an administrator's decision."""
    other = make.group("H", server_list="Emergency", secure=False)
    assert reactions("A8", left_alone, other) == {"list-drift": Reaction.ASK}


def test_the_copy_that_is_assigned_again_behind_the_restore_is_repaired(make, reactions, left_alone):
    """It is one of the pair's own two lists in both directions: an administrator has put it back by mistake."""
    again = make.group("H", server_list=COPY)
    assert reactions("A2-undo", left_alone, again) == {"list-drift": Reaction.REPAIR}


def test_each_location_has_its_own_two_lists(make):
    """At home the list is Other: that one is put right there, and at the office a person decides about it."""
    site = make.site("s1", lists=[make.server_list(name, "s1") for name in (LIST, "Other")])
    group = make.group("G", make.location("Office"), make.location("Home", server_list="Other"))
    body = make.plan(site, group, clients=[make.client("c1")]).body
    at = make.step_of(body, "A8")
    places = (make.location(name, server_list="Other", secure=False) for name in ("Office", "Home"))
    found = drift(body, make.survey(site, make.group("G", *places)), [], at=at)
    reactions = {each.finding.subject: react(each, Circumstances(body=body, at=at)).reaction for each in found}
    assert reactions == {"G / Office": Reaction.ASK, "G / Home": Reaction.REPAIR}


@pytest.mark.parametrize(
    ("number", "wave", "reaction"), [("B3", 0, "ask"), ("B5", 1, "adopt"), ("shown", 1, "adopt"), ("B3", 1, "ask")]
)
def test_a_changed_setting_is_asked_about_at_the_gate_behind_a_certificate(make, number, wave, reaction):
    """Its proof rests on the settings; behind it the rest is planned again with them, while there is a rest."""
    site = make.site("s1", "s2")
    body = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    at = make.step_of(body, number, wave)
    (found,) = drift(body, make.survey(site, make.group("G", secure=False)), [], at=at)
    assert react(found, Circumstances(body=body, at=at)).reaction == reaction


def test_a_repair_that_is_undone_again_and_again_is_asked_about(make, reactions, left_alone):
    """The rotation puts it right twice; when it is undone a third time, the rotation asks."""
    again = ("H / Default",) * 2
    found = make.group("H", secure=False)
    assert reactions("A8", left_alone, found, repaired=again[:1]) == {"list-drift": Reaction.REPAIR}
    assert reactions("A8", left_alone, found, repaired=again) == {"list-drift": Reaction.ASK}


def test_what_rest_has_left_is_asked_about(make, reactions, left_alone):
    """REST did not put it right, so no administrator has undone it: an operator does it by hand."""
    found = make.group("H", secure=False)
    assert reactions("A8", left_alone, found, left=("H / Default",)) == {"list-drift": Reaction.ASK}


def test_what_the_plan_never_wrote_is_asked_about(make, reactions):
    """The rotation writes nothing to a group that fails over, also when an administrator has changed it."""
    relaxed = make.group("H", server_list=COPY, secure=False)
    assert reactions("A8", make.group("G", secure=False), relaxed) == {"secure-communications-drift": Reaction.ASK}


def test_a_drift_that_a_later_plan_covers_is_adopted(make, reactions):
    """In the holdout nothing is asked about twice: the recheck before the last wave asks for an amendment."""
    changed = [make.group("G", secure=False), make.group("H", server_list="Other"), make.group("K")]
    assert set(reactions("B5", *changed, wave=1).values()) == {Reaction.ADOPT}


def test_what_the_future_would_plan_matters_no_more_after_the_last_swap(make, reactions, left_alone):
    """A group born before the last certificate is asked about, one born after it is named and stays."""
    relaxed = make.group("H", server_list=COPY, secure=False)
    born = make.group("K")
    assert reactions("A8", left_alone, relaxed, born, wave=1) == {"group-new": Reaction.ASK}
    assert reactions("B2", left_alone, relaxed, born, wave=1) == {"group-new": Reaction.ASK}
    assert reactions("B3", left_alone, relaxed, born, wave=1) == {"group-new": Reaction.ADOPT}


def test_a_group_born_after_the_last_swap_of_a_wave_is_planned_before_the_next(make, reactions, left_alone):
    """The restore in between asks about it by itself; while a certificate is still open, nothing passes."""
    relaxed = make.group("H", server_list=COPY, secure=False)
    born = make.group("K")
    assert reactions("B2", left_alone, relaxed, born) == {"group-new": Reaction.ASK}
    assert reactions("B3", left_alone, relaxed, born) == {"group-new": Reaction.ADOPT}


@pytest.mark.parametrize("code", ["third-certificate", "certificate-restored", "certificate-early"])
@pytest.mark.parametrize(("number", "wave"), [("B3", 0), ("B5", 1), ("closing", 0)])
def test_a_certificate_is_always_asked_about(make, body, code, number, wave):
    """No API puts a certificate back, and no recheck is soon enough."""
    found = Drift(finding=blocking(code, "s1", "presents another one"))
    assert react(found, Circumstances(body=body, at=make.step_of(body, number, wave))).reaction is Reaction.ASK


@pytest.mark.parametrize(("number", "reaction"), [("B3", "adopt"), ("B2", "ask"), ("A8", "ask")])
def test_a_server_that_is_down_is_decided_about_before_the_next_certificate(make, body, number, reaction):
    """The recheck offers to finish without it, and no step before that cuts off a client there."""
    found = Drift(finding=blocking("server-silent", "s2", "does not answer"))
    assert react(found, Circumstances(body=body, at=make.step_of(body, number, 0))).reaction == reaction


def test_every_reaction_says_why(make, body):
    """Each reaction to drift comes with its reason."""
    for found in (Drift(finding=blocking("x", "s", "m")), Drift(finding=info("x", "s", "m"))):
        assert react(found, Circumstances(body=body, at=make.step_of(body, "A8"))).why
