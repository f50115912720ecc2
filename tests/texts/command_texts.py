"""Every text of the command line: what its code writes, the help of its commands, and words for codes that it shows."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import typer
from babel.messages.extract import extract_from_file

from cli.language.command_help import paragraphs
from cli.main import app
from emulator.__main__ import parser
from rotation.finding import Severity
from rotation.order import OrderState
from rotation.plan.scope import Treatment
from rotation.plan.work.task import TaskState
from rotation.running.state import Outcome, Phase
from rotation.site import DatabaseKind
from rotation.standing.trouble import Standing
from rotation.trust.contact import ContactKind
from store.notice.delivery import DeliveryState
from store.progress import RotationStatus
from tests.texts.extraction import HOME, Text

_SHOWN = (ContactKind, DatabaseKind, DeliveryState, OrderState, Outcome, Phase, RotationStatus, Severity, Standing)
CODES = (*(str(each.value) for kind in (*_SHOWN, TaskState, Treatment) for each in kind), "refused", "unfinished")
"""States and kinds that are shown by `word`; what a simulation ends in has two of its own."""
_WORDS = {"_": None, "later": None, "counted": (1, 2)}
_TYPERS = frozenset({"--help", "--install-completion", "--show-completion"})


@cache
def command_texts() -> dict[Text, str]:
    """By text: where it is."""
    return {
        **dict.fromkeys(CODES, "a code"),
        **dict(_helps(typer.main.get_command(app), "rotator")),
        **dict(_written()),
        **dict(_emulators()),
    }


def _written() -> Iterator[tuple[Text, str]]:
    for file in sorted((HOME / "cli").rglob("*.py")):
        found = extract_from_file("python", file, keywords=_WORDS)
        yield from ((text, f"{file.relative_to(HOME)}:{line}") for line, text, *_rest in found)


def _emulators() -> Iterator[tuple[str, str]]:
    """The help of the emulator's own command line, and what it says when the site cannot be served."""
    asked = ["usage: ", "error: ", "the site cannot be served"]

    def words(text: str) -> str:
        asked.append(text)
        return text

    parser(words=words)
    yield from ((text, "rotator emulator") for text in asked)


def _helps(command: Any, name: str) -> Iterator[tuple[str, str]]:
    for each in (command, *command.params):
        if getattr(each, "help", None) and not _TYPERS.intersection(getattr(each, "opts", ())):
            yield from ((text, name) for text in paragraphs(each.help))
    for sub, each in getattr(command, "commands", {}).items():
        yield from _helps(each, f"{name} {sub}")
