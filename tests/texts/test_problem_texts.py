"""Problems in Czech: each title, meaning and remedy of the table, and nothing left over."""

import ast
import inspect
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from api.http.problems import Problem
from api.languages.shown_texts import in_language
from api.manners import problem_pages
from api.manners.problem_catalogue import problem_kinds
from texts.catalogue import FOLDER, translator
from texts.language import Language

API = Path(problem_pages.__file__).parents[1]


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


def given_titles():
    """The titles that the API's own code gives to problems, beside those of the table."""
    for source in API.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "ProblemError":
                yield from (ast.literal_eval(each.value) for each in node.keywords if each.arg == "title")


def test_each_title_is_czech_in_an_answer():
    """As a caller gets it by `Accept-Language: cs`: of each kind of problem, and where the code has its own."""
    titles = {each.title for each in problem_kinds().values()} | set(given_titles())
    assert "Survey failed" in titles
    assert len(titles) > 150
    by = translator(Language.CZECH)
    answered = {
        title: in_language(Problem(type="/problems/x", title=title, status=409, detail="x").model_dump(), by)
        for title in titles
    }
    assert [title for title, answer in answered.items() if answer["title"] == title] == []


def test_code_words_are_the_same_in_both(czech):
    """What stands in backquotes is to be typed: options, paths and names of fields are not translated."""
    places = {"KLÍČ": "KEY", "JMÉNO": "NAME", "SUBJEKT": "SUBJECT", "POLE": "FIELD", "ZÁHLAVÍ": "HEADER"}
    for text, translated in czech.items():
        typed = "`".join(translated.split("`")[1::2])
        for czech_word, word in places.items():
            typed = typed.replace(czech_word, word)
        assert sorted(typed.split("`")) == sorted("`".join(text.split("`")[1::2]).split("`")), text
