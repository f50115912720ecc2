"""Findings that are stored in English, as pages show them: in the reader's language, with names that do nothing."""

import pytest

from api.pages.frame.rendering import _environment
from rotation.finding import blocking
from texts.language import Language

GROUP = "My Company\\<b>Sales</b>"
FOUND = blocking(
    "list-drift", GROUP, f"the location uses '{GROUP}'; expected is 'Default'", "move them to a relaxed group"
)


@pytest.fixture
def shown():
    """A list of findings as a page has it, in a language."""

    def render(language, *findings):
        page = '{% from "macros.html" import findings %}{{ findings(items) }}'
        return str(_environment(language).from_string(page).render(items=findings))

    return render


def test_a_czech_reader_gets_czech(shown):
    """Message and remedy are Czech; the name in them is as it was stored, and is no markup."""
    page = shown(Language.CZECH, FOUND)
    assert "umístění používá &#39;My Company\\&lt;b&gt;Sales&lt;/b&gt;&#39;; očekává se &#39;Default&#39;" in page
    assert "přesuňte je do uvolněné skupiny" in page
    assert "<b>Sales" not in page


def test_an_english_reader_gets_what_is_stored(shown):
    """English texts are shown as they were stored."""
    page = shown(Language.ENGLISH, FOUND)
    assert "; expected is &#39;Default&#39;" in page
    assert "move them to a relaxed group" in page


@pytest.mark.parametrize("text", ["It is %(done)s", "{{ 7 * 7 }}", "100 %", "move them to \u202e a group"])
def test_a_text_of_others_stays(shown, text):
    """What no template fits is shown in its own words, and nothing in it is carried out."""
    page = shown(Language.CZECH, blocking("code", "PC-1", text))
    assert text.replace("\u202e", "\\u202e") in page
