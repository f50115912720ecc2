"""Networks: where a client is, as far as its row shows it, since a firewall stands before a network and not a group."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

UNKNOWN = "unknown"
"""The network of clients whose row shows no address."""

_USUAL_PREFIX = {4: 24, 6: 64}
"""Where no mask is shown. A network that is cut too small is asked about twice; one too large hides a firewall."""


def network_of(addresses: Sequence[str], masks: Sequence[str] = (), connected: str = "") -> str:
    """The network of a client in CIDR form; `UNKNOWN` where no address can be read.

    Args:
        addresses: its addresses.
        masks: their masks, or prefix lengths, in the same order.
        connected: the address by which SEPM knows it: where several adapters are, that one counts.
    """
    pairs = [(each, masks[place] if place < len(masks) else "") for place, each in enumerate(addresses)]
    first = sorted(pairs, key=lambda pair: pair[0] != connected)
    return next((found for pair in first if (found := _network(*pair))), UNKNOWN)


def as_network(text: str) -> str:
    """A network as a person names it, in the form in which plans name it.

    Raises:
        ValueError: when it is neither CIDR form nor `unknown`.
    """
    return UNKNOWN if text == UNKNOWN else str(ip_network(text))


@lru_cache(maxsize=1 << 15)
def _network(address: str, mask: str) -> str:
    try:
        own = ip_address(address)
        if own.is_loopback or own.is_link_local or own.is_unspecified:
            return ""
        return str(ip_network(f"{own}/{mask or _USUAL_PREFIX[own.version]}", strict=False))
    except ValueError:
        return _network(address, "") if mask and _is_address(address) else ""


def _is_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
