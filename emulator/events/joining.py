"""Another management server joins the site."""

from dataclasses import replace

from emulator.building import built_server
from emulator.certificates.recovery import RecoveryFile
from emulator.changes import Changes
from emulator.errors import NameTakenError
from emulator.events.site_events import ServerAdded
from emulator.spec import ServerSpec
from emulator.state.site import ServerEntry

_KEYS = 100
"""From here on the pool has the keys of servers that join: no other use comes so far."""


def add_server(changes: Changes, added: ServerAdded) -> None:
    """Install it, with a certificate of its own that is published from now on; the default list names it.

    Raises:
        NameTakenError: A server has that name.
    """
    site = changes.site
    if any(each.name == added.server for each in site.servers.values()):
        raise NameTakenError("server", added.server)
    spec = ServerSpec(name=added.server, https_port=added.https_port, http_port=added.http_port)
    server = built_server(
        site.seed, spec, changes.timeline.now, _KEYS + len(site.servers), installed=changes.timeline.now
    )
    server.recovery_files.append(RecoveryFile(server.credential, site.domain.id, changes.timeline.now))
    changes.fleet.before_change()
    effect = site.effects.record("server.added", server.name)
    server.shown_by = server.signing_by = server.ports_by = effect
    site.servers[server.id] = server
    entry = ServerEntry(server.id, server.name, server.address, server.https_port, server.http_port)
    for each in [known for known in site.server_lists.values() if known.is_default]:
        first, *others = each.priorities
        site.server_lists[each.id] = replace(each, priorities=((*first, entry), *others))
    changes.publish_all(effect, moves_serial=changes.switches.settings_move_serials)
