"""The site's database is put back as it was saved."""

from emulator.changes import Changes
from emulator.state.backup import Backup, put_back
from emulator.state.site import PAIR_SEPARATOR, Site

_Pairs = dict[tuple[str, str], tuple[str, bool]]
"""By (group path, location): the list's name, and whether secure communications are on."""


def restore_database(changes: Changes, backup: Backup) -> None:
    """Put it back, and publish what it says.

    Each setting that it changes is an effect of its own. Machines of a group that is gone are in the one above it;
    otherwise machines, their records and what is published of certificates stay as they are.
    """
    site = changes.site
    changes.fleet.before_change()
    before, paths = _pairs(site), {group.id: group.path for group in site.groups.values()}
    put_back(site, backup)
    effect = site.effects.record("database.restore", site.name)
    for group in backup.groups:
        changes.fleet.make_room(group.id)
    for group_id in paths.keys() - site.groups.keys():
        above = _nearest(site, paths[group_id])
        for machine in changes.fleet.machines(group_id):
            changes.fleet.move(machine.name, above, effect)
        changes.fleet.leave_group(group_id, above)
    for (path, location), now in _pairs(site).items():
        server_list, secure = before.get((path, location), now)
        if now[0] != server_list:
            site.effects.record("database.sem_server", path, location, now[0])
        if now[1] is not secure:
            site.effects.record("database.secure_communications", path, location, str(now[1]).lower())
    changes.publish_all(effect, moves_serial=False)


def _pairs(site: Site) -> _Pairs:
    return {
        (group.path, location.name): (
            site.server_list(group.settings[location.id].server_list).name,
            group.settings[location.id].secure_communications,
        )
        for group in site.groups.values()
        for location in group.locations
    }


def _nearest(site: Site, path: str) -> str:
    """The id of the nearest group above a path."""
    there = {group.path: group.id for group in site.groups.values()}
    while path not in there:
        path = path.rpartition(PAIR_SEPARATOR)[0]
    return there[path]
