"""The languages of the service, and the one that a reader wants."""

from enum import StrEnum

from texts.weights import weights

_ANY = "*"


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
    """By language, in the order in which the header names them."""
    found: dict[str, float] = {}
    for name, weight in weights(header).items():
        language = name.partition("-")[0]
        found[language] = max(found.get(language, 0.0), weight)
    return found
