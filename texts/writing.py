"""How a language writes sentences."""

from datetime import datetime

from rotation.text.plain_text import visible
from rotation.text.sentence import Sentence, SentenceValue
from texts.catalogue import Translator
from texts.formats import instant, number
from texts.recognised import translated

LONGEST = 240
"""Characters of a sentence, by what a phone shows and a message carries."""
_NAMES = (240, 120, 90, 60, 40, 25, 15, 8)
"""Characters that each name in a sentence may have, until the sentence is short enough."""


def written(of: Sentence, by: Translator) -> str:
    """The sentence in a language, 240 characters at most: names in it are shortened where it would be longer."""
    text = ""
    for longest in _NAMES:
        values = {name: _value(value, by, longest) for name, value in of.values.items()}
        text = by.counted(of.text, of.many, of.count, **values) if of.many else by(of.text, **values)
        if len(text) <= LONGEST:
            break
    return text


def whole(of: Sentence, by: Translator) -> str:
    """The sentence in a language, whatever its length: a name in it is to be copied."""
    return by(of.text, **{name: visible(str(value)) for name, value in of.values.items()})


def _value(value: SentenceValue, by: Translator, longest: int) -> str:
    match value:
        case datetime():
            return instant(value, by)
        case int():
            return number(value, by)
        case _:
            name = visible(translated(value, by))
            return name if len(name) <= longest else f"{name[: longest - 1]}…"
