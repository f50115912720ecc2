"""`rotator network-script` and `rotator network-answers`: whether plain HTTP gets through from each network."""

from pathlib import Path
from typing import Annotated

import typer

from cli.language.wording import _, counted
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import instant, say, say_json, say_table
from cli.terminal.given_file import content_of
from rotation.reach.script import Shell


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("network-script")(script)
    app.command("network-answers")(answers)


@answered
def script(
    site: str,
    *,
    shell: Annotated[Shell, typer.Option(help="powershell for Windows, sh for Linux and macOS")] = Shell.POWERSHELL,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
) -> None:
    """Print the script that asks over plain HTTP. It changes nothing; run it on every client, as you deploy."""
    with opened(api, folder) as rotator:
        typer.echo(rotator.get(f"/v1/sites/{site}/network-script", shell=shell.value)["script"], nl=False)


@answered
def answers(
    site: str,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files that the script has written; without one, only show what is known"),
    ] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Upload what the script has written on clients, and show which networks let plain HTTP through."""
    path = f"/v1/sites/{site}/http-reach"
    with opened(api, folder) as rotator:
        for file in files or ():
            rotator.upload(path, content_of(file), "text/csv")
        shown = rotator.get(path)
    if as_json:
        say_json(shown)
        return
    rows = [
        (each["network"], each["through"], each["failed"], ", ".join(each["failed_names"]), instant(each["newest"]))
        for each in shown["networks"]
    ]
    say(counted("%(count)s answer", "%(count)s answers", shown["answers"]))
    say_table(_("Plain HTTP"), (_("network"), _("got through"), _("did not"), _("these"), _("newest")), rows)
