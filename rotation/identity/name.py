"""Names of identities: two that a reader may take for one another are the same name."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ01",  # noqa: RUF001 - how they look is what it is about
    "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXaikvopuxoi",
)
"""Letters of other alphabets, and digits, as readers of the Latin alphabet see them."""


def readable(name: str) -> str:
    """The name with single spaces.

    Raises:
        ValueError: when it holds what cannot be seen or printed, letters of several alphabets, or no letter or digit.
    """
    name = " ".join(name.split())
    if not name.isprintable():
        raise ValueError("a name holds printable characters only")
    if " and " in name.casefold() or likeness(name) in _RESERVED:
        raise ValueError("a name is not that of two persons, nor one that trails have for the service")
    if not likeness(name):
        raise ValueError("a name needs a letter or a digit")
    if len({_alphabet(letter) for letter in name if letter.isalpha()}) > 1:
        raise ValueError("a name is written in one alphabet")
    return name


def likeness(name: str) -> str:
    """What names that look alike have in common: no case, no accents, no spaces, letters as they are seen."""
    plain = unicodedata.normalize("NFKD", name).translate(_ALIKE).casefold().replace("l", "i")
    return "".join(letter for letter in plain if letter.isalnum())


def _alphabet(letter: str) -> str:
    """The first word that names it in Unicode, e.g. LATIN; of a letter in another form, that of the plain letter."""
    return unicodedata.name(unicodedata.normalize("NFKD", letter)[0], "").partition(" ")[0]


_RESERVED = frozenset(map(likeness, ("the service", "the operator of the service", "the watch", "rotator")))
IdentityName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(readable)]
