"""Texts of others that would steer a terminal, be markup, or be a formula."""

import html
import json
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.text.plain_text import cell, markdown, of_cell, visible, visible_json

ANY = st.text(st.characters(exclude_categories=()))
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", r"\x1b]0;owned\x07"),
        ("\x9b2J", r"\x9b2J"),
        ("a\rb\x08c\x7f", r"a\rb\x08c\x7f"),
        ("cod\u202etxt.exe", r"cod\u202etxt.exe"),
        ("\u2066a\u2069\u200e\u061c", r"\u2066a\u2069\u200e\u061c"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("a\u2028b\u0085c", r"a\u2028b\x85c"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
    ],
)
def test_what_is_not_seen_is_spelled_out(text, shown):
    """Escapes of terminals, other directions of writing, ends of lines, and what is no character."""
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    ["München", "東京", "\u0646\u0627\u0645\u200c\u0647\u0627", "👩\u200d💻", "a\tb\nc", r"My Company\Sales", ""],
)
def test_what_is_seen_stays(text):
    """Names of all languages, with the joiners that they need."""
    assert visible(text) == text


@given(ANY)
def test_nothing_that_steers_is_left(text):
    """Whatever the text, and doing it twice changes nothing more."""
    shown = visible(text)
    assert not {unicodedata.category(each) for each in shown if each not in "\n\t\u200c\u200d"} & {"Cc", "Cf", "Cs"}
    assert visible(shown) == shown


@given(st.dictionaries(ANY, ANY))
def test_json_means_what_it_meant(document):
    """Its characters are escaped in JSON's own way."""
    written = visible_json(json.dumps(document, ensure_ascii=False, indent=2))
    assert json.loads(written) == document
    assert visible(written) == written


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[click](http://evil.example)", r"\[click\](http://evil.example)"),
        ("![](http://evil.example/x.png)", r"!\[\](http://evil.example/x.png)"),
        ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"),
        ("*a* _b_ `c` ~~d~~", r"\*a\* \_b\_ \`c\` \~\~d\~\~"),
        ("# heading", r"\# heading"),
        ("- item", r"\- item"),
        ("1. first", r"1\. first"),
        ("a\n\n# b\r\n---", "a # b ---"),
        ("a\x1b[2J", r"a\\x1b\[2J"),
        (r"\[a](b)", r"\\\[a\](b)"),
        ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
        (r"My Company\Sales", r"My Company\Sales"),
        ("save_recovery_file of SEPM-1", "save_recovery_file of SEPM-1"),
        ("ends in \\", "ends in \\\\"),
    ],
)
def test_markdown_shows_the_text_as_it_is(text, shown):
    """No link, picture, emphasis, heading, list, HTML or line of its own; and usual names stay readable."""
    expected = shown.replace(r"\\x1b", r"\x1b")
    assert markdown(text) == expected


@given(ANY)
def test_markdown_is_one_line_that_reads_as_the_text(text):
    """Taking the escapes away gives the visible text; what is left of markup is none."""
    shown = markdown(text)
    assert "\n" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*\[\]<]", shown)
    assert html.unescape(ESCAPED.sub(r"\1", shown)) == visible(" ".join(text.split()))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "'=1", "''=1"])
def test_a_formula_is_a_text_in_a_spreadsheet(text):
    """And is read back as what it was."""
    assert cell(text).startswith("'")
    assert of_cell(cell(text)) == text


@given(ANY)
def test_a_field_is_read_back(text):
    """Whatever it is."""
    assert of_cell(cell(text)) == text
    assert not cell(text).startswith(("=", "+", "-", "@"))
