"""The emulator's own verdict: which clients have lost their site. Nothing of it comes from what a rotation says.

A client is lost that is powered on, with its network and every server of its list up, and that by its own choice of
server completes no exchange for five heartbeats. To connect, to trust and to accept the download make an exchange.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from emulator.client import Client
from emulator.fleet import Fleet
from emulator.instants import from_ms
from emulator.site import Site


class LostClient(BaseModel):
    """A client that lost the site."""

    model_config = ConfigDict(frozen=True)

    name: str
    group: str
    build: str
    since: datetime
    """The fifth heartbeat in a row without an exchange; the first such one among those that were ever lost."""
    why: str
    healed: bool = False
    """Whether it has found back since."""


class VerdictReport(BaseModel):
    """The clients that are lost, and those that ever were."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    clients_total: int
    clients_lost: int
    clients_lost_ever: int
    lost: tuple[LostClient, ...]
    """Lost now."""
    lost_ever: tuple[LostClient, ...]
    """Lost now or before."""


def judge(site: Site, fleet: Fleet, now: datetime) -> VerdictReport:
    """The verdict at `now`, to which time has moved already."""
    fleet.settled()

    def lost(client: Client, since: int) -> LostClient:
        return LostClient(
            name=client.name,
            group=site.groups[client.group_id].path,
            build=client.build,
            since=from_ms(since),
            why=client.why,
            healed=client.lost_since is None,
        )

    lost_now = tuple(lost(client, client.lost_since) for client in fleet.clients if client.lost_since is not None)
    lost_ever = tuple(lost(client, client.first_lost) for client in fleet.clients if client.first_lost is not None)
    return VerdictReport(
        at=now,
        clients_total=len(fleet),
        clients_lost=len(lost_now),
        clients_lost_ever=len(lost_ever),
        lost=lost_now,
        lost_ever=lost_ever,
    )
