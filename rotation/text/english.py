"""A sentence in English where no catalogue may be read: workflows know no framework, and the Temporal UI is English."""

from datetime import datetime

from rotation.text.fitting import fitted, shortened
from rotation.text.sentence import Sentence, SentenceValue
from rotation.text.written_values import instant_text


def in_english(of: Sentence) -> str:
    """The same text as `texts.writing.written` makes of the sentence in English."""
    text = of.many if of.many and of.count != 1 else of.text
    if not of.values:
        return text
    return fitted(lambda longest: text % {name: _value(value, longest) for name, value in of.values.items()})


def _value(value: SentenceValue, longest: int) -> str:
    match value:
        case datetime():
            return instant_text(value)
        case int():
            return f"{value:,}"
        case _:
            return shortened(value, longest)
