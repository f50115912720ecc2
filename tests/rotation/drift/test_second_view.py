"""What another server of the site shows is held against what SEPM's REST address shows."""

from datetime import timedelta

import pytest

from rotation.drift.second_view import contradictions
from rotation.drift.site_glance import SiteGlance
from rotation.values import GroupId, ListName, ServerName

S2 = ServerName("s2")
LATER = timedelta(minutes=5)


@pytest.fixture
def survey(make):
    """A site with a group and a server list."""
    return make.survey(make.site("s1", "s2"), make.group("G"), lists_edited={ListName("L"): make.t0})


@pytest.fixture
def shown(survey):
    """What another server shows of it when nothing differs."""

    def make(**changes):
        seen = {"policies": {each.id: each.policy_date for each in survey.groups}, "lists": survey.lists_edited}
        return SiteGlance({}, **{**seen, **changes})

    return make


def found(survey, glance):
    """What stands against a replacement, by code and subject."""
    return [(each.code, each.subject) for each in contradictions(survey, glance, S2)]


def test_two_servers_that_show_the_same_contradict_nothing(survey, shown):
    """They share a database."""
    assert found(survey, shown()) == []
    assert found(survey, shown(lists=None)) == []
    assert found(survey, shown(policies=None)) == [], "what was not read there says nothing"


def test_a_policy_date_that_differs_is_named_with_its_group(survey, shown):
    """Earlier or later: either of the two may be the stale one."""
    for by in (LATER, -LATER):
        policies = {each.id: each.policy_date + by for each in survey.groups}
        (finding,) = contradictions(survey, shown(policies=policies), S2)
        assert (finding.code, finding.subject, "show different data for G:" in finding.message) == (
            "answers-differ",
            S2,
            True,
        )
        assert finding.remedy.endswith("check that s2 uses the same database")


@pytest.mark.parametrize("names", [(), ("L",), ("L", "M")], ids=["gone", "edited since", "new"])
def test_a_list_that_differs_is_named(survey, shown, make, names):
    """It is missing there, or was edited at another time, or is there alone."""
    lists = {ListName(name): make.t0 + LATER for name in names}
    assert found(survey, shown(lists=lists)) == [("answers-differ", S2)]


def test_a_group_that_only_one_of_them_shows_is_named(survey, shown):
    """It was born since the other one has last asked the database."""
    policies = {**shown().policies, GroupId("NEW"): survey.taken_at}
    (finding,) = contradictions(survey, shown(policies=policies), S2)
    assert "NEW" in finding.message
