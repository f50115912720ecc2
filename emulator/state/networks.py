"""Networks of clients: each location has its own, and another one behind a firewall that lets no plain HTTP through."""

from zlib import crc32

from emulator.spec import DEFAULT_LOCATION

MASK = "255.255.0.0"
_LOCATIONS = 127


def address_in(location: str, number: int, *, http_blocked: bool) -> str:
    """The address of machine `number` of a location. By the location's name alone: those that come later have one too.

    Where it roams to, a machine keeps it: a row shows one network.
    """
    place = 0 if location == DEFAULT_LOCATION else 1 + crc32(location.encode()) % (_LOCATIONS - 1)
    return f"10.{2 * place + http_blocked}.{number >> 8 & 255}.{number & 255}"
