"""Stored English texts in Czech: found by their template, values as they are, counts and times as Czech has them."""

import time

import pytest

from texts import recognised
from texts.catalogue import translator
from texts.language import Language
from texts.recognised import translated
from texts.template import Template, is_count, is_number
from texts.templates import templates

TEXTS = tuple(each.text for each in templates(Language.CZECH))
INFLECTED = {each.text: each.inflected for each in templates(Language.CZECH)}
CZECH, ENGLISH = translator(Language.CZECH), translator(Language.ENGLISH)
NAMES = ("SEPM-1", "100 %", "%(server)s", "{x}", "a\nb", 'the "old" one', "O'Brien", "", "ě: š; č. ř", "%s %d %%")


def made(template: str, count: int, name: str) -> str:
    """A text that the code could have made of a template."""
    values = {each: str(count) if is_number(each) else name for each in Template(template).names}
    return template % values if values else template


def czech(template: str, count: int, name: str) -> str:
    """What it must be in Czech."""
    names = Template(template).names
    shown = {each: str(count) if is_number(each) else name for each in names}
    if any(is_count(each) for each in names):
        return CZECH.counted(template, template, count, **shown) if INFLECTED[template] else CZECH(template, **shown)
    return CZECH(template, **shown)


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_every_text_comes_back_in_czech(count):
    """Each template, filled with a name, is recognised, and its values stand in the Czech one."""
    wrong = {}
    for template in TEXTS:
        text, wanted = made(template, count, "Qx7"), czech(template, count, "Qx7")
        if (found := translated(text, CZECH)) != wanted:
            wrong[text] = (found, wanted)
    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_shown_as_they_are(name):
    """Whatever a name has in it, it is copied: nothing in it is formatted, and no text is taken from it."""
    text = f"the location uses {name}; expected is Default"
    assert translated(text, CZECH) == f"umístění používá {name}; očekává se Default"


def test_english_stays():
    """A reader of English gets what is stored."""
    assert translated("no answer", ENGLISH) == "no answer"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nothing that we know: x",
        "line of a poem",
        "many more",
        "signal was lost",
        "; ; . ",
        "a" * 100_000,
        "{}%(x)s %",
        "ž\x00",
    ],
)
def test_what_is_not_known_stays_as_it_is(text):
    """A text of another release, or of a person, is shown in its own words."""
    assert translated(text, CZECH) == text


def test_texts_in_texts_are_translated():
    """A value that is a text itself is translated, and so is one that was put together from several."""
    text = "the location uses 'A'; expected is 'B' (a person decides: the rotation did not set this)"
    assert translated(text, CZECH) == "umístění používá 'A'; očekává se 'B' (rozhodne člověk: výměna to nenastavila)"
    several = "My Company\\Sales: the location is gone; the location is gone. wait; this ends by itself."
    assert (
        translated(several, CZECH) == "My Company\\Sales: umístění už není; umístění už není. počkejte; samo to skončí."
    )


def test_each_of_many_items_is_translated():
    """Items of two forms in a row: none takes the one before it for a name."""
    places = "list 'A' at location 'Home'; list 'A' at location 'Office'; list 'A' in network 10.0.0.0/16"
    text = f"the group goes first in each wave, with its 4 clients, as a canary for {places}; list 'B' in network 10.1"
    shown = "seznam 'A' v umístění 'Home'; seznam 'A' v umístění 'Office'; seznam 'A' v síti 10.0.0.0/16"
    assert translated(text, CZECH) == (
        f"skupina jde v každé vlně první se svými 4 klienty, jako kanárek pro {shown}; seznam 'B' v síti 10.1"
    )


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Assign the HTTP copies of the canaries", "přiřadit kanárkům kopie seznamů s HTTP"),
        ("Turn secure communications off", "vypnout bezpečnou komunikaci"),
        ("Paint it", "Paint it"),
    ],
)
def test_a_title_behind_a_colon_begins_with_a_small_letter(title, shown):
    """As Czech writes it; a title of another release stays."""
    assert translated(f"By hand: {title}", CZECH) == f"Ručně: {shown}"


def test_times_spans_and_counts_are_those_of_the_language():
    """A date is written as Czech has it, as exact as it was; a span in words; a large count with its space."""
    text = "an administrator edited the list at 2026-01-31 17:05:42 UTC, after the service knew its content"
    assert translated(text, CZECH).startswith("správce seznam upravil 31. 1. 2026 17:05:42 UTC")
    text = "clients report every 1 day, 1:00:00 now; the planned waits are too short for that"
    assert translated(text, CZECH).startswith("interval hlášení klientů je teď 1 den 1 hodina;")
    text = "12345 clients were moved here, among them A; they are counted here from now on"
    assert "12\xa0345 klientů" in translated(text, CZECH)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2026-01-31", "31. 1. 2026"),
        ("2026-01-31 17:05", "31. 1. 2026 17:05"),
        ("2026-01-31T17:05:42+00:00", "31. 1. 2026 17:05:42 UTC"),
        ("2026-01-31T18:05+01:00", "31. 1. 2026 17:05 UTC"),
        ("2026-13-31", "2026-13-31"),
    ],
)
def test_a_time_is_as_exact_as_it_was(value, shown):
    """Neither minutes nor a zone are made up; what is no time stays."""
    text = f"the location uses {value}; expected is X"
    assert translated(text, CZECH) == f"umístění používá {shown}; očekává se X"


def test_a_thousand_texts_take_no_time():
    """A page of a thousand findings, each another one, is translated in well under a tenth of a second."""
    every = [text for text in TEXTS if Template(text).names]
    texts = [made(every[number % len(every)], number, f"NAME-{number}") for number in range(1000)]
    recognised.translated(texts[0], CZECH)
    begun = time.process_time()
    found = [translated(each, CZECH) for each in texts]
    assert time.process_time() - begun < 0.1
    assert sum(one != other for one, other in zip(texts, found, strict=True)) > 950


def test_a_hostile_text_takes_no_longer():
    """A long text that almost fits takes time in proportion to its length, whatever it repeats."""
    text = "the location uses " + "; expected is '; . ( " * 20_000
    begun = time.process_time()
    translated(text, CZECH)
    assert time.process_time() - begun < 2


def test_a_value_takes_no_text_in_brackets_behind_it():
    """Two texts in brackets follow each other: each is found by itself."""
    text = "SEPM-2 must keep its certificate in use and does not answer (the connection was refused)"
    shown = translated(f"{text} (the rotation goes on: no proof depends on this)", CZECH)
    assert shown == f"{translated(text, CZECH)} (výměna pokračuje: žádný důkaz na tom nezávisí)"
    assert "spojení bylo odmítnuto" in shown


def test_two_persons_have_the_word_of_the_language_between_them():
    """Where a value names who did it; names stay, and so does what is no name."""
    shown = translated("Ann Nováková and bob let the rotation go on without the canaries", CZECH)
    assert shown == "Ann Nováková a bob nechávají výměnu pokračovat, bez kanárků"
