"""What others have written, on a terminal."""

import io
import json

import pytest
from rich.text import Text

from cli.demo.screen import Screen
from cli.terminal import formatting
from cli.terminal.formatting import ERRORS, OUT, PlainConsole, say, say_error, say_json, say_table

HOSTILE = "Site\x1b]0;owned\x07\x1b[2J\x9b3A\u202e"


@pytest.fixture
def terminal(monkeypatch) -> PlainConsole:
    """A terminal with colours, which keeps what it is sent."""
    made = PlainConsole(file=io.StringIO(), force_terminal=True, width=200, color_system="truecolor")
    for name in ("OUT", "ERRORS"):
        monkeypatch.setattr(formatting, name, made)
    return made


@pytest.mark.parametrize(
    "write",
    [
        lambda: say(HOSTILE),
        lambda: say_error(HOSTILE),
        lambda: say_json({"name": HOSTILE, HOSTILE: 1}),
        lambda: say_table(HOSTILE, (HOSTILE,), [(HOSTILE,)]),
        lambda: formatting.OUT.print(Text(HOSTILE, style="bold"), style="red"),
    ],
    ids=["line", "error", "JSON", "table", "styled"],
)
def test_it_steers_nothing(terminal, write):
    """Each way of writing shows the escapes as text; of those that are sent only colours are left."""
    write()
    sent = terminal.file.getvalue()
    for steers in ("\x1b]", "\x07", "\x1b[2J", "\x9b", "\u202e"):
        assert steers not in sent
    assert "Site" in sent
    assert "owned" in sent


def test_json_is_what_it_was(terminal):
    """A program reads the same text."""
    say_json({"name": HOSTILE})
    assert json.loads(terminal.file.getvalue()) == {"name": HOSTILE}


def test_all_writing_goes_by_one_edge():
    """Both consoles of the commands, and that of the demo."""
    assert {type(console) for console in (OUT, ERRORS, Screen(to_stderr=True)._console)} == {PlainConsole}
