"""Groups that were born during the rotation: those that follow a planned owner, and strangers (rules 1 and 17)."""

import pytest

from rotation.proof.membership import followers, strangers, with_present_owners


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


@pytest.mark.parametrize(
    ("now", "of_g", "of_h"),
    [
        ({"G": False, "G\\Old": True, "H": False}, ["G\\Old"], []),
        ({"G": False, "H": False, "H\\Old": True}, [], ["G\\Old"]),
        ({"G": False, "H": False, "H\\Old": False}, ["G\\Old"], []),  # it has settings of its own there
        ({"G": False, "H": False, "K": False, "K\\Old": True}, ["G\\Old"], []),  # the plan does not know K
        ({"H": False, "H\\Old": True}, ["G\\Old"], []),  # what has become of its owner is not known
        ({"G": False, "H": False}, ["G\\Old"], []),  # it is gone
    ],
    ids=["as planned", "moved", "its own", "elsewhere", "owner gone", "gone"],
)
def test_a_group_that_was_moved_counts_below_the_planned_owner_that_it_has_now(make, body, now, of_g, of_h):
    """Its clients take what is written there; every other group stays where it is planned."""
    old = make.id_of("G\\Old")
    groups = [make.group(path, inherits=inherits) for path, inherits in now.items()]
    groups = [each.model_copy(update={"id": old}) if each.path.endswith("\\Old") else each for each in groups]
    found = {owner.path: owner.inheritors for owner in with_present_owners(body, groups).scopes}
    assert found == {
        path: tuple(make.id_of(each) for each in expected) for path, expected in (("G", of_g), ("H", of_h))
    }


def test_a_group_whose_former_owner_inherits_now_stays_where_it_is_planned(make, body):
    """People set that back: the group comes back with it."""
    groups = [make.group(path, inherits=inherits) for path, inherits in {"H": False, "H\\G": True}.items()]
    groups.append(make.group("H\\G\\Old", inherits=True).model_copy(update={"id": make.id_of("G\\Old")}))
    groups[1] = groups[1].model_copy(update={"id": make.id_of("G")})
    assert with_present_owners(body, groups) == body
