"""Documents of the API in a language: which of their fields are texts, and what these are in it.

English texts are what is stored, compared and hashed; they are translated on their way out.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from rotation.plan.work.instructions import sentences
from rotation.plan.work.task import Work
from texts.catalogue import Translator
from texts.recognised import translated
from texts.writing import whole

_INSTRUCTIONS = "instructions"
TEXTS = frozenset(
    {"cheaper", "detail", "means", "message", "remedy", "step_title", "title", "trouble", "what", _INSTRUCTIONS}
)
"""Fields whose values are texts of this product, in whichever document they are. Names and reasons of people are in
others."""
_SUBJECT, _TITLE = "subject", 2
"""What a finding is about: a name, or the title of a step, which has spaces."""
MARKS = tuple(f'"{each}":'.encode() for each in sorted(TEXTS))
_WORK: TypeAdapter[Work] = TypeAdapter(Work)


def in_language(document: Any, by: Translator) -> Any:
    """The document with its texts in a language: codes, names of fields and all else stay as they are."""
    match document:
        case list():
            return [in_language(each, by) for each in document]
        case dict():
            return {name: _field(name, value, document, by) for name, value in document.items()}
        case _:
            return document


def _field(name: str, value: Any, beside: Mapping[str, Any], by: Translator) -> Any:
    match value:
        case str() if name in TEXTS or (name == _SUBJECT and value.count(" ") >= _TITLE):
            return _text(value, by)
        case list() if name == _INSTRUCTIONS:
            return _card(value, beside.get(_SUBJECT), by)
        case _:
            return in_language(value, by)


def _card(lines: list[Any], subject: Any, by: Translator) -> list[Any]:
    """The lines of a task: those that follow from its work, and those that were added when it was opened."""
    try:
        known = {each.english: whole(each, by) for each in sentences(_WORK.validate_python(subject))}
    except ValidationError:  # another document has a field of that name
        known = {}
    return [known.get(each) or _text(str(each), by) for each in lines]


def _text(english: str, by: Translator) -> str:
    """A text of any catalogue, or one that was made of a template. The empty one is the key of a catalogue's head."""
    exact = by(english) if english else english
    return exact if exact != english else translated(english, by)
