"""TCP ports that servers of ours are about to use."""

import contextlib
import secrets
import socket
import sys

from engine.fault import EngineFault

# Below the range from which systems take ports for outgoing connections and for those who ask for any.
_OURS = range(20000, 32000)
_TRIES = 50


class PortInUse(EngineFault):
    """Something else listens there, and clients would speak to it in place of us."""


def any_loopback() -> str:
    """An address of loopback that a page cannot guess; the usual one where the system has no others."""
    drawn = (str(1 + secrets.randbelow(254)) for _ in range(3))
    return ".".join(("127", *drawn)) if sys.platform.startswith("linux") else "127.0.0.1"


def choose_ports(host: str, *wanted: int) -> tuple[int, ...]:
    """The ports that are wanted, with a free one in place of each 0.

    On Linux they stay bound, without listening, until this process ends: its servers and children can listen there,
    and the next choice, of this process or of another, is never one of them.

    Raises:
        PortInUse: when one that is wanted is taken.
    """
    return tuple(_keep(host, port) if port else _keep_any(host) for port in wanted)


def _keep_any(host: str) -> int:
    for port in (*secrets.SystemRandom().sample(_OURS, _TRIES), 0):
        with _unbound(host) as free, contextlib.suppress(OSError):
            # without SO_REUSEADDR, a port that another keeps is refused as well
            free.bind((host, port))
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            return _kept(free)
    raise PortInUse(f"no port of {host} is free")


def _keep(host: str, port: int) -> int:
    try:
        with _reusing(host) as tried:
            tried.bind((host, port))
            tried.listen()
        with _reusing(host) as free:
            free.bind((host, port))
            return _kept(free)
    except OSError as error:
        raise PortInUse(f"port {port} of {host} cannot be used ({error.strerror}); choose another, or 0") from error


def _kept(bound: socket.socket) -> int:
    chosen: int = bound.getsockname()[1]
    # elsewhere no server could listen beside it
    if sys.platform.startswith("linux"):
        # the system closes it when the process ends
        bound.detach()
    return chosen


def _unbound(host: str) -> socket.socket:
    return socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)


def _reusing(host: str) -> socket.socket:
    """As servers do: connections of one that has just ended do not count."""
    listener = _unbound(host)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return listener
