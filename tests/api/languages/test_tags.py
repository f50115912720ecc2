"""Entity tags by language: a tag names one representation, and a change is about the thing."""

import pytest

from api.languages.tags import any_language, tag_in, this_language
from texts.language import Language

ENGLISH, CZECH = Language.ENGLISH, Language.CZECH


def test_each_language_has_its_tag():
    """The English one is as it was before there were languages."""
    assert (tag_in(ENGLISH, '"ab12"'), tag_in(CZECH, '"ab12"')) == ('"ab12"', '"ab12-cs"')


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ('"ab12-cs"', '"ab12"'),
        ('"ab12"', '"ab12"'),
        ('W/"x", "ab12-cs"', 'W/"x", "ab12"'),
        ("*", "*"),
        ('"-cs"', '""'),
        ('"ab12-cs', '"ab12-cs'),
        ('"ab12-de"', '"ab12-de"'),
    ],
)
def test_a_change_takes_a_tag_of_any_language(given, meant):
    """What is changed has no language; what is no tag of ours stays as it is."""
    assert any_language(given) == meant


def test_what_a_caller_has_has_a_language():
    """A document in Czech is none in English, and the other way round."""
    assert this_language(CZECH, '"ab12-cs"') == '"ab12"'
    assert this_language(CZECH, '"ab12", "cd34-cs"') == '"other", "cd34"'
    assert this_language(CZECH, "*") == "*"
    assert this_language(ENGLISH, '"ab12-cs", "cd34"') == '"ab12-cs", "cd34"'
