"""Help and refusals of Typer, in the language that option, environment or locale want."""

import os

import pytest
from typer.testing import CliRunner

from cli.main import app

_UNSET = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None, "COLUMNS": "200"}
_CZECH, _ENGLISH = "Použití", "Usage"


def run(*arguments: str, **environment: str) -> str:
    """What a command writes, of both kinds."""
    unset = {name: None for name in os.environ if name.startswith("ROTATOR_")}
    done = CliRunner().invoke(app, arguments, env=unset | _UNSET | environment)
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "shown"),
    [
        (["--help"], {}, _ENGLISH),
        (["--help"], {"LANG": "cs_CZ.UTF-8"}, _CZECH),
        (["--help"], {"LANG": "cs_CZ.UTF-8", "ROTATOR_LANGUAGE": "en"}, _ENGLISH),
        (["--help"], {"ROTATOR_LANGUAGE": "cs"}, _CZECH),
        (["--language", "en", "--help"], {"ROTATOR_LANGUAGE": "cs"}, _ENGLISH),
        (["--language=cs", "--help"], {}, _CZECH),
        (["--help", "--language", "cs"], {}, _CZECH),
        (["--profile", "x", "--language", "cs", "site", "--help"], {}, _CZECH),
        (["--language", "cs", "site", "add", "--help"], {}, _CZECH),
        # the language of a channel is another matter
        (["notify", "add", "--language", "cs", "--help"], {}, _ENGLISH),
    ],
)
def test_the_language_is_chosen(arguments, environment, shown):
    """The option goes before the environment, and that before the locale."""
    text = run(*arguments, **environment)
    assert shown in text
    assert ({_CZECH, _ENGLISH} - {shown}).pop() not in text


def test_every_command_has_its_help_in_czech_and_then_in_english():
    """Another language in the same process leaves nothing of the one before."""
    english = run("certificate", "check", "--help")
    czech = run("--language", "cs", "certificate", "check", "--help")
    for text in ("Použití", "Volby", "Argumenty", "[povinné]", "[výchozí: var]", "smí do serveru. Služba nic neukládá"):
        assert text in czech
    assert run("certificate", "check", "--help") == english


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (["stat"], "Příkaz 'stat' neexistuje. Mysleli jste 'start', 'status'?"),
        (["frob"], "Příkaz 'frob' neexistuje."),
        (["status", "--frob"], "Volba --frob neexistuje."),
        (["status", "a", "b"], "Přebývající argumenty (b)"),
        (["tasks", "claim"], "Chybí argument 'task'."),
        (["extend", "rot-1"], "Chybí volba '--by'."),
        (["simulate", "--runs"], "Volba '--runs' vyžaduje hodnotu."),
        (["simulate", "--runs", "x"], "Neplatná hodnota pro '--runs': má to být celé číslo"),
        (["simulate", "--runs", "0"], "Neplatná hodnota pro '--runs': nejmenší možná hodnota je 1"),
        (["simulate", "--clients", "1000000"], "největší možná hodnota je 100000"),
        (["simulate", "--heartbeat", "x"], "Neplatná hodnota: --heartbeat: 'x' není doba"),
        (["watch", "x", "--every", "y"], "Neplatná hodnota pro '--every': má to být číslo"),
        (["key", "add", "x", "--role", "boss"], "'boss' není žádná z hodnot 'viewer', 'operator'"),
        (["api"], "Chybí argument 'method'. Vyberte z:"),
        (["status", "--json=1"], "Volba '--json' nemá hodnotu."),
        (["site", "clients", "a", "b", "--taken-at", "x"], "má to být datum a čas"),
    ],
)
def test_refusals_of_typer(arguments, refusal):
    """What is wrong with a command is refused in Czech, with the help that shows it right."""
    text = run("--language", "cs", *arguments)
    assert refusal in " ".join(text.replace("│", " ").split())
    assert not any(word in text for word in ("Error", "Invalid", "Missing", "No such", "Input should", "Try "))


def test_a_language_that_is_none_is_refused():
    """In the language of the terminal."""
    assert "'de' is not one of 'en', 'cs'" in run("--language", "de", "status")
    assert "'de' není žádná z hodnot 'en', 'cs'" in run("status", ROTATOR_LANGUAGE="de", LANG="cs_CZ.UTF-8")
