"""The languages of the service, and the one that a reader wants."""

import re
from enum import StrEnum

_ANY = "*"
_WEIGHT = re.compile(r"q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_LONGEST = 1000
"""Characters of a header that are read."""


class Language(StrEnum):
    """A language that there are catalogues for; English stands in the code."""

    ENGLISH = "en"
    CZECH = "cs"


def wanted(accepted: str) -> Language:
    """The language that an `Accept-Language` header (RFC 9110, 12.5.4) wants most; English where it wants none.

    A range counts for its language, whatever its region is; `*` counts for the languages that the header does not name.
    """
    weights = _weights(accepted)
    named = list(weights)

    def rank(language: Language) -> tuple[float, int]:
        of = language if language in weights else _ANY
        return weights.get(of, 0.0), -named.index(of) if of in weights else 0

    best = max(Language, key=rank)
    return best if rank(best)[0] > 0 else Language.ENGLISH


def _weights(header: str) -> dict[str, float]:
    """By language, in the order in which the header names them. A weight of another form counts nothing."""
    found: dict[str, float] = {}
    for part in header[:_LONGEST].lower().split(","):
        name, parted, weight = part.partition(";")
        language = name.partition("-")[0].strip()
        given = _WEIGHT.fullmatch(weight.strip())
        share = float(given[1]) if given else 0.0 if parted else 1.0
        found[language] = max(found.get(language, 0.0), share)
    return found
