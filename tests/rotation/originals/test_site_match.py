"""Whether a file of originals belongs to a site, and whether the site still has what is in it."""

import pytest

from rotation.originals.site_match import another_site, differences, of_another_sepm, other_certificates
from rotation.values import SiteId

COPY = "Default List (HTTP for certificate rotation)"


def codes(findings):
    """What was found, about what."""
    assert all(each.message and each.remedy for each in findings)
    return [(each.code, each.subject) for each in findings]


@pytest.fixture
def found(make, here, originals):
    """The differences of the site with these groups from its file."""

    def look(*groups, site=here, **survey):
        return codes(differences(originals, site, make.survey(site, *groups, **survey)).findings)

    return look


def test_a_site_of_another_id_is_another(here, originals):
    """It is named as the file has it, with its servers."""
    (finding,) = another_site(originals, here.model_copy(update={"id": SiteId("other")}))
    assert finding.code == "originals-of-another-site"
    assert "'Vienna' (id site) with s1, s2" in finding.message
    assert another_site(originals, here) == ()


def test_a_site_without_a_server_of_the_file_is_another(make, originals):
    """The server is named; one more than the file knows does not matter."""
    assert codes(another_site(originals, make.site("s1"))) == [("originals-of-another-site", "s2")]
    assert another_site(originals, make.site("s1", "s2", "s3")) == ()


def test_a_sepm_without_any_pair_is_another(make, here, originals):
    """Groups of the same names with other ids are those of another SEPM."""
    alike = make.survey(here, make.group("G", group_id="other"), make.group("H", group_id="others"))
    assert codes(of_another_sepm(originals, here, alike)) == [("originals-of-another-site", "Vienna")]
    assert of_another_sepm(originals, here, make.survey(here, make.group("H"))) == ()


def test_a_survey_that_is_not_whole_tells_nothing(make, here, originals):
    """A group that inherits from one that was not read."""
    survey = make.survey(here, make.group("G"), make.group("X\\Y", inherits=True))
    assert codes(of_another_sepm(originals, here, survey)) == [("group-parent-unread", "groups")]


@pytest.mark.parametrize("left", [{}, {"server_list": COPY}, {"secure": False}, {"server_list": COPY, "secure": False}])
def test_what_a_rotation_leaves_is_no_difference(make, found, left):
    """As recorded, relaxed, and each half of it."""
    assert found(make.group("G", **left), make.group("H")) == []


def test_a_changed_list_is_named(make, found):
    """Another list is neither the recorded one nor its copy."""
    assert found(make.group("G", server_list="Branch"), make.group("H")) == [("pair-changed", "G / Default")]


def test_switching_on_what_was_off_is_a_change(make, here, originals):
    """A rotation never switches secure communications on where they were off."""
    off = tuple(each.model_copy(update={"secure_communications": False}) for each in originals.pairs)
    survey = make.survey(here, make.group("G"), make.group("H", secure=False))
    found = differences(originals.model_copy(update={"pairs": off}), here, survey)
    assert codes(found.findings) == [("pair-changed", "G / Default")]


def test_what_is_gone_is_named(make, found):
    """A group, and a location of a group that is there."""
    assert found(make.group("G", make.location("Other"))) == [
        ("pair-gone", "G / Default"),
        ("pair-gone", "H / Default"),
    ]


def test_a_list_that_is_unknown_is_named(make, here, found):
    """Described, in use, or shown by SEPM: each is enough."""
    bare = here.model_copy(update={"lists": ()})
    relaxed = [make.group(path, server_list=COPY, secure=False) for path in ("G", "H")]
    assert found(*relaxed, site=bare) == [("list-gone", "Default List")]
    assert found(*relaxed) == []
    assert found(*relaxed, make.group("I"), site=bare) == []
    assert found(*relaxed, site=bare, lists_edited={"Default List": make.t0}) == []


def test_of_many_some_are_named(make, here, originals):
    """A person reads twenty names and a number."""
    (first, *_) = originals.pairs
    many = tuple(first.model_copy(update={"location_id": f"L{n}", "location_name": f"L{n}"}) for n in range(25))
    found = differences(originals.model_copy(update={"pairs": many}), here, make.survey(here, make.group("G")))
    assert len(found.gone) == 25
    assert [each.subject for each in found.findings][19:] == ["G / L19", "5 more"]


@pytest.mark.parametrize(
    ("second", "named"),
    [
        ("cd" * 32, []),
        ("ef" * 32, ["s2"]),  # a later rotation has put a third one in
        (None, ["s2"]),  # it is down
    ],
)
def test_a_certificate_that_the_file_does_not_know_is_named(make, here, originals, second, named):
    """Whether clients may verify again rests on which of the two certificates of the file is in."""
    survey = make.survey(here, make.group("G"))
    served = tuple(
        each.model_copy(update={"fingerprint": now})
        for each, now in zip(survey.served, ("ab" * 32, second), strict=True)
    )
    found = other_certificates(originals, survey.model_copy(update={"served": served}))
    assert codes(found) == [("certificate-unlike", each) for each in named]
