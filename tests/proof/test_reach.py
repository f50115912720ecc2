"""What a proof must come to, and what a named test comes to instead."""

import ast

from tests.proof.reach import HOME, codes, elsewhere, missing, traits


def test_codes_are_found_where_they_are_used():
    """Texts, constants, keywords, either of two, and tables of codes."""
    assert {"gate-limit", "drift", "list-edited", "list-taken-up", "refusing", "signs-with-former-key"} <= codes()
    assert all(" " not in code for code in codes())


def test_what_is_not_reached_is_missing():
    """A proof that has come to nothing lacks everything but what tests come to."""
    assert set(missing(())) == (codes() | traits()) - elsewhere().keys()
    assert missing(codes() | traits()) == []


def test_a_named_test_names_what_it_comes_to():
    """Each entry is a code or a trait of the product, and the test says it in its code, not only in its prose."""
    assert elsewhere().keys() <= codes() | traits()
    for what, file in elsewhere().items():
        word = what.split()[1] if what.startswith("switch ") else what.rpartition(" ")[2]
        assert word in _words(HOME / file), f"{file} says nothing of {what}"


def _words(file):
    """The texts, names of members and keywords in a test's code; docstrings left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    prose = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    found = set()
    for each in ast.walk(tree):
        match each:
            case ast.Constant(value=str(text)) if id(each) not in prose:
                found.update(text.split())
            case ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
                found.update({name, name.lower(), name.lower().replace("_", "-")})
    return found
