"""Weights: how much a caller wants each of the things that a header names (RFC 9110, 12.4.2)."""

import re

_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_LONGEST = 1000
"""Characters of a header that are read."""


def weights(header: str) -> dict[str, float]:
    """By name, in the order in which the header has them. A weight of another form counts nothing."""
    found: dict[str, float] = {}
    for part in header[:_LONGEST].lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        given = _WEIGHT.fullmatch(next((each for each in parameters if each.startswith("q=")), "q=1"))
        found[name] = max(found.get(name, 0.0), float(given[1]) if given else 0.0)
    return found
