"""The site's database as an administrator has saved it: the tree, settings, server lists and policy dates."""

from dataclasses import dataclass, replace

from emulator.state.site import Group, ServerList, Site


@dataclass(frozen=True)
class Backup:
    """What it held when it was saved."""

    groups: tuple[Group, ...]
    server_lists: tuple[ServerList, ...]
    replication_paused: bool


def saved(site: Site) -> Backup:
    """The database as it is now."""
    return Backup(
        groups=tuple(_copy(group) for group in site.groups.values()),
        server_lists=tuple(site.server_lists.values()),
        replication_paused=site.replication_paused,
    )


def put_back(site: Site, backup: Backup) -> None:
    """Give the site what its database held then. Servers keep their certificates: each has its own in files."""
    site.server_lists = {each.id: each for each in backup.server_lists}
    site.groups = {}
    site.put_group(*(_copy(group) for group in backup.groups))
    site.replication_paused = backup.replication_paused


def _copy(group: Group) -> Group:
    return replace(group, settings=dict(group.settings))
