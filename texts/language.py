"""The languages of the service, and the one that a reader wants."""

from enum import StrEnum

_SHARE = "q="


class Language(StrEnum):
    """A language that there are catalogues for; English stands in the code."""

    ENGLISH = "en"
    CZECH = "cs"


def wanted(accepted: str) -> Language:
    """The language that an `Accept-Language` header (RFC 9110, 12.5.4) wants most; English where it wants none."""
    ranked = sorted(_accepted(accepted), key=lambda each: -each[1])
    return next((language for language, share in ranked if share > 0), Language.ENGLISH)


def _accepted(header: str) -> list[tuple[Language, float]]:
    found = []
    for part in header[:1000].lower().split(","):
        name, _, parameter = part.strip().partition(";")
        language = name.partition("-")[0].strip()
        if language in set(Language):
            found.append((Language(language), _share(parameter.strip())))
    return found


def _share(parameter: str) -> float:
    try:
        return float(parameter.removeprefix(_SHARE)) if parameter.startswith(_SHARE) else 1.0
    except ValueError:
        return 0.0
