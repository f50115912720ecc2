"""The emulator's own verdict: which clients have lost their site or refuse what it publishes, and by what.

Nothing of it comes from a rotation. It reads what heartbeats have left at each client; `contact` plays them and decides
what a client rejects.

- A client is lost when it is on, its network and every server of its list are up, and it completes no exchange for five
  heartbeats at the servers that it chooses. In an exchange it connects, trusts the server and accepts the download.
- A client is refusing when a server sees it and it takes nothing new. SEPM shows no fault of such a client.
"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from emulator.clients.client import Client, Trouble
from emulator.clients.fleet import Fleet
from emulator.instants import from_ms
from emulator.state.effects import EffectView
from emulator.state.site import Site


class FailingClient(BaseModel):
    """A client with which something is wrong, and by what."""

    model_config = ConfigDict(frozen=True)

    id: str
    """`uniqueId` of its record."""
    name: str
    group: str
    server: str
    """The server that decided it, by name."""
    after: EffectView | None
    """The effect that made it fail: the latest of those without which the exchange would have come about. None: it
    could never have come about."""
    others_did: bool
    """Whether the product did not ask for that effect, over REST or as a console task."""


class LostClient(FailingClient):
    """A client that lost the site."""

    build: str
    since: datetime
    """The fifth heartbeat in a row without an exchange; the first such one among those that were ever lost."""
    why: str
    """Why no exchange came about then."""
    first_failed: datetime
    """The first of those heartbeats."""
    first_why: str
    """Why no exchange came about at the server that decided it."""
    healed: bool = False
    """Whether it has found back since; it may be lost again."""


class RefusingClient(FailingClient):
    """A client that servers saw, and that took nothing of what they published."""

    since: datetime
    """The first such contact; since the last exchange, or ever."""
    why: str
    healed: bool
    """Whether it has taken something since."""
    old_certificate_helps: bool
    """Whether it would take what that server signed with a certificate that it had before."""


class VerdictReport(BaseModel):
    """The clients that are lost or refuse, and those that ever were or did."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    clients_total: int
    clients_lost: int
    clients_lost_ever: int
    lost: tuple[LostClient, ...]
    """Lost now."""
    lost_ever: tuple[LostClient, ...]
    """Lost now or before."""
    refusing: tuple[RefusingClient, ...]
    """Refusing now."""
    refused_ever: tuple[RefusingClient, ...]
    """Refusing now or before."""


def judge(site: Site, fleet: Fleet, now: datetime) -> VerdictReport:
    """The verdict at `now`, to which time has moved already."""
    fleet.settled()

    def failing(client: Client, trouble: Trouble) -> FailingClient:
        server = site.servers.get(trouble.server_id)
        after = site.effects.view(trouble.effect)
        return FailingClient(
            id=client.id,
            name=client.name,
            group=site.groups[client.group_id].path,
            server="" if server is None else server.name,
            after=after,
            others_did=after is None or not after.actor.asked,
        )

    def lost(client: Client, since: int, trouble: Trouble) -> LostClient:
        return LostClient(
            **dict(failing(client, trouble)),
            build=client.build,
            since=from_ms(since),
            why=client.why,
            first_failed=from_ms(trouble.at),
            first_why=trouble.why,
            healed=client.lost_since != since,
        )

    def refusing(client: Client, refusal: Trouble) -> RefusingClient:
        server = site.servers.get(refusal.server_id)
        former = {each.credential.fingerprint for each in server.recovery_files} if server else set()
        return RefusingClient(
            **dict(failing(client, refusal)),
            since=from_ms(refusal.at),
            why=refusal.why,
            healed=client.refusal is None,
            old_certificate_helps=bool(former & client.listed.fingerprints),
        )

    lost_now = tuple(
        lost(client, client.lost_since, client.trouble)
        for client in fleet.clients
        if client.lost_since is not None and client.trouble is not None
    )
    lost_ever = tuple(
        lost(client, client.first_lost, client.first_trouble)
        for client in fleet.clients
        if client.first_lost is not None and client.first_trouble is not None
    )
    return VerdictReport(
        at=now,
        clients_total=len(fleet),
        clients_lost=len(lost_now),
        clients_lost_ever=len(lost_ever),
        lost=lost_now,
        lost_ever=lost_ever,
        refusing=tuple(refusing(each, each.refusal) for each in fleet.clients if each.refusal),
        refused_ever=tuple(refusing(each, each.first_refusal) for each in fleet.clients if each.first_refusal),
    )
