"""Terminals that are not UTF-8: a command writes what they can take, and stops over no letter."""

import json
import subprocess
import sys

import pytest

_WRITES = """
from cli.language import encoding
from cli.terminal.formatting import say, say_error, say_json, say_table
encoding.write_plain()
say("Žluťoučký kůň \u2013 „úpěl“ … ✓")
say_table("Výměny", ("kdo",), [("Řehoř",)])
say_error("Chyba: nelze")
encoding.write_json()
say_json({"name": "Řehoř 😀", "mark": "✓"})
"""


def written(encoding: str) -> tuple[bytes, bytes]:
    """What a process writes whose streams have an encoding."""
    given = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "LC_ALL": "C"}
    script = f"exec({_WRITES!a})"
    done = subprocess.run([sys.executable, "-c", script], env=given, capture_output=True, check=True)
    return done.stdout, done.stderr


def test_ascii_has_letters_without_marks():
    """Czech is read without its marks; JSON has its own escapes, and so the values as they are."""
    out, err = written("ascii")
    assert out.startswith(b'Zlutoucky kun - "upel" ... +\n')
    assert b"Rehor" in out
    assert err == b"Chyba: nelze\n"
    assert json.loads(out[out.index(b"{") :]) == {"name": "Řehoř 😀", "mark": "✓"}


@pytest.mark.parametrize("encoding", ["iso8859-2", "cp1250"])
def test_a_czech_encoding_has_its_letters(encoding):
    """Only what it lacks is written otherwise."""
    out = written(encoding)[0]
    assert out.startswith("Žluťoučký kůň ".encode(encoding))
    assert "Řehoř".encode(encoding) in out
    assert json.loads(out[out.index(b"{") :].decode(encoding)) == {"name": "Řehoř 😀", "mark": "✓"}


def test_utf_8_stays_as_it_is():
    """Nothing is replaced."""
    out = written("utf-8")[0].decode()
    assert out.startswith("Žluťoučký kůň \u2013 „úpěl“ … ✓\n")
    assert '"Řehoř 😀"' in out
