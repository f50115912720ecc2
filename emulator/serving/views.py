"""The site as it really is, for the control API and for the caller that starts the emulator."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from emulator.simulation import Simulation
from emulator.spec import Mode, Protocol


class _View(BaseModel):
    model_config = ConfigDict(frozen=True)


class PairView(_View):
    """The settings that count in a (group, location)."""

    group_id: str
    group_path: str
    inherits: bool
    owner_path: str
    location_id: str
    location_name: str
    server_list: str
    protocol: Protocol
    secure_communications: bool
    mode: Mode
    heartbeat: timedelta
    randomization: timedelta


class EntryView(_View):
    """One server as one list gives it."""

    server: str
    address: str
    https_port: int
    http_port: int


class ListView(_View):
    """One server list with what no REST call tells."""

    id: str
    name: str
    is_default: bool
    protocol: Protocol
    priorities: tuple[tuple[EntryView, ...], ...]


class ServerView(_View):
    """One server as it is."""

    id: str
    name: str
    address: str
    https_port: int
    http_port: int
    up: bool
    fingerprint_sha256: str
    rest_fingerprint_sha256: str
    clock: datetime
    certificate_changed: datetime
    """When its keystore was last changed, by its own clock."""
    oldest_signature: datetime
    """The oldest .SIG file of its group folders, by its own clock."""


def list_views(simulation: Simulation) -> list[ListView]:
    """The site's server lists."""
    return [
        ListView(
            id=each.id,
            name=each.name,
            is_default=each.is_default,
            protocol=each.protocol,
            priorities=tuple(
                tuple(
                    EntryView(
                        server=entry.server_name,
                        address=entry.address,
                        https_port=entry.https_port,
                        http_port=entry.http_port,
                    )
                    for entry in pool
                )
                for pool in each.priorities
            ),
        )
        for each in simulation.site.server_lists.values()
    ]


def pair_views(simulation: Simulation) -> list[PairView]:
    """Every (group, location) of the site."""
    site = simulation.site
    views = []
    for group, location, settings in site.pairs():
        server_list = site.server_lists[settings.server_list]
        views.append(
            PairView(
                group_id=group.id,
                group_path=group.path,
                inherits=group.inherits,
                owner_path=site.owner(group).path,
                location_id=location.id,
                location_name=location.name,
                server_list=server_list.name,
                protocol=server_list.protocol,
                secure_communications=settings.secure_communications,
                mode=settings.mode,
                heartbeat=settings.heartbeat,
                randomization=settings.randomization,
            )
        )
    return views


def server_views(simulation: Simulation) -> list[ServerView]:
    """The site's servers."""
    return [
        ServerView(
            id=server.id,
            name=server.name,
            address=server.address,
            https_port=server.https_port,
            http_port=server.http_port,
            up=server.up,
            fingerprint_sha256=server.credential.fingerprint,
            rest_fingerprint_sha256=server.rest_credential.fingerprint,
            clock=server.clock(simulation.now),
            certificate_changed=files.certificate,
            oldest_signature=files.oldest,
        )
        for server in simulation.site.servers.values()
        for files in (simulation.console.signed_files(server.name),)
    ]
