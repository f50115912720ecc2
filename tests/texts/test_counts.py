"""Numbers of things in all catalogues: each counted text has its three Czech forms, and each number a counted text."""

import re
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from texts.catalogue import FOLDER
from texts.template import Template, is_count

CATALOGUES = sorted(path.name for path in (FOLDER / "cs").glob("*.po"))
NOUNS = (
    *("accounts", "builds", "bytes", "calls", "certificates", "characters", "clients", "columns", "computers", "days"),
    *("digits", "events", "exports", "fields", "files", "groups", "heartbeats", "hours", "identities", "items", "keys"),
    *(
        "lines",
        "lists",
        "locations",
        "messages",
        "minutes",
        "networks",
        "orders",
        "owners",
        "pairs",
        "people",
        "persons",
    ),
    *("places", "plans", "policies", "questions", "readings", "reasons", "requests", "rotations", "seconds", "servers"),
    *("settings", "simulations", "sites", "steps", "tasks", "times", "tools", "values", "versions"),
)
"""What is counted anywhere: a number before one of them, or before its singular, decides how Czech inflects it."""
_ONE = {"identities": "identity", "people": "person", "policies": "policy"}
_SINGULAR = tuple(_ONE.get(each, each.removesuffix("s")) for each in NOUNS)
_COUNTED = re.compile(rf"%\((\w+)\)s (?:more |other |whole |original |private )?({'|'.join((*NOUNS, 'day'))})\b")
_DIGITS = re.compile(rf"(?<![\w.,:#-])(?:[02-9]|\d\d+) ({'|'.join(_SINGULAR)})\b|(?<![\w.,:#-])1 ({'|'.join(NOUNS)})\b")
_NEUTER = frozenset({"readings", "times"})
"""Nouns that have one form in Czech."""
_FORMS = 3


def entries(name: str) -> Iterator[Message]:
    """Every entry of a catalogue."""
    with (FOLDER / "cs" / name).open("rb") as source:
        yield from (each for each in read_po(source, locale="cs") if each.id)


def forms(of: Message) -> tuple[str, ...]:
    """The Czech forms of an entry."""
    return (of.string,) if isinstance(of.string, str) else tuple(of.string or ())


@pytest.mark.parametrize("name", CATALOGUES)
def test_each_counted_text_has_three_forms(name):
    """One, two to four, five and more; where a noun follows the number, the first form has another than the last."""
    counted = {each.id[1]: forms(each) for each in entries(name) if isinstance(each.id, tuple)}
    assert [text for text, czech in counted.items() if len(czech) != _FORMS or not all(czech)] == []
    nouns = {text: {noun for _, noun in _COUNTED.findall(text)} - _NEUTER for text in counted}
    assert [text for text, czech in counted.items() if nouns[text] and czech[0] == czech[2]] == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_each_number_of_things_is_counted(name):
    """A text with a number of things is inflected by it; or Czech has the number behind a colon, or in brackets."""
    assert [each.id for each in entries(name) if list(uninflected(each))] == []


def uninflected(entry: Message) -> Iterator[str]:
    """The numbers of things in a text by which it is not inflected."""
    text, *many = (entry.id,) if isinstance(entry.id, str) else entry.id
    form = forms(entry)[-1]
    inflecting = next(filter(is_count, Template(many[0]).names), "") if many else ""
    for value, _ in _COUNTED.findall(many[0] if many else text):
        if value != inflecting and not re.search(
            rf"(?:: |\(|; |[=/])%\({value}\)s|%\({value}\)s(?: krát|násobek)", form
        ):
            yield value


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_number_is_written_with_the_wrong_form(name):
    """No text has “1 clients” or “2 client” in it, and a counted one is not followed by a singular as its plural."""
    texts = [text for each in entries(name) for text in ((each.id,) if isinstance(each.id, str) else each.id)]
    assert [text for text in texts if _DIGITS.search(text)] == []


def test_what_is_wrong_is_found():
    """A number before a noun is found by its noun; behind a colon it inflects nothing."""
    assert list(uninflected(Message("%(total)s clients wait", "%(total)s klientů čeká"))) == ["total"]
    assert list(uninflected(Message("%(total)s clients wait", "čekajících klientů: %(total)s"))) == []
    assert list(uninflected(Message("%(who)s waits", "%(who)s čeká"))) == []
    two = "%(count)s clients of %(groups)s groups"
    assert list(uninflected(Message((two, two), ("", "", "%(count)s klientů %(groups)s skupin")))) == ["groups"]
    assert [bool(_DIGITS.search(text)) for text in ("1 clients", "12 client", "1 client", "21 clients")] == [
        *(True, True, False, False)
    ]
