"""Messages of the watch over certificates."""

from rotation.values import Value


class WatchRequest(Value):
    """Look at every port of every registered site."""


class WatchAnswer(Value):
    """What was seen, in numbers."""

    sites: int
    ports: int
    silent: int
    """Ports that did not answer."""
    changed: int
    """Ports with another certificate than before, those that were never seen before included."""
