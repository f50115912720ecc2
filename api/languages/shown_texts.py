"""Documents of the API in a language: which of their fields are texts, and what these are in it.

English texts are what is stored, compared and hashed; they are translated on their way out.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, ValidationError

from api.languages.added_lines import added_line
from rotation.plan.card.cards import instructions
from rotation.plan.card.label import ConsoleLanguage
from rotation.plan.work.task import Evidence, Work
from rotation.values import RotationId, TaskId, Value
from texts.catalogue import Translator
from texts.recognised import translated
from texts.trail_texts import coded_event
from texts.writing import whole

_INSTRUCTIONS = "instructions"
TEXTS = frozenset(
    {"cheaper", "detail", "means", "message", "remedy", "step_title", "title", "trouble", "what", _INSTRUCTIONS}
)
"""Fields whose values are texts of this product, in whichever document they are. Names and reasons of people are in
others."""
_NOTE = "note"
"""What a person notes of a task, or what the service has seen: a text that it stores."""
_MESSAGE, _KIND = "message", "kind"
"""The text of an event, which depends on its kind."""
_SUBJECT, _TITLE = "subject", 2
"""What a finding is about: a name, or the title of a step, which has spaces."""
MARKS = tuple(f'"{each}":'.encode() for each in sorted({*TEXTS, _NOTE}))


class _TaskWithCard(Value):
    """What the card of a task follows from, in each document that has one."""

    model_config = ConfigDict(extra="ignore")

    id: TaskId
    rotation_id: RotationId
    subject: Work
    evidence: Evidence


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
        case str() if name == _MESSAGE:
            return coded_event(str(beside.get(_KIND)), value, by) or _text(value, by)
        case str() if name == _NOTE:
            return translated(value, by)
        case str() if name in TEXTS or (name == _SUBJECT and value.count(" ") >= _TITLE):
            return _text(value, by)
        case list() if name == _INSTRUCTIONS:
            return _card(value, beside, by)
        case _:
            return in_language(value, by)


def _card(lines: list[Any], beside: Mapping[str, Any], by: Translator) -> list[Any]:
    """The lines of a task: those that follow from its work, and those that were added when it was opened."""
    try:
        task = _TaskWithCard.model_validate(beside)
    except ValidationError:  # another document has a field of that name
        return [_text(str(each), by) for each in lines]
    of, console = (task.subject, task.id, task.evidence), ConsoleLanguage(by.language.value)
    known = dict(zip(instructions(*of), instructions(*of, lambda each: whole(each, by), console), strict=True))

    def shown(line: str) -> str:
        added = added_line(line, task.rotation_id)
        return known.get(line) or (whole(added, by) if added is not None else _text(line, by))

    return [shown(str(each)) for each in lines]


def _text(english: str, by: Translator) -> str:
    """A text of any catalogue, or one that was made of a template. The empty one is the key of a catalogue's head."""
    exact = by(english) if english else english
    return exact if exact != english else translated(english, by)
