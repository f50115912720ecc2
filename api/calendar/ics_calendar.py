"""The calendar as RFC 5545 has it: the library escapes texts and folds lines."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from api.calendar.agenda_item import AgendaItem
from rotation.text.sentence import sentence
from texts.catalogue import Translator
from texts.writing import whole, written

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//SEPM certificate rotator//calendar//EN"
_AGAIN = timedelta(hours=1)
"""How often a program that subscribes is asked to read it again."""


def ics_of(items: Iterable[AgendaItem], by: Translator, *, address: str, now: datetime) -> bytes:
    """The calendar in a language. The same entry has the same UID each time, so that its time moves in the program.

    Args:
        items: its entries.
        by: the language.
        address: of this service, where the pages are, without a slash at its end.
        now: when it is written.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", whole(sentence("Certificate rotator"), by))
    calendar.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    for item in items:
        calendar.add_component(_event(item, by, address, now))
    written_out: bytes = calendar.to_ical()
    return written_out


def _event(item: AgendaItem, by: Translator, address: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{item.key}@rotator")
    event.add("dtstamp", now)
    event.add("dtstart", item.at)
    if item.until is not None:
        event.add("dtend", item.until)
    text = written(item.text, by)
    event.add("summary", whole(sentence("%(text)s (expected)", text=text), by) if item.expected else text)
    event.add("url", f"{address}{item.path}")
    event.add("categories", [item.kind.value])
    event.add("transp", "TRANSPARENT")  # it takes no time of the reader
    return event
