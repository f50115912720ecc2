"""A location that has another id than it had is the one that the plan knows, by its name."""

import pytest

from rotation.drift.same_location import namesake, with_known_ids
from rotation.values import GroupId, LocationId

KNOWN = {GroupId("g-1"): {LocationId("l-1"): "Default", LocationId("l-2"): "Office"}}


def with_locations(make, *named, inherits=False):
    """The group of the plan, with locations by id and name."""
    locations = [make.location(name).model_copy(update={"id": LocationId(id_)}) for id_, name in named]
    return make.group("My Company", *locations, inherits=inherits, group_id=GroupId("g-1"))


@pytest.mark.parametrize(
    ("there", "known"),
    [
        ([("l-1", "Default"), ("l-2", "Office")], ["l-1", "l-2"]),
        ([("l-9", "Default"), ("l-2", "Office")], ["l-1", "l-2"]),
        ([("l-9", "Another"), ("l-2", "Office")], ["l-9", "l-2"]),
        ([("l-1", "Default"), ("l-9", "Default")], ["l-1", "l-9"]),
        ([("l-2", "Default")], ["l-2"]),
    ],
    ids=["as it was", "made again", "another name", "the known one is there", "renamed"],
)
def test_one_that_is_gone_is_known_by_its_name(make, there, known):
    """Only a location that no plan knows, of the name of one that is gone, has its id; others keep theirs."""
    (group,) = with_known_ids([with_locations(make, *there)], KNOWN)
    assert [each.id for each in group.locations] == known


@pytest.mark.parametrize(
    ("there", "inherits", "found"),
    [
        ([("l-9", "Default")], False, "l-9"),
        ([("l-9", "Office")], False, None),
        ([("l-9", "Default")], True, None),  # its locations are those of the group above it
        ([("l-2", "Default")], False, None),  # another location of the plan has the name now
    ],
)
def test_what_is_written_under_another_id(make, there, inherits, found):
    """A location of that name that the plan does not know, in a group that owns its settings."""
    group = with_locations(make, *there, inherits=inherits)
    assert namesake(group, "Default", KNOWN[group.id]) == found
