"""`rotator backup`: a copy of everything durable, taken while it is in use."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.language.wording import _, recognised
from cli.terminal.client import FOLDER, UNREADABLE
from cli.terminal.formatting import say_error
from store.fault import StoreFault


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("backup")(backup)


def backup(
    target: Annotated[Path, typer.Argument(help="A folder for the copies; it must not hold a backup yet")],
    folder: Annotated[Path, typer.Option(envvar="ROTATOR_FOLDER", help="The folder of `rotator up`")] = FOLDER,
) -> None:
    """Copy both databases and the key file, each readable by its owner only, while the service runs.

    A person who has the copies can read every secret in them.
    """
    from cli.service.backup_note import note_backup  # noqa: PLC0415 - the other commands start faster without the store
    from cli.service.copies import copy_all  # noqa: PLC0415 - see above

    try:
        copies = copy_all(folder, target)
    except (StoreFault, OSError) as error:
        say_error(f"rotator backup: {recognised(str(error))}")
        raise typer.Exit(UNREADABLE) from None
    for path in copies.files:
        typer.echo(path)
    for key in sorted(copies.keys_elsewhere):
        text = _("key %(key)s opens a part of it and is not in it: keep that key too", key=key)
        say_error(f"rotator backup: {text}")
    if why := asyncio.run(note_backup(folder.resolve(), target.resolve(), copies)):
        text = _("the copies are made, but the trail of the service lacks that: %(why)s", why=why)
        say_error(f"rotator backup: {text}")
