"""English sentences in Czech texts: found by words that Czech does not have."""

import re

_WORDS = frozenset(
    re.findall(
        r"\w+",
        "about after again all and any are at be because been before behind but by cannot client clients "
        "could did does each every for from goes has have here if into is it its left may more must no not of "
        "off or other out since so such than that the them then there these they this those until wait was "
        "were what when where which while who will with without would yet you your",
    )
)
_OF_BOTH = frozenset(
    {"other", "client", "no", "by", "at", "so", "all", "are", "if", "off", "out", "here", "left", "more"}
)
"""Words that are Czech as well, or stand in names: they count beside another one only."""
_WORD = re.compile(r"(?<![\w/.-])[^\W\d_]+(?![\w/-])")
"""A word, and no part of a path, an address or a code."""
_ENDS = re.compile(r"(?<=[.;:!?])\s+|\n+|[()\"“”„]")
_SURE = 2
"""So many English words make a part of a text an English one; one is enough where the part has no Czech letter."""
_CZECH = re.compile(r"[áčďéěíňóřšťúůýž]", re.IGNORECASE)


def english_in(text: str) -> list[str]:
    """The parts of a text that are English sentences."""
    return [part.strip() for part in _ENDS.split(text) if _is_english(part)]


def _is_english(part: str) -> bool:
    words = [each.lower() for each in _WORD.findall(part)]
    found = [each for each in words if each in _WORDS]
    sure = [each for each in found if each not in _OF_BOTH]
    return bool(sure) and (len(found) >= _SURE or (len(words) > _SURE and not _CZECH.search(part)))
