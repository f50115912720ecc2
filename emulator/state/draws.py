"""Seeded draws: ids and chances depend on the seed and on who draws, never on the order of the draws."""

import hashlib

_MASK = 2**64 - 1


def identity(seed: int, kind: str, name: str) -> str:
    """An id as SEPM writes them: 32 hex digits, upper case."""
    return hashlib.sha256(f"{seed}/{kind}/{name}".encode()).hexdigest()[:32].upper()


def origin(seed: int, name: str) -> int:
    """The start of a stream of draws that belongs to `name`."""
    return int.from_bytes(hashlib.sha256(f"{seed}/draws/{name}".encode()).digest()[:8], "big")


def draw(stream: int, index: int) -> int:
    """The `index`-th draw of a stream: 64 bits, by splitmix64's finaliser."""
    mixed = (stream + index * 0x9E3779B97F4A7C15) & _MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
    return mixed ^ (mixed >> 31)
