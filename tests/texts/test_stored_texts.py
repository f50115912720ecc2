"""Texts that the code makes and stores: each has a Czech template, and no other text is taken for it."""

import re
from collections.abc import Iterable, Iterator

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from rotation.running.earlier_words import in_earlier_words
from tests.texts.stored_texts import stored_texts, templates_of
from texts.catalogue import FOLDER
from texts.language import Language
from texts.recognised import candidates
from texts.template import Template, is_count, is_number
from texts.templates import CATALOGUES, templates

AFTER_A_COLON = re.compile(r"(?:: |\(|[=/])%\((?:count|\w+_count)\)s|%\((?:count|\w+_count)\)s krát")
"""A count that is followed by no noun, so that nothing is inflected by it."""
VALUES = re.compile(r"%\(\w+\)s")


def entries(names: Iterable[str] = CATALOGUES) -> Iterator[Message]:
    """Every entry of the catalogues of stored texts."""
    for name in names:
        with (FOLDER / "cs" / f"{name}.po").open("rb") as source:
            yield from (each for each in read_po(source, locale="cs") if each.id)


def forms(of: Message) -> tuple[str, ...]:
    """The Czech forms of an entry."""
    return (of.string,) if isinstance(of.string, str) else tuple(of.string or ())


def key(of: Message) -> str:
    """The English text of an entry."""
    return of.id if isinstance(of.id, str) else of.id[0]


def test_no_stored_text_is_untranslated():
    """Each template that the code of the covered packages makes has its Czech one."""
    known = {Template(key(each)).literals for each in entries() if all(forms(each)) and not each.fuzzy}
    assert {text: place for text, place in stored_texts().items() if Template(text).literals not in known} == {}
    assert len(stored_texts()) > 50


def test_no_translation_of_a_stored_text_is_left_over():
    """A translation whose text is gone goes, too; but for those of earlier releases, and of pydantic."""
    made = {Template(text).literals for text in stored_texts()}
    left = [key(each) for each in entries() if Template(key(each)).literals not in made]
    assert left == [key(each) for each in entries(("earlier", "pydantic"))]


def test_earlier_words_are_those_of_questions_of_today():
    """Each text that has earlier words is made of one of today, and shown in Czech; no other text has any."""
    earlier = {Template(in_earlier_words(text)).literals for text in stored_texts() if in_earlier_words(text) != text}
    assert earlier == {Template(key(each)).literals for each in entries(("earlier",)) if all(forms(each))}
    assert len(earlier) == 19


def test_the_values_of_both_languages_are_the_same():
    """A name, a time or a count that the English text has is in each Czech form, and no other one."""
    wrong = []
    for each in entries():
        wanted = set(VALUES.findall(key(each)))
        wrong += [form for form in forms(each) if set(VALUES.findall(form)) != wanted]
    assert wrong == []


def test_what_follows_a_count_is_inflected():
    """A template with a count has three Czech forms, or nothing in it that a count inflects."""
    wrong = []
    for each in entries():
        counts = [name for name in Template(key(each)).names if is_count(name)]
        if isinstance(each.id, tuple):
            assert each.id[0] == each.id[1]
            assert counts, each.id
            assert len(forms(each)) == 3, each.id
        elif any(map(is_count, Template(AFTER_A_COLON.sub("", forms(each)[0])).names)):
            wrong.append(forms(each)[0])
    assert wrong == []


def test_a_percent_sign_is_a_value_or_doubled():
    """A template that is formatted has no stray percent sign, in either language."""
    for each in entries():
        for text in (key(each), *forms(each)):
            if VALUES.search(key(each)):
                assert "%" not in VALUES.sub("", text).replace("%%", ""), text


def test_something_stands_between_two_values():
    """Nothing would show where one value ends and the next begins."""
    assert [each.text for each in templates(Language.CZECH) if "" in each.literals[1:-1]] == []


def test_no_two_templates_fit_alike():
    """A text is taken for what it was made of: no other template that fits it has as many fixed characters."""
    wrong = []
    for each in templates(Language.CZECH):
        if not each.names:
            continue
        text = each.text.replace("%%", "%") % {name: "1" if is_number(name) else f"<{name}>" for name in each.names}
        fitting = [other for other in candidates(text, Language.CZECH) if other.values(text) is not None]
        if fitting[:1] != [each] or (len(fitting) > 1 and fitting[1].fixed == each.fixed):
            wrong.append((each.text, [other.text for other in fitting]))
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('warning("code", name, f"{len(names)} clients wait")', ["%(names_count)s clients wait"]),
        ('text = f"{server.name} is down ({error or "no answer"})"', ["%(server)s is down (%(error)s)", "no answer"]),
        (
            'x = "two words" if y else f"{a:%H:%M} of {b:%H:%M}, 5 % of {a.b!r}"',
            ["two words", "%(a)s of %(b)s, 5 %% of %(b_2)s"],
        ),
        ('def f():\n    """A docstring."""\n    return f"{one}{two}"', []),
        ('raise LookupError("not for people")', []),
        ('if name == "My Company":\n    pass', []),
    ],
)
def test_texts_are_found_by_what_they_look_like(source, found):
    """A string of several words is a text; keys, docstrings, formats and compared values are not."""
    assert [text for _, text in templates_of(source)] == found
