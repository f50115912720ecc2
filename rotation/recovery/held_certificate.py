"""Which certificate of a server clients hold, by what it was seen to present, and when clients were heard there.

No SEPM API tells it. Clients take a server's certificate with their server list, from that server or another of its
site (Broadcom KB 156653); a client heard at a server trusts what that server presented then.
"""

import itertools
from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.values import Fingerprint, Value

_LASTING = timedelta(days=1)
"""What a server presented for so long may have reached its clients by other ways than itself."""


class PresentedPeriod(Value):
    """A certificate that a server was seen to present, from the first sight to the last, on our own clock."""

    fingerprint: Fingerprint
    first_seen: datetime
    last_seen: datetime
    not_after: datetime | None = None


class HeldByClients(Value):
    """The certificate of a server that its clients hold, and what that rests on."""

    fingerprint: Fingerprint
    not_after: datetime | None = None
    last_served: datetime | None = None
    """When the server was last seen with it; None: never here."""
    heard_at: datetime | None = None
    """The newest contact of a client at the server, on our own clock."""
    by_statement: bool = False
    """Whether a person has read it off a client."""
    is_contested: bool = False
    """Whether the server has presented another one for a day or more since, and no client was heard there."""


def clients_hold(
    sights: Iterable[PresentedPeriod],
    *,
    presents: Fingerprint | None,
    heard_at: datetime | None,
    stated: Fingerprint | None = None,
    put_in: Fingerprint | None = None,
) -> HeldByClients | None:
    """What clients hold of a server; None where nothing tells.

    1. what a person has read off a client (its Sylink.xml names the certificates)
    2. what a rotation has put in last, while it is presented: its gates have seen to who holds it
    3. what a rotation has put in last, where clients were heard before that or not at all: lists name it since
    4. the newest certificate with which a client was heard at the server
    5. where none was heard with any: the newest that it does not present now, or else the one that it does

    Args:
        sights: what it was seen to present before, in any order.
        presents: what it presents now; None: nothing.
        heard_at: the newest contact of any client at it, on our own clock.
        stated: the fingerprint that a person has read off a client.
        put_in: what was last seen to be put into it by a rotation.
    """
    known = sorted(sights, key=lambda sight: sight.last_seen, reverse=True)
    if stated is not None:
        seen = next((sight for sight in known if sight.fingerprint == stated), None)
        return HeldByClients(
            fingerprint=stated,
            not_after=seen.not_after if seen else None,
            last_served=seen.last_seen if seen else None,
            heard_at=heard_at,
            by_statement=True,
        )
    heard = (sight for sight in known if heard_at is not None and heard_at >= sight.first_seen)
    others = (sight for sight in known if sight.fingerprint != presents)
    ours = (sight for sight in known if sight.fingerprint == put_in == presents)
    put = (s for s in known if s.fingerprint == put_in and (heard_at is None or heard_at < s.first_seen))
    held = next(itertools.chain(ours, put, heard, others, known), None)
    if held is None:
        return None
    later = [sight for sight in known if sight.last_seen > held.last_seen and sight.fingerprint != held.fingerprint]
    return HeldByClients(
        fingerprint=held.fingerprint,
        not_after=held.not_after,
        last_served=held.last_seen,
        heard_at=heard_at,
        is_contested=any(sight.last_seen - sight.first_seen >= _LASTING for sight in later),
    )
