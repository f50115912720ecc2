"""Problems in Czech: each title, meaning and remedy of the table, and nothing left over."""

import ast
import inspect

import pytest
from babel.messages.pofile import read_po

from api.manners import problem_pages
from api.manners.problem_catalogue import problem_kinds
from texts.catalogue import FOLDER


def english():
    """What the table and its pages say."""
    kinds = problem_kinds().values()
    yield from (text for each in kinds for text in (each.title, each.means, each.remedy))
    tree = ast.parse(inspect.getsource(problem_pages))
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call) and ast.unparse(each.func) == "_"]
    yield from (str(each.args[0].value) for each in calls if isinstance(each.args[0], ast.Constant))
    yield from ("Problem", problem_pages._OWN)


@pytest.fixture(scope="module")
def czech():
    """The Czech texts by the English ones."""
    with (FOLDER / "cs" / "problems.po").open("rb") as source:
        return {each.id: each.string for each in read_po(source, locale="cs") if each.id}


def test_each_problem_has_its_czech_texts(czech):
    """None is missing, none is left over, none is the English one."""
    texts = set(english())
    assert len(texts) > 400
    assert czech.keys() == texts
    assert [text for text, translated in czech.items() if not translated or translated == text] == []


def test_code_words_are_the_same_in_both(czech):
    """What stands in backquotes is to be typed: options, paths and names of fields are not translated."""
    places = {"KLÍČ": "KEY", "JMÉNO": "NAME", "SUBJEKT": "SUBJECT", "POLE": "FIELD", "ZÁHLAVÍ": "HEADER"}
    for text, translated in czech.items():
        typed = "`".join(translated.split("`")[1::2])
        for czech_word, word in places.items():
            typed = typed.replace(czech_word, word)
        assert sorted(typed.split("`")) == sorted("`".join(text.split("`")[1::2]).split("`")), text
