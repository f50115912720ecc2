"""Addresses that messages may go to: a name is resolved and checked, and the connection goes to what was checked.

A name that is public when a channel is added may lead inside later (DNS rebinding). So the check is made again at each
connection, and no second look-up comes between the check and the connection.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from notifying.errors import AddressRefused, ChannelAway

Resolve = Callable[[str, int], Awaitable[tuple[str, ...]]]
"""The addresses of a host, the best first; raises OSError where there is none."""
_NAT64 = IPv6Network("64:ff9b::/96")
_EMBEDDING = (_NAT64, IPv6Network("::/96"), IPv6Network("::ffff:0:0:0/96"))
"""Networks whose addresses end with one of IPv4."""
_IPV4 = 0xFFFF_FFFF
_PATIENCE = 10


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses as this machine resolves them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


async def checked(host: str, port: int, named: Collection[str], resolve: Resolve = resolve) -> tuple[str, ...]:
    """The addresses of a host, each of which a message may go to.

    Args:
        host: a name or an address.
        port: the port.
        named: hosts inside the company that are allowed, in lower case.
        resolve: how names are resolved.

    Raises:
        AddressRefused: when one of them is private, of this machine or of no single host, and the host is not named.
        ChannelAway: when there is none.
    """
    host = host.strip("[]").rstrip(".").lower()
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await resolve(host, port)
    except (OSError, UnicodeError):
        found = ()
    if not found:
        raise ChannelAway(f"{host} has no address")
    for text in found:
        address = ip_address(text.partition("%")[0])
        if not _is_allowed(address, inside=host in named):
            raise AddressRefused(
                f"{host} is {text}, which is no public address; name the host in ROTATOR_NOTIFY_PRIVATE_HOSTS if "
                "messages may go there"
            )
    return found


def _is_allowed(address: IPv4Address | IPv6Address, *, inside: bool) -> bool:
    inner = _inner(address)
    if inner is not None:
        return _is_allowed(inner, inside=inside)
    if address.is_multicast or address.is_unspecified or address.is_link_local:
        return False  # cloud services give out credentials at link-local addresses
    site_local = isinstance(address, IPv6Address) and address.is_site_local
    return inside or (address.is_global and not site_local)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address that a network makes of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & _IPV4)
    return address.ipv4_mapped or address.sixtofour
