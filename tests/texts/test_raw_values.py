"""Texts for people have lengths of time, moments and codes in words: `1 hour`, and not `1:00:00`."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.identity.permission import Role
from rotation.running.ends import end_words
from rotation.running.state import Outcome
from rotation.text.written_values import instant_text, span_text
from store.progress import RotationStatus
from tests.texts.raw_values import raw_values, raw_values_of
from texts.catalogue import translator
from texts.language import Language
from texts.recognised import translated
from texts.role_names import role_names
from texts.written_values import in_language

CZECH = translator(Language.CZECH)
PLAIN = {
    "algorithm": "a name of the standard, as tokens have it",
    "mode": "SEPM's own word",
    "permission.value": "a permission is called by what it permits",
    "act.value": "as a permission",
    "known.protocol.value": "SEPM's own word",
    "work.protocol.value": "SEPM's own word",
    "each.value": "a form of a name: full name, short name, address",
    "self.value": "a limit, as an earlier release has stored it",
    "run.status.value": "Temporal's own word",
    "needed.value": "the name of a column, as a caller types it",
    "field.value": "the name of a column, as a caller types it",
    "swaps[-1].actor.value": "a person, a client or the service, of a simulation",
    "lost.after.actor.value": "a person, a client or the service, of a simulation",
    "database.value": "an event of a trail, whose kind decides its translation",
    "message.move.value": "the name of a signal, as it is sent",
    "kind.value": "a summary of an activity, in the Temporal UI alone",
    "to.value": "a summary of an activity, in the Temporal UI alone",
}
"""What is a word for people already, or is to be typed."""


def test_no_text_has_a_raw_value():
    """No length of time, moment or code stands in a text of the product as Python writes it."""
    found = raw_values()
    assert {place: value for place, value in found.items() if value not in PLAIN} == {}
    assert set(found.values()) == set(PLAIN)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(pace: timedelta):\n    return f'clients check in every {pace} now'", ["pace"]),
        ("def f(at: datetime):\n    return f'it ended at {at.isoformat()} and'", ["at.isoformat()"]),
        ("def f(state: State):\n    return f'the rotation is {state.value} now'", ["state.value"]),
        ("def least() -> timedelta: ...\nwait = least()\nx = f'it waits {wait} at least'", ["wait"]),
        ("def f(role: Role):\n    return f'the role {role} may not do it'", ["role"]),
        ("class Limits:\n    stays: Span\nx = f'it stays for {limits.stays} there'", ["limits.stays"]),
        ("def f(pace: timedelta):\n    return f'clients check in every {span_text(pace)} now'", []),
        ("def f(at: datetime):\n    return f'it ended on {at:%Y-%m-%d}, and on {at.date().isoformat()} too'", []),
        ("def f(name: str):\n    return f'the server {name} is down'", []),
    ],
)
def test_a_raw_value_is_found(source, found):
    """By its annotation, by what it was assigned from, or by how it is written."""
    assert [value for _, value in raw_values_of(source)] == found


@pytest.mark.parametrize(
    ("span", "english", "czech"),
    [
        (timedelta(hours=1), "1 hour", "1 hodina"),
        (timedelta(days=2, hours=4, minutes=7), "2 days 4 hours", "2 dny 4 hodiny"),
        (timedelta(minutes=15), "15 minutes", "15 minut"),
        (timedelta(0), "0 seconds", "0 sekund"),
        (timedelta(days=1200), "1,200 days", "1\xa0200 dní"),
    ],
)
def test_a_length_of_time_is_words(span, english, czech):
    """Two units at most; the other language reads it out of the English text."""
    assert (span_text(span), in_language(english, CZECH)) == (english, czech)


def test_a_moment_is_as_elsewhere():
    """To the minute, with its zone, in both languages."""
    english = instant_text(datetime(2026, 1, 31, 17, 5, 42, tzinfo=UTC))
    assert (english, in_language(english, CZECH)) == ("2026-01-31 17:05 UTC", "31. 1. 2026 17:05 UTC")


@pytest.mark.parametrize("value", ["", "1 hourly", "one hour", "9" * 30 + " days", "99999999999 days", "1 hour of x"])
def test_what_is_no_length_of_time_stays(value):
    """A name that only begins like one, and a number that no calendar has."""
    assert in_language(value, CZECH) is None


@pytest.mark.parametrize("status", sorted({*map(str, RotationStatus), *map(str, Outcome)}))
def test_each_end_has_words_in_both_languages(status):
    """Of a workflow's outcome and of what the store keeps."""
    text = f"the rotation has ended: {end_words(status)}"
    assert status not in end_words(status).split() or status in {"completed", "cancelled"}
    assert translated(text, CZECH).startswith("výměna skončila: ")
    assert end_words(status) not in translated(text, CZECH)


@pytest.mark.parametrize("role", Role)
def test_each_role_has_a_name_and_its_code(role):
    """In Czech the code stands behind the name; in English where it is another word."""
    assert role.value in role.words
    assert role_names(role.words, CZECH).endswith(f" ({role.value})")


def test_a_refusal_names_roles_in_czech():
    """Those that may, and those of the caller, in one sentence and in its remedy."""
    remedy = "have a person with the role approver or administrator (admin) do it"
    assert translated(remedy, CZECH) == "ať to udělá člověk s rolí: schvalovatel (approver) nebo správce (admin)"
    detail = "vera (viewer, auditor) may not register sites: that takes the role administrator (admin)"
    assert translated(detail, CZECH).startswith("vera (čtenář (viewer), auditor (auditor)) toto nesmí")
