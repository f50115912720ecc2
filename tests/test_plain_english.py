"""Plain English in names, docstrings, comments and log events: the words that docs/develop/style.md rules out.

It leaves out stored codes and the documents. Texts that people read are looked at where they have translations.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_house import ROOT, in_repository
from tests.texts.extraction import texts
from tests.texts.stored_texts import stored_texts

BANNED = {
    "anew": "again",
    "anybody": "name the actor: any person, any client",
    "believe": "trust, accept, take for true",
    "believed": "trusted, accepted",
    "believes": "trusts, accepts",
    "nobody": "no person, no client, no server",
    "said": "stated, reported, confirmed; evidence, message",
    "somebody": "a person, an administrator, an operator",
    "told": "reported, shown, named, warned; text, report",
    "unsaid": "not stated",
    "unheard": "not reported",
    "whoever": "the person who, the caller, the reader",
    "whomever": "the person whom",
}
"""Each with what to write instead."""
PHRASES = (
    r"whom we believe",
    r"\w+'s? word\b",
    r"\bby word\b",
    r"\bword of (?:a|the|its|his|her|two|one)\b",
    r"\bone's\b",
)
FOR_PEOPLE = {
    "born": "added, made",
    "cling": "accept no other",
    "heard": "checked in",
    "meant": "intended, expected",
    "merely": "only",
    "shall": "will, must",
    "whom": "name the persons or clients",
}
"""Words that texts for people do without, besides."""
_FOR_PEOPLE = re.compile(rf"\b(?:{'|'.join(FOR_PEOPLE)})\b", re.IGNORECASE)
_WORD = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(BANNED)})(?![A-Za-z])|{'|'.join(PHRASES)}", re.IGNORECASE)
_PARTS = re.compile(r"_|(?<=[a-z0-9])(?=[A-Z])")
_LOGS = re.compile(r"\b_?log(?:ger)?\.(?:debug|info|warning|error|exception|critical)\(\s*$")


def found(text: str) -> Iterator[tuple[int, str]]:
    """The line and the word of each that stands in a name, a docstring, a comment or a log event."""
    docstrings = _docstrings(text)
    named: set[str] = set()
    lines = text.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        line, column = token.start
        if token.type == tokenize.NAME and token.string not in named:
            named.add(token.string)
            if any(part.lower() in BANNED for part in _PARTS.split(token.string)):
                yield line, token.string
        elif token.type == tokenize.COMMENT or (token.type == tokenize.STRING and line in docstrings):
            for at, each in enumerate(token.string.splitlines()):
                yield from ((line + at, match.group()) for match in _WORD.finditer(each))
        elif token.type == tokenize.STRING and _LOGS.search(lines[line - 1][:column].strip() or lines[line - 2]):
            yield from ((line, match.group()) for match in _WORD.finditer(token.string))


def _docstrings(text: str) -> set[int]:
    """The lines at which a docstring begins: of a module, class or function, and below a field or constant."""
    scopes = ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef
    bodies = (node.body for node in ast.walk(ast.parse(text)) if isinstance(node, scopes))
    return {each.lineno for body in bodies for each in body if _is_text(each)}


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def test_names_and_docstrings_are_plain():
    """No name, docstring, comment or log event has a word of the list."""
    sources = [path for path in in_repository() if path.suffix == ".py" and path != Path(__file__)]
    assert len(sources) > 1000
    assert [
        f"{path.relative_to(ROOT)}:{line}: {word}" for path in sources for line, word in found(path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "def said_so(): ...",
        "class NotTold: ...",
        'def run():\n    """Whoever asks."""',
        "x = 1  # nobody knows",
        'log.info("nobody-asked")',
        'log.info(\n    "nobody-asked",\n)',
        'X = 1\n"""By a person\'s word."""',
    ],
)
def test_each_place_is_looked_at(text):
    """A name, a docstring, a comment and a log event are found; the text of a message is not."""
    assert len(list(found(text))) == 1
    assert list(found('text = "nobody said so"')) == []


def test_texts_for_people_are_plain():
    """No text that people read, and that has a translation, has a word of either list."""
    every = [text if isinstance(text, str) else text[0] for text in (*texts(), *stored_texts())]
    hits = [(text, match.group()) for text in every for match in (*_WORD.finditer(text), *_FOR_PEOPLE.finditer(text))]
    assert hits == []
