"""Weights: how much a caller wants each of the things that a header names (RFC 9110, 12.4.2)."""

import re

_WEIGHT = re.compile(r"q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
LONGEST = 1000
"""Characters of a header that are read."""


def weights(header: str) -> dict[str, float]:
    """By name, in the order in which the header has them. A weight of another form counts nothing.

    Of a header that is longer, the element at its cut is left out: half of it could mean the opposite.
    """
    found: dict[str, float] = {}
    read = header if len(header) <= LONGEST else header[: LONGEST + 1].rpartition(",")[0]
    for part in read.lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        stated = (each for each in parameters if each.partition("=")[0].rstrip() == "q")
        given = _WEIGHT.fullmatch(next(stated, "q=1"))
        if name:
            found[name] = max(found.get(name, 0.0), float(given[1]) if given else 0.0)
    return found
