"""A location that has another id than it had: its group inherited for a while, or it was made again by its name.

SEPM gives a group that gets settings of its own again locations with new ids (unknown; the emulator does).
"""

from collections.abc import Collection, Iterable, Mapping

from rotation.plan.plan import PlanBody
from rotation.survey import ObservedGroup, ObservedLocation
from rotation.values import GroupId, LocationId


def planned_locations(body: PlanBody) -> dict[GroupId, dict[LocationId, str]]:
    """By owner, the ids of the locations that the plan knows, each with its name."""
    return {owner.group_id: {pair.location_id: pair.location_name for pair in owner.pairs} for owner in body.scopes}


def with_known_ids(
    groups: Iterable[ObservedGroup], known: Mapping[GroupId, Mapping[LocationId, str]]
) -> tuple[ObservedGroup, ...]:
    """The groups; a location that has the name of a known one which is gone has the known id."""
    return tuple(_as_known(group, known.get(group.id, {})) for group in groups)


def namesake(group: ObservedGroup, name: str, known: Collection[LocationId]) -> LocationId | None:
    """The id of the location of that name in a group that owns its settings, where that is none of the `known` ones."""
    found = [each.id for each in group.locations if each.name == name and each.id not in known and not group.inherits]
    return found[0] if found else None


def _as_known(group: ObservedGroup, known: Mapping[LocationId, str]) -> ObservedGroup:
    gone = {name: id_ for id_, name in known.items() if id_ not in {each.id for each in group.locations}}
    if group.inherits or not gone:
        return group

    def renamed(location: ObservedLocation) -> ObservedLocation:
        if location.id in known or location.name not in gone:
            return location
        return location.model_copy(update={"id": gone[location.name]})

    return group.model_copy(update={"locations": tuple(renamed(each) for each in group.locations)})
