"""Rule 5: settings belong to an owner, and every inheritor follows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.inheritance import OrphanGroupError, owners


def test_rule_5_inheritors_follow_the_nearest_owner_over_three_levels(make):
    """Root - A (owns) - B - C - D, three inheritors deep: all follow A, not the root."""
    groups = [
        make.group("Root"),
        make.group("Root\\A"),
        make.group("Root\\A\\B", inherits=True),
        make.group("Root\\A\\B\\C", inherits=True),
        make.group("Root\\A\\B\\C\\D", inherits=True),
    ]
    followed = owners(reversed(groups))
    assert {path: followed[make.id_of(path)] for path in ("Root\\A\\B", "Root\\A\\B\\C", "Root\\A\\B\\C\\D")} == {
        "Root\\A\\B": make.id_of("Root\\A"),
        "Root\\A\\B\\C": make.id_of("Root\\A"),
        "Root\\A\\B\\C\\D": make.id_of("Root\\A"),
    }


def test_groups_of_two_domains_with_the_same_path_are_kept_apart(make):
    """A group inherits within its own domain, whatever a group of another domain is called."""
    groups = [
        make.group("Root", domain="D1", group_id="1"),
        make.group("Root", domain="D2", group_id="2"),
        make.group("Root\\A", domain="D1", group_id="3", inherits=True),
        make.group("Root\\A", domain="D2", group_id="4", inherits=True),
    ]
    assert owners(groups) == {"1": "1", "2": "2", "3": "1", "4": "2"}


def test_parent_that_was_not_read_is_no_reason_to_ask_its_parent(make):
    """A group whose parent was not read may get its settings there: a grandparent is no answer."""
    groups = [make.group("Root"), make.group("Root\\Hidden\\A", inherits=True)]
    with pytest.raises(OrphanGroupError, match="Hidden"):
        owners(groups)


def test_root_that_inherits_is_refused(make):
    """A group that inherits from nothing means that the survey is not whole."""
    with pytest.raises(OrphanGroupError):
        owners([make.group("Root", inherits=True)])


def test_parent_of_the_same_path_in_another_domain_does_not_help(make):
    """A parent of another domain is no parent."""
    with pytest.raises(OrphanGroupError):
        owners([make.group("Root", domain="D2"), make.group("Root\\A", domain="D1", inherits=True)])


@given(data=st.data())
def test_an_owner_never_inherits_and_stands_above(make, data):
    """In any tree each group follows one that owns its settings, is itself or above it, with inheritors between."""
    paths = ["Root"]
    for index in range(data.draw(st.integers(0, 8))):
        paths.append(f"{data.draw(st.sampled_from(paths))}\\G{index}")
    groups = [make.group(path, inherits=path != "Root" and data.draw(st.booleans())) for path in paths]
    by_id = {group.id: group for group in groups}
    followed = owners(groups)
    assert followed.keys() == by_id.keys()
    for group in groups:
        owner = by_id[followed[group.id]]
        assert not owner.inherits
        assert f"{group.path}\\".startswith(f"{owner.path}\\")
        between = [g for g in groups if f"{group.path}\\".startswith(f"{g.path}\\") and len(g.path) > len(owner.path)]
        assert all(each.inherits for each in between)
