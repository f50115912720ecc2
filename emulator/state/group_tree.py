"""The tree of groups as a person changes it at the console: groups, their locations and what they inherit."""

from emulator.changes import Changes
from emulator.errors import (
    GroupInUseError,
    InheritedSettingsError,
    NameTakenError,
    RootGroupError,
    UnknownNameError,
)
from emulator.state.draws import identity
from emulator.state.site import PAIR_SEPARATOR, Group, Location, LocationSettings, Site


class GroupTree:
    """The groups of one site. Every act is written down in the site's journal as `console.ACT`."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._site: Site = changes.site
        self._made = 0

    def add_group(self, path: str, *, inherits: bool = True) -> Group:
        """Make a group below one that exists; one that does not inherit begins with its parent's settings."""
        if any(group.path == path for group in self._site.groups.values()):
            raise NameTakenError("group", path)
        parent = self._site.group(path.rpartition(PAIR_SEPARATOR)[0])
        owner = self._site.owner(parent)
        self._made += 1
        now_ms = self._changes.timeline.now_ms
        group = Group(
            id=identity(self._site.seed, "group", f"{path}/{self._made}"),
            path=path,
            inherits=inherits,
            policy_date_ms=owner.policy_date_ms,
            created_ms=now_ms,
        )
        if not inherits:
            self._own(group, owner)
        self._changes.fleet.add_group(group.id)
        self._site.put_group(group)
        effect = self._site.effects.record("console.add_group", path)
        self._changes.outbox.publish(group, effect)
        self._changes.publish((group,), effect)
        return group

    def remove_group(self, path: str) -> None:
        """Remove a group that has neither clients nor groups below it."""
        group = self._below_root(path)
        if self._changes.fleet.machines(group.id) or self._site.children(group):
            raise GroupInUseError(group.path)
        self._site.remove_group(group)
        self._site.effects.record("console.remove_group", group.path)

    def add_location(self, path: str, name: str) -> Location:
        """Make a location in a group that owns its settings; it begins with those of the first."""
        group = self._site.group(path)
        if group.inherits:
            raise InheritedSettingsError(group.path, self._site.owner(group).path)
        if any(location.name == name for location in group.locations):
            raise NameTakenError("location", name)
        location = self._location(group, name)
        settings = group.settings[group.locations[0].id]
        group.locations = (*group.locations, location)
        group.settings[location.id] = settings
        self._changes.publish((group,), self._site.effects.record("console.add_location", group.path, name))
        return location

    def move_group(self, path: str, parent: str) -> Group:
        """Move a group with all below it to another parent."""
        group, above = self._below_root(path), self._site.group(parent)
        domains = {self._site.shown(each.path).domain for each in (group, above)}
        if above is group or above in self._site.children(group) or len(domains) > 1:
            raise UnknownNameError("parent outside of", group.path)
        moved = PAIR_SEPARATOR.join((above.path, group.name))
        if any(each.path == moved for each in self._site.groups.values()):
            raise NameTakenError("group", moved)
        before = group.path
        family = (group, *self._site.children(group))
        for each in family:
            each.path = moved + each.path.removeprefix(before)
        self._site.put_group(*family)
        effect = self._site.effects.record("console.move_group", before, moved)
        self._changes.publish(family, effect, moves_serial=False)
        return group

    def set_inheritance(self, path: str, *, inherits: bool) -> Group:
        """Have a group inherit, which drops its own settings, or own what it inherited until now."""
        group = self._below_root(path)
        owner = self._site.owner(group)
        if inherits == group.inherits:
            return group
        if inherits:
            group.locations, group.settings = (), {}
        else:
            self._own(group, owner)
        group.inherits = inherits
        self._site.put_group(group)
        value = str(inherits).lower()
        effect = self._site.effects.record("console.inheritance", group.path, value)
        self._changes.publish((group,), effect, moves_serial=not inherits)
        return group

    def _own(self, group: Group, owner: Group) -> None:
        """Give a group settings of its own, as `owner` has them."""
        settings: dict[str, LocationSettings] = {}
        locations = []
        for each in owner.locations:
            location = self._location(group, each.name)
            locations.append(location)
            settings[location.id] = owner.settings[each.id]
        group.locations, group.settings = tuple(locations), settings

    def _location(self, group: Group, name: str) -> Location:
        self._made += 1
        return Location(identity(self._site.seed, "location", f"{group.path}/{name}/{self._made}"), name)

    def _below_root(self, path: str) -> Group:
        group = self._site.group(path)
        if self._site.parent(group) is None:
            raise RootGroupError(group.path)
        return group
