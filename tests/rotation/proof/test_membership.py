"""Groups that were born during the rotation: those that follow a planned owner, and strangers (rules 1 and 17)."""

import pytest

from rotation.proof.membership import followers, strangers


@pytest.fixture
def body(make):
    """A plan of G, which has an inheritor, and H."""
    groups = make.group("G"), make.group("G\\Old", inherits=True), make.group("H")
    return make.plan(make.site("s1"), *groups, clients=[make.client("c1")]).body


@pytest.fixture
def groups(make):
    """The groups of that plan, and four that came since."""
    paths = {"G": False, "G\\Old": True, "G\\New": True, "H": False, "H\\Own": False, "H\\Own\\Next": True, "K": False}
    return tuple(make.group(path, inherits=inherits) for path, inherits in paths.items())


def test_a_group_that_inherits_follows_the_owner_that_the_plan_knows(make, body, groups):
    """Its gates count the clients of that group; groups of the plan are no followers."""
    found = followers(body, groups)
    assert {group: owner.group_id for group, owner in found.items()} == {make.id_of("G\\New"): make.id_of("G")}


def test_a_group_with_settings_of_its_own_is_a_stranger_with_all_that_inherit_from_it(make, body, groups):
    """No gate counts their clients."""
    assert strangers(body, groups) == {make.id_of(path) for path in ("H\\Own", "H\\Own\\Next", "K")}


def test_a_tree_that_is_not_whole_tells_nothing(body, groups):
    """A group whose parent was not read."""
    orphans = [each for each in groups if each.path != "H\\Own"]
    assert (followers(body, orphans), strangers(body, orphans)) == ({}, frozenset())
