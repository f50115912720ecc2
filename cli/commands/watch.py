"""`rotator watch`: following a rotation to its end."""

import json
import sys
import time
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.text import Text

from cli.language.wording import _, word
from cli.terminal.client import (
    FOLDER,
    REFUSED,
    Api,
    ApiOption,
    ApiRefusedError,
    FolderOption,
    JsonOption,
    answered,
    opened,
)
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import OUT, say, step_of
from cli.terminal.progress import overview

_RUNNING, _COMPLETED = "running", "completed"
_SERVER_FAULT = 500


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("watch")(watch)


@answered
def watch(
    rotation: Annotated[str, typer.Argument(help="The rotation's id")],
    every: Annotated[float, typer.Option(min=0.1, help="Seconds between looks")] = 1.0,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Follow a rotation until it ends. Exit code 0 only when it completed. It waits out an outage of the API."""
    with opened(api, folder) as rotator:
        shown = rotator.get(f"/v1/rotations/{rotation}", live=True)
        shown = (
            _follow_lines(rotator, shown, every, as_json)
            if as_json or not OUT.is_terminal
            else _follow(rotator, shown, every)
        )
    if not as_json:
        say(_("rotation %(rotation)s: %(status)s", rotation=rotation, status=word(shown["status"])))
    if shown["status"] != _COMPLETED:
        raise typer.Exit(REFUSED)


def _follow(rotator: Api, shown: dict[str, Any], every: float) -> dict[str, Any]:
    with Live(overview(shown), console=OUT, auto_refresh=False) as screen:
        while shown["status"] == _RUNNING:
            time.sleep(every)
            newer = _look(rotator, shown["id"])
            if newer is None:
                screen.update(Text(_("the API does not answer; trying again")), refresh=True)
                continue
            shown = newer
            screen.update(overview(shown), refresh=True)
    return shown


def _follow_lines(rotator: Api, shown: dict[str, Any], every: float, as_json: bool) -> dict[str, Any]:
    """A line for each change: for logs, pipes and programs."""
    written = ""
    while True:
        line = json.dumps(shown, ensure_ascii=False) if as_json else _line(shown)
        if line != written:
            written = line
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        if shown["status"] != _RUNNING:
            return shown
        time.sleep(every)
        shown = _look(rotator, shown["id"]) or shown


def _line(shown: dict[str, Any]) -> str:
    attention = "".join(f"; {_('ATTENTION')} {each['subject']}: {each['message']}" for each in shown["attention"])
    trouble = shown.get("trouble")
    helps = f"; {_('WHAT HELPS')}: {trouble['remedy']}" if trouble else ""
    return f"{word(shown['status'])} {word(shown['phase'])} {step_of(shown)}".rstrip() + attention + helps


def _look(rotator: Api, rotation: str) -> dict[str, Any] | None:
    """The rotation now; None when the API does not answer, or fails."""
    try:
        shown: dict[str, Any] = rotator.get(f"/v1/rotations/{rotation}", live=True)
    except UnreadableError:
        return None
    except ApiRefusedError as refused:
        if refused.problem.get("status", _SERVER_FAULT) < _SERVER_FAULT:
            raise
        return None
    return shown
