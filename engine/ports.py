"""TCP ports that servers of ours are about to use."""

import secrets
import socket
from contextlib import ExitStack

from engine.fault import EngineFault

# Below the range from which systems take ports for outgoing connections and for those who ask for any: between the
# choice and the server's start nobody else is given one of these.
_OURS = range(20000, 32000)
_TRIES = 50


class PortInUse(EngineFault):
    """Something else listens there, and clients would speak to it in place of us."""


def choose_ports(host: str, *wanted: int) -> tuple[int, ...]:
    """The ports that are wanted, with a free one in place of each 0.

    Raises:
        PortInUse: when one that is wanted is taken.
    """
    # all are held until the last is chosen, so that no two are the same
    with ExitStack() as held:
        return tuple(_bind(held, host, port) if port else _bind_any(held, host) for port in wanted)


def _bind_any(held: ExitStack, host: str) -> int:
    for port in secrets.SystemRandom().sample(_OURS, _TRIES):
        try:
            return _bind(held, host, port)
        except PortInUse:
            continue
    return _bind(held, host, 0)


def _bind(held: ExitStack, host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = held.enter_context(socket.socket(family, socket.SOCK_STREAM))
    # as servers do: connections of one that has just ended do not count
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        raise PortInUse(f"port {port} of {host} cannot be used ({error.strerror}); choose another, or 0") from error
    chosen: int = listener.getsockname()[1]
    return chosen
