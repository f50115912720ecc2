"""How a language writes sentences."""

from datetime import datetime

from rotation.text.fitting import fitted, shortened
from rotation.text.plain_text import visible
from rotation.text.sentence import Sentence, SentenceValue
from texts.catalogue import Translator
from texts.formats import instant, number
from texts.recognised import translated


def written(of: Sentence, by: Translator) -> str:
    """The sentence in a language, 240 characters at most: names in it are shortened where it would be longer."""

    def write(longest: int) -> str:
        values = {name: _value(value, by, longest) for name, value in of.values.items()}
        return by.counted(of.text, of.many, of.count, **values) if of.many else by(of.text, **values)

    return fitted(write)


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
            return shortened(translated(value, by), longest)
