"""`rotator site clients`: uploading the console's own export of clients, for a site without REST."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.language.system_errors import reason
from cli.language.wording import _, counted
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import instant, say, say_json


@answered
def clients(
    site: str,
    file: Annotated[Path, typer.Argument(help="The exported CSV")],
    *,
    taken_at: Annotated[
        datetime | None, typer.Option(help="When it was exported, UTC; else the time that the file bears")
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="The console's time zone, e.g. Europe/Prague")] = None,
    dates: Annotated[str | None, typer.Option(help="dmy or mdy: the order is never guessed")] = None,
    encoding: Annotated[str | None, typer.Option(help="Where it is neither UTF-8 nor UTF-16")] = None,
    column: Annotated[
        list[str] | None, typer.Option(help="FIELD=HEADER; fields: name, group, last_seen, build, server, serial, id")
    ] = None,
    gone: Annotated[
        int | None, typer.Option(help="How many clients the console does not show any more since the export before")
    ] = None,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Upload an export of a site's clients."""
    try:
        content = file.read_bytes()
        at = datetime.fromtimestamp(file.stat().st_mtime, UTC) if taken_at is None else taken_at.replace(tzinfo=UTC)
    except OSError as error:
        raise UnreadableError(_("%(path)s cannot be read: %(error)s", path=file, error=reason(error))) from error
    with opened(api, folder) as rotator:
        shown = rotator.put(
            f"/v1/sites/{site}/clients",
            content,
            "text/csv",
            taken_at=at.isoformat(),
            timezone=timezone,
            dates=dates,
            encoding=encoding,
            column=column or None,
            gone=gone,
        )
    if as_json:
        say_json(shown)
        return
    say(
        counted(
            "%(count)s client as of %(at)s; columns: %(columns)s",
            "%(count)s clients as of %(at)s; columns: %(columns)s",
            shown["clients"],
            at=instant(shown["taken_at"]),
            columns=", ".join(shown["columns"]),
        )
    )
    if shown["unknown_groups"]:
        say(
            _(
                "the site's document does not describe: %(unknown_groups)s",
                unknown_groups=", ".join(shown["unknown_groups"]),
            )
        )
    if shown["read"]:
        say(_("the rotation reads the open gate again"))
