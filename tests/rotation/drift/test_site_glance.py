"""What shows each minute that a site has changed, and what does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rotation.drift.site_glance import SiteGlance, settings_of, sighting_of
from rotation.survey import ObservedGroup, ObservedLocation, PairSettings
from rotation.values import Fingerprint, GroupId, ListName, LocationId, ServerName

S1, S2 = ServerName("s1"), ServerName("s2")
A, B, C = Fingerprint("aa"), Fingerprint("bb"), Fingerprint("cc")


@pytest.fixture
def before(make):
    """A site with two servers, seen a moment ago."""
    return SiteGlance(
        policies={GroupId("G"): make.t0},
        lists={ListName("L"): make.t0},
        served={S1: A, S2: B},
        version="14.3.9816.7000",
    )


def test_a_site_as_it_was_has_not_moved(before):
    """Nothing differs from itself."""
    assert not before.differs_from(before, S1)


@pytest.mark.parametrize(
    "change",
    [
        {"policies": {}},  # a group was removed
        {"lists": {}},  # a list was deleted
        {"served": {S1: C, S2: B}},  # a certificate was replaced
        {"version": "14.3.12154.10000"},  # SEPM was upgraded
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_changed_shows(before, change):
    """Also in the other direction: a group that was born, a list that was made."""
    after = SiteGlance(**{**vars(before), **change})
    assert after.differs_from(before, S1)
    assert before.differs_from(after, S1)


@pytest.mark.parametrize("what", ["policies", "lists"])
def test_a_newer_date_shows(before, what):
    """Whatever was edited is known by its date only."""
    later = {name: date + timedelta(seconds=1) for name, date in getattr(before, what).items()}
    assert SiteGlance(**{**vars(before), what: later}).differs_from(before, S1)


def test_a_setting_whose_policy_date_stays_shows_where_settings_were_read(before):
    """Where only one of two looks has read settings, they say nothing; the order of locations is no difference."""
    default, other = (
        ObservedLocation(
            id=LocationId(name),
            name=name,
            settings=PairSettings(server_list=ListName("L"), secure_communications=True, heartbeat=timedelta(hours=1)),
        )
        for name in ("Default", "Other")
    )
    relaxed = other.model_copy(update={"settings": other.settings.model_copy(update={"secure_communications": False})})

    def with_settings(*locations):
        group = ObservedGroup(
            id=GroupId("G"), path="G", inherits=False, policy_date=before.policies["G"], locations=locations
        )
        return replace(before, settings=settings_of([group]))

    read = with_settings(default, other)
    assert not before.differs_from(read, S1)
    assert not read.differs_from(before, S1)
    assert not read.differs_from(with_settings(other, default), S1)
    assert read.differs_from(with_settings(default, relaxed), S1)


@pytest.mark.parametrize(("due", "moved"), [(S1, False), (S2, True)])
def test_a_server_that_does_not_answer_has_moved_unless_it_is_being_replaced(before, due, moved):
    """The one that is due restarts: with which certificate shows when it answers again. Of another it is news."""
    silent = SiteGlance(**{**vars(before), "served": {S1: None, S2: B}})
    assert silent.differs_from(before, due) is moved
    assert before.differs_from(silent, due) is moved


def test_what_only_one_look_has_read_says_nothing(before):
    """While other work is open only the ports are looked at: of policies and lists nothing is known then."""
    ports = SiteGlance(served=before.served)
    assert not ports.differs_from(before, None)
    assert not before.differs_from(ports, None)
    silent = SiteGlance(served={S1: None, S2: B})
    assert silent.differs_from(before, None)
    alone = SiteGlance(served={S1: A})
    assert not alone.differs_from(before, None)
    assert not before.differs_from(alone, None), "of the other server nothing was known"


def test_a_survey_has_seen_all_of_it(make):
    """What a survey read is what the next look is held against."""
    site = make.site("s1")
    group = make.group("G")
    survey = make.survey(site, group).model_copy(update={"lists_edited": {"L": make.t0}})
    seen = sighting_of(survey)
    assert seen.policies == {group.id: group.policy_date}
    assert seen.lists == {"L": make.t0}
    assert seen.served == {each.server: each.fingerprint for each in survey.served}
    assert seen.version == survey.version
    assert sighting_of(survey.model_copy(update={"version": ""})).version is None, "SEPM did not tell it"


def test_clients_that_came_to_a_group_show(before):
    """One that was installed from an old package may not be ready; those that left cannot be cut off."""
    three, four = (SiteGlance(**{**vars(before), "clients": {GroupId("G"): count}}) for count in (3, 4))
    assert four.differs_from(three, S1)
    assert not three.differs_from(four, S1)
    assert not three.differs_from(three, S1)
    assert not four.differs_from(before, S1), "nobody counted before"
    born = SiteGlance(**{**vars(before), "clients": {GroupId("G"): 3, GroupId("H"): 1}})
    assert born.differs_from(three, S1), "the first client of a group that was not counted is one more"
    empty = SiteGlance(**{**vars(before), "clients": {GroupId("G"): 3, GroupId("H"): 0}})
    assert not empty.differs_from(three, S1)
