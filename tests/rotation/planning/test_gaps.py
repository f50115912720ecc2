"""What is missing for a plan is named, each thing with its own finding."""


def test_no_groups(make):
    """An account that sees nothing must not get the emptiest plan, in which nobody is waited for."""
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
    """A list in use that nobody described: once, with the places where it is used."""
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
