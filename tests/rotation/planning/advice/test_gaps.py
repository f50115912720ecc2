"""What is missing for a plan is named, each thing with its own finding."""

import pytest

from rotation.plan.plan import copied_from, copy_name
from rotation.plan.refusals import PlanRefusedError
from rotation.planning.advice.gaps import gaps
from rotation.site import Protocol
from rotation.values import ListName

COPY = ListName("Default List (HTTP for certificate rotation)")


def test_no_groups(make):
    """An account that sees nothing must not get the emptiest plan, in which no client is waited for."""
    assert make.refusal(make.site("s1", "s2")) == ["no-groups"]


def test_group_parent_unread(make):
    """A group that inherits from one that was not read: whose settings it has is unknown."""
    groups = [make.group("Root"), make.group("Root\\Hidden\\A", inherits=True)]
    assert make.refusal(make.site("s1"), *groups) == ["group-parent-unread"]


def test_group_without_locations(make):
    """An owner of settings of which no location was read: what its clients do is unknown."""
    bare = make.group("G").model_copy(update={"locations": ()})
    assert make.refusal(make.site("s1"), bare, make.group("H")) == ["group-without-locations"]


def test_inheritor_without_locations_is_no_gap(make):
    """An inheritor has its owner's locations: it needs none of its own."""
    bare = make.group("G\\A", inherits=True).model_copy(update={"locations": ()})
    plan = make.plan(make.site("s1"), make.group("G"), bare)
    assert plan.body.scopes[0].inheritors == (bare.id,)


def test_list_not_described(make):
    """A list in use that is not described is named once, with the places where it is used."""
    group = make.group("G", make.location("A", server_list="X"), make.location("B", server_list="X"))
    assert make.refusal(make.site("s1"), group) == ["list-not-described"]


def test_unknown_holdout(make):
    """A wish for a server that the site does not have is not passed over in silence."""
    site = make.site("s1", "s2")
    assert make.refusal(site, make.group("G"), request=make.request(site, holdout=("s9",))) == ["unknown-holdout"]


def test_unknown_group(make):
    """A choice for a group without settings of its own is not passed over in silence."""
    site = make.site("s1", "s2")
    wish = {"unproven_by_group": {"G\\A": make.approve_unproven, "G": make.approve_unproven}}
    groups = [make.group("G"), make.group("G\\A", inherits=True)]
    assert make.refusal(site, *groups, request=make.request(site, **wish)) == ["unknown-group"]


@pytest.mark.parametrize("described", [True, False])
@pytest.mark.parametrize("secure", [True, False])
def test_left_relaxed(make, secure, described):
    """Groups on our HTTP copy with no known rotation were left so: the copy need not be described as an original."""
    site = make.site("s1")
    if described:
        copy = site.lists[0].model_copy(update={"name": COPY, "protocol": Protocol.HTTP})
        site = site.model_copy(update={"lists": (*site.lists, copy)})
    here = make.location("A", server_list=COPY, secure=secure)
    groups = [make.group("G", here), make.group("G\\A", inherits=True), make.group("H")]
    with pytest.raises(PlanRefusedError) as refused:
        make.plan(site, *groups)
    (finding,) = refused.value.findings
    assert finding.code == "left-relaxed"
    assert finding.message.startswith("G use an HTTP copy that a rotation made (groups: 1")
    assert f"secure communications off: {0 if secure else 1})" in finding.message
    assert f"POST /v1/sites/{site.id}/restore;" in finding.remedy
    assert "'Default List'" in finding.remedy


def test_not_left_relaxed(make):
    """Secure communications off with another list are a site's choice, and so is a list named nearly like a copy."""
    site = make.site("s1")
    for name in ("Default List", "HTTP for certificate rotation", "Default List (HTTP for certificate rotation) 2"):
        known = site.lists[0].model_copy(update={"name": ListName(name)})
        plan = make.plan(
            site.model_copy(update={"lists": (known,)}),
            make.group("G", make.location("A", server_list=name, secure=False)),
        )
        assert "left-relaxed" not in {finding.code for finding in plan.findings}


def test_a_known_rotation_relaxes(make):
    """A copy of a rotation that runs and is known is a list like any other: an administrator has to describe it."""
    site, group = make.site("s1"), make.group("G", make.location("A", server_list=COPY, secure=False))
    found = gaps(site, make.survey(site, group), make.request(site), {COPY})
    assert [finding.code for finding in found] == ["list-not-described"]


def test_a_copy_is_known_by_its_name():
    """What the product names a copy, it recognises."""
    assert copied_from(copy_name(ListName("Branch"))) == "Branch"
    assert copied_from(ListName("Branch")) is None
