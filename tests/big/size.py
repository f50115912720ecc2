"""How large a site is, and what its rotation may cost whatever that is."""

from rotation.values import Value


class Size(Value):
    """Groups with settings of their own, and clients."""

    groups: int
    clients: int
    away: int
    """Clients of them that were last seen weeks ago: the plan leaves them out by name."""


class Bounds(Value):
    """What must not follow the size of the site."""

    start_bytes: int = 4 << 10
    payload_bytes: int = 128 << 10
    state_bytes: int = 64 << 10
    write_seconds: float = 600
    """Of one step that writes the settings of every group."""
    poll_requests: int = 60
    """Of a poll for references, of a look, and of a reading beside the pages of clients, where nothing moved."""
    reading_events: int = 11
    blocked_seconds: float = 7.5
    """Half of the time after which an activity that does not beat passes for one whose worker has died."""


WHOLE = Size(groups=3000, clients=100_000, away=5000)
