"""The templates of the texts that the code makes: `f"{len(names)} clients"` is `%(names_count)s clients`."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypeGuard

from tests.texts.text_sites import COMMAND, COVERED, ELSEWHERE, NOT_TEXTS, is_shown
from tests.texts.value_names import name_of
from texts.template import Template

HOME = Path(__file__).parents[2]
_WORDS = re.compile(r"[A-Za-z]{2,}\W* \W*(?:[A-Za-z]|%)|\d [a-z]{2,}|(?:\)s|[a-z])\W* \W*[A-Za-z]{2,}")
_LETTERS = re.compile(r"[a-z]{2,}")


@cache
def stored_texts(covered: tuple[str, ...] = COVERED) -> dict[str, str]:
    """By template: where it is made first, as a file and a line. Names alone do not make another template."""
    found: dict[str, str] = {}
    known: set[tuple[str, ...]] = set()
    for line, name, text in _texts(covered):
        if (literals := Template(text).literals) not in known:
            known.add(literals)
            found[text] = f"{name}:{line}"
    return found


def _texts(covered: tuple[str, ...]) -> Iterator[tuple[int, str, str]]:
    for each in covered:
        place = HOME / each
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            name = file.relative_to(HOME).as_posix()
            if not name.startswith(ELSEWHERE):
                yield from ((line, name, text) for line, text in templates_of(file.read_text("utf-8")))


def templates_of(source: str) -> Iterator[tuple[int, str]]:
    """The line and the template of each text for people in a module."""
    yield from ((node.lineno, text) for node, text in strings_of(source))


def strings_of(source: str) -> Iterator[tuple[ast.JoinedStr | ast.Constant, str]]:
    """Each string of a module that is a text for people, with its template."""
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        parent = above.get(node)
        if isinstance(parent, ast.JoinedStr) or not _is_string(node) or not is_shown(node, above):
            continue
        text = _template(node)
        if text not in NOT_TEXTS and not COMMAND.fullmatch(text) and _is_text(text, piece=_is_piece(node, above)):
            yield node, text


def _is_string(node: ast.AST) -> TypeGuard[ast.JoinedStr | ast.Constant]:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _is_piece(node: ast.AST, above: dict[ast.AST, ast.AST]) -> bool:
    """Whether it stands in a value of another text."""
    while (node := above.get(node)) is not None and not isinstance(node, ast.stmt):  # type: ignore[assignment]
        if isinstance(node, ast.FormattedValue):
            return True
    return False


def _is_text(text: str, *, piece: bool) -> bool:
    fixed = "".join(Template(text).literals)
    return bool(_LETTERS.search(fixed) if piece else _WORDS.search(text) and _LETTERS.search(fixed) and " " in fixed)


def _template(node: ast.AST) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    names: dict[str, str] = {}
    return "".join(
        str(each.value).replace("%", "%%") if isinstance(each, ast.Constant) else f"%({name_of(each, names)})s"
        for each in node.values
    )
