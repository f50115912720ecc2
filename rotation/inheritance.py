"""Who owns the settings of a group: they change on the owner only, and every inheritor follows (rule 5)."""

from collections.abc import Iterable

from rotation.survey import ObservedGroup
from rotation.values import GroupId

_SEPARATOR = "\\"


class OrphanGroupError(ValueError):
    """A group inherits, and an ancestor that it may get its settings from was not read: the survey is not whole."""


def owners(groups: Iterable[ObservedGroup]) -> dict[GroupId, GroupId]:
    """For every group, the one that owns its settings: itself, or its nearest ancestor that inherits nothing.

    Raises:
        OrphanGroupError: when an ancestor on that way is not in `groups`: it might be the owner.
    """
    known = tuple(groups)
    by_path = {(group.domain_id, group.path): group for group in known}
    return {group.id: _owner_of(group, by_path) for group in known}


def _owner_of(group: ObservedGroup, by_path: dict[tuple[str, str], ObservedGroup]) -> GroupId:
    current = group
    while current.inherits:
        parent = current.path.rpartition(_SEPARATOR)[0]
        above = by_path.get((group.domain_id, parent))
        if above is None:
            raise OrphanGroupError(f"group {group.path!r} inherits, but {parent or 'a group above it'!r} was not read")
        current = above
    return current.id
