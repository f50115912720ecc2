"""What follows from one drift: what is shown of it, which gates start again, and how it is put right."""

import pytest

from rotation.drift.drift import Drift, drift
from rotation.drift.judged_drift import born_key, judge
from rotation.drift.reaction import Circumstances
from rotation.finding import blocking, info
from rotation.plan.step import SettingField
from rotation.values import GroupId, ServerName

COPY = "Default List (HTTP for certificate rotation)"
CODE = "list-drift"


@pytest.fixture
def body(make):
    """A plan in which G fails over, and H is relaxed."""
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    return make.plan(make.site("s1", "s2"), make.group("G"), make.group("H"), clients=clients).body


@pytest.fixture
def judged(make, body):
    """What follows from all that a look at a step finds, by code."""

    def found(number, *groups, **circumstances):
        at = make.step_of(body, number, 0)
        now = Circumstances(body=body, at=at, **circumstances)
        survey = make.survey(make.site("s1", "s2"), make.group("G"), *groups)
        uncounted = {group.id: ("k1",) for group in groups if group.path == "K"}
        every = drift(body, survey, [], at=at, uncounted=uncounted)
        return {each.finding.code: judge(each, now) for each in every}

    return found


def test_a_setting_is_written_again_by_the_step_that_wrote_it(make, body, judged):
    """The last write of that field for the group that owns it. The list that the pair uses now is kept."""
    found = judged("A8", make.group("H", secure=False))[CODE]
    write = make.step_of(body, "A5", 0)
    assert (found.repair.write, found.repair.shows) == (write, "Default List")
    assert found.repair.pair.group_id == make.id_of("H")
    assert (found.named.repair, found.named.subject, found.named.blocks) == (write, "H / Default", True)


def test_a_field_has_the_write_of_its_own(make, body, judged):
    """Secure communications are written by A7, and lists by A5."""
    (found,) = judged("A8", make.group("H", server_list=COPY)).values()
    assert found.repair.write == make.step_of(body, "A7", 0)


def test_what_rest_does_not_put_right_is_shown_as_work_by_hand(make, judged):
    """The same find, with a person who decides; what was left before stays so."""
    found = judged("A8", make.group("H", secure=False), left=("G / Default",))[CODE]
    assert "the service puts it right" in found.named.message
    assert "a person decides" in found.repair.by_hand.message
    assert (found.repair.by_hand.code, found.repair.by_hand.voids) == (CODE, found.named.voids)
    assert found.found in found.named.message


def test_no_repair_where_a_person_decides(make, judged):
    """A third list is an administrator's decision; one that REST has left is work by hand."""
    other = judged("A8", make.group("H", server_list="Emergency", secure=False))[CODE]
    left = judged("A8", make.group("H", secure=False), left=("H / Default",))[CODE]
    assert (other.repair, left.repair, other.named.repair) == (None, None, "")


def test_the_gates_that_rest_on_a_setting_are_proven_again(make, body, judged):
    """In A8 that gate; nothing where the rotation goes on with what was found."""
    asked = judged("A8", make.group("H", secure=False))[CODE]
    assert make.step_of(body, "A8", 0) in asked.named.voids
    only_named = Drift(finding=info(CODE, "H", "differs"), owner=make.id_of("H"), field=SettingField.SERVER_LIST)
    adopted = judge(only_named, Circumstances(body=body, at=make.step_of(body, "A8", 0)))
    assert (adopted.named.voids, adopted.named.blocks, adopted.named.matters) == ((), False, False)


def test_a_group_that_was_born_may_stay_where_two_persons_go_on(make, judged):
    """The group is kept, since no gate counts its clients; nothing else may stay."""
    found = judged("A8", make.group("H", secure=False), make.group("K"))
    born = found["group-new"]
    assert (born.born, born.named.may_stay) == (make.id_of("K"), True)
    assert (found[CODE].born, found[CODE].named.may_stay) == (None, False)
    assert born_key(found.values()) == born_key([born]) != ""
    other = born.model_copy(update={"found": "another find"})
    assert born_key([other]) != born_key([born])


def test_what_a_person_confirms_is_kept_with_it(make, body):
    """When a list was edited, which version SEPM has, and whether anything speaks against it; and the remedy."""
    now = Circumstances(body=body, at=make.step_of(body, "A8", 0))
    finding = blocking("list-edited", "Default List", "was edited", "look at it")
    named = judge(Drift(finding=finding, edited_at=make.t0, version="14.4", unlike=(ServerName("s1"),)), now).named
    assert (named.edited_at, named.version, named.confirmable, named.remedy) == (make.t0, "14.4", False, "look at it")
    plain = judge(Drift(finding=finding, born=GroupId("K1")), now)
    assert (plain.named.edited_at, plain.named.version, plain.named.confirmable) == (None, "", True)
    assert plain.born == "K1"
