"""Rule 17: what was born during the rotation, and whether something of the rotation would stay with it."""

import pytest

from rotation.drift.earlier_survey import with_copies
from rotation.drift.newborn import newborn, users
from rotation.values import ListName

COPY = ListName("Default List (HTTP for certificate rotation)")


@pytest.fixture
def findings(make):
    """The findings on newborn pairs of a site whose plan relaxes H, with an inheritor, and lets G fail over."""
    lists = [make.server_list("Default List", "s1", "s2"), make.server_list("Other", "s1", "s2")]
    site = make.site("s1", "s2", lists=lists)
    clients = [make.client("c1"), make.client("d1", "H", build="14.2.1.0")]
    groups = [make.group("G", server_list="Other"), make.group("H"), make.group("H\\A", inherits=True)]
    body = make.plan(site, *groups, clients=clients).body

    def look(*more, h=None):
        relaxed = h or make.group("H", server_list=COPY, secure=False)
        inheritor = make.group("H\\A", inherits=True, server_list=COPY, secure=False)
        by_path = {each.path: each for each in (make.group("G", server_list="Other"), relaxed, inheritor, *more)}
        return newborn(body, make.survey(site, *by_path.values()))

    return look


@pytest.fixture
def found(findings):
    """The subjects of newborn pairs in that site."""

    def look(*more, h=None):
        reported = findings(*more, h=h)
        assert all(each.code == "newborn" and each.remedy for each in reported)
        return [each.subject for each in reported]

    return look


def test_what_the_plan_knows_is_not_newborn(found):
    """Relaxed pairs use the copy and do not verify because the plan has it so."""
    assert found() == []


def test_a_group_that_follows_an_owner_of_the_plan_keeps_nothing_of_the_rotation(make, found):
    """Gates count its clients with the owner's, and whatever is put back there is put back for them."""
    assert found(make.group("H\\B", inherits=True), make.group("G\\B", inherits=True)) == []


def test_what_an_amendment_took_along_with_a_copy_is_still_newborn(make):
    """The plan knows it, and nothing would give it another list: a person is asked before the copy goes."""
    site = make.site("s1", lists=[make.server_list("Default List", "s1")])
    body = make.plan(site, make.group("G"), clients=[make.client("c1")]).body
    born = make.group("K", server_list=COPY, secure=False)
    later = make.plan(with_copies(site, body), make.group("G"), born, clients=[make.client("c1")], copies=[COPY]).body
    later = later.model_copy(update={"copies": body.copies})
    relaxed = make.group("G", server_list=COPY, secure=False)
    assert [each.subject for each in newborn(later, make.survey(site, relaxed, born))] == ["K / Default"]


@pytest.mark.parametrize(
    "settings",
    [
        {"server_list": COPY},
        {"server_list": "Default List"},
        {"server_list": "Other", "secure": False},
    ],
    ids=["a list that was made", "a list that was copied", "not verifying"],
)
def test_a_pair_with_something_of_the_rotation_is_newborn(make, found, settings):
    """A group of its own, or a location of a known one, that would keep it for ever."""
    assert found(make.group("K", **settings)) == ["K / Default"]
    relaxed = make.location(server_list=COPY, secure=False)
    assert found(h=make.group("H", relaxed, make.location("Home", **settings))) == ["H / Home"]


def test_each_reason_is_named(make, findings):
    """One finding has everything that a person has to put right."""
    (copied,) = findings(make.group("K", server_list=COPY, secure=False))
    assert copied.message == (
        f"the location uses {COPY!r}, a list that the rotation made and will delete; "
        "secure communications are off at the location, as in relaxed groups; no step of the rotation would turn "
        "them on"
    )
    (original,) = findings(make.group("K", server_list="Default List"))
    assert original.message == (
        "the location uses 'Default List' while the other locations with this list use its HTTP copy; "
        "no gate has counted its clients"
    )


def test_a_pair_that_is_not_affected_is_left_alone(make, found):
    """It verifies, over a list that the rotation does not touch."""
    assert found(make.group("K", server_list="Other")) == []


def test_an_inheritor_that_owns_its_settings_now_is_newborn(make, found):
    """It took the relaxed settings along, and no restore writes to it."""
    assert found(make.group("H\\A", server_list=COPY, secure=False)) == ["H\\A / Default"]


def test_a_tree_that_was_not_read_whole_still_tells_what_pairs_use(make, found):
    """Whom an orphan follows is unknown: it is drift by itself."""
    assert found(make.group("X\\B", inherits=True), make.group("K", server_list=COPY)) == ["K / Default"]


def test_users_of_a_list(make):
    """Pairs of groups that own their settings: the others follow them."""
    groups = [make.group("G", server_list=COPY), make.group("G\\A", inherits=True, server_list=COPY), make.group("H")]
    survey = make.survey(make.site("s1"), *groups)
    assert users(survey, COPY) == ("G / Default",)
