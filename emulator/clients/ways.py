"""Which clients have a way to their site: the emulator's own truth, before anything has failed.

Nothing of it comes from a rotation.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from emulator.clients.client import Client, Defect
from emulator.simulation import Simulation
from emulator.state.effects import NO_EFFECT
from emulator.state.site import Server, ServerEntry
from emulator.switches import DefectiveBuilds, RejectedDownload, Switches, UnverifiedMismatch


class Known(NamedTuple):
    """A client, and whether a server has seen it since it was installed, moved or had its image put back."""

    id: str
    name: str
    group: str
    build: str
    seen: bool


def with_a_way(
    simulation: Simulation, shown: Mapping[str, str] | None = None, gone: Collection[str] = ()
) -> dict[str, Known]:
    """By name, the clients that would complete an exchange whichever server of their list they chose first.

    It counts every server as up and every policy as published again, as it will be: a server that restarts now is
    back soon. Each counts as signing with the certificate that it shows.

    Args:
        simulation: the site.
        shown: by server name, the fingerprint of the certificate that it shows when it has restarted.
        gone: the ids of servers that are not taken to be back.
    """
    site = simulation.site
    new = shown or {}
    servers = {
        each.id: _Shows(each, new.get(each.name, each.credential.fingerprint))
        for each in site.servers.values()
        if each.id not in gone
    }
    return {
        client.name: Known(
            client.id, client.name, site.groups[client.group_id].path, client.build, _seen(simulation, client)
        )
        for client in simulation.fleet.settled()
        if _has_way(client, servers, simulation.switches)
    }


def shut_out(simulation: Simulation) -> dict[str, Known]:
    """By name, the clients that no running server lets in, and that a stopped one would.

    They are lost if that server never starts again.
    """
    down = {server.id for server in simulation.site.servers.values() if server.stopped}
    if not down:
        return {}
    with_all, without = with_a_way(simulation), with_a_way(simulation, gone=down)
    return {name: known for name, known in with_all.items() if name not in without}


class _Shows(NamedTuple):
    server: Server
    fingerprint: str


def _seen(simulation: Simulation, client: Client) -> bool:
    changed = 0 if client.effect == NO_EFFECT else simulation.effects.journal[client.effect].at_ms
    return not client.forgotten and client.contact is not None and client.contact > changed


def _has_way(client: Client, servers: Mapping[str, _Shows], switches: Switches) -> bool:
    """Some server lets it in, and none of the others holds it."""
    lets_in = False
    for entry in client.settings.by_server.values():
        there = servers.get(entry.server_id)
        if there is None or not _reaches(client, there.server, entry):
            continue
        hindrances = list(_hindrances(client, there, switches))
        if any(hindrances):
            return False
        lets_in = lets_in or not hindrances
    return lets_in


def _reaches(client: Client, server: Server, entry: ServerEntry) -> bool:
    if client.reachable is not None and server.id not in client.reachable:
        return False
    if client.settings.over_http:
        return not client.http_blocked and entry.http_port == server.http_port
    return entry.https_port == server.https_port


def _hindrances(client: Client, there: _Shows, switches: Switches) -> Iterator[bool]:
    """What keeps it from an exchange there, and whether it tries no other server for that."""
    settings, held = client.settings, client.listed.fingerprints
    secure = settings.secure_communications
    fails_over = client.defect is Defect.NONE or (
        client.defect is Defect.DISPUTED and switches.defective_builds is DefectiveBuilds.UP_TO_14_2_1
    )
    if there.fingerprint in held:
        return  # it counts certificates as valid: one that is not yet will be
    refuses = secure or switches.tls_mismatch_when_unverified is UnverifiedMismatch.REFUSED
    if not settings.over_http and refuses:
        yield not fails_over
    elif secure:
        yield not (fails_over and switches.rejected_download is RejectedDownload.FAIL_OVER)


def gets_through_http(client: Client, server: Server, http_port: int) -> bool:
    """Whether the server answers what the client asks it over plain HTTP now, whatever its settings are."""
    reaches = client.reachable is None or server.id in client.reachable
    return server.serves and reaches and not client.http_blocked and http_port == server.http_port
