"""How templates write values: texts of others so that they do nothing, numbers, times and sentences by language."""

from datetime import UTC, datetime, timedelta

from jinja2 import Environment
from markupsafe import Markup, escape

from rotation.text.plain_text import visible
from rotation.text.sentence import Sentence
from store.rotation.events import Event
from texts.catalogue import Translator
from texts.event_kinds import kind_text
from texts.formats import day, instant, month, number, span
from texts.recognised import translated
from texts.role_names import role_names
from texts.step_numbers import number_text
from texts.trail_texts import event_text
from texts.writing import written
from texts.written_values import in_language


def shown_text(value: object) -> object:
    """A value as templates write it: what has an effect in place of a look is spelled out. None is nothing."""
    if value is None:
        return ""
    return visible(value) if type(value) is str else value


def add_values(environment: Environment, by: Translator) -> None:
    """Give templates the texts of a language: `_`, `ngettext`, `say` and filters for values."""

    def gettext(text: str, /, **values: object) -> Markup:
        return _formatted(by(text), values, by)

    def ngettext(one: str, many: str, count: int, /, **values: object) -> Markup:
        return _formatted(by.translations.ngettext(one, many, count), {"count": count, **values}, by)

    def when(at: datetime | None) -> Markup:
        return Markup() if at is None else Markup('<time datetime="{}">{}</time>').format(_iso(at), instant(at, by))

    def date(at: datetime | None) -> Markup:
        return Markup() if at is None else Markup('<time datetime="{}">{}</time>').format(_iso(at), day(at, by))

    def say(of: Sentence) -> str:
        return written(of, by)

    def event(of: Event) -> str:
        return event_text(of.kind, of.message, by)

    environment.globals.update(_=gettext, ngettext=ngettext, say=say, event=event)
    environment.filters.update(
        when=when,
        date=date,
        month=lambda at: month(at, by),
        span=lambda of: span(of, by),
        number=lambda of: number(of, by),
        step_number=lambda of: written(number_text(of), by),
        event_kind=lambda of: written(kind_text(of), by),
        stated=lambda text: in_language(text, by) or visible(text),
        roles=lambda listed: role_names(listed, by),
        translated=lambda text: translated(text or "", by),
    )


def _formatted(text: str, values: dict[str, object], by: Translator) -> Markup:
    """The text with its values, each escaped; the text is the service's own."""
    shown = {name: _value(value, by) for name, value in values.items()}
    return escape(by.fitting(text, shown)) % shown if shown else escape(text)


def _value(value: object, by: Translator) -> object:
    match value:
        case bool() | Markup():
            return value
        case int() | float():
            return number(value, by)
        case datetime():
            return instant(value, by)
        case timedelta():
            return span(value, by)
        case _:
            return visible(str(value))


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
