"""Who owns the settings of a group: they change on the owner only, and every inheritor follows (rule 5)."""

from collections.abc import Iterable

from rotation.survey import ObservedGroup
from rotation.values import GroupId

_SEPARATOR = "\\"


class OrphanGroupError(ValueError):
    """A group inherits, and no ancestor of it owns settings: the survey is not whole."""


def owners(groups: Iterable[ObservedGroup]) -> dict[GroupId, GroupId]:
    """For every group, the one that owns its settings: itself, or its nearest ancestor that inherits nothing.

    Raises:
        OrphanGroupError: when an inheriting group has no such ancestor in `groups`.
    """
    known = tuple(groups)
    by_path = {(group.domain_id, group.path): group for group in known}
    return {group.id: _owner_of(group, by_path) for group in known}


def _owner_of(group: ObservedGroup, by_path: dict[tuple[str, str], ObservedGroup]) -> GroupId:
    current: ObservedGroup | None = group
    path = group.path
    while current is None or current.inherits:
        if _SEPARATOR not in path:
            raise OrphanGroupError(f"group {group.path!r} inherits, but no ancestor of it was read")
        path = path.rsplit(_SEPARATOR, 1)[0]
        current = by_path.get((group.domain_id, path))
    return current.id
