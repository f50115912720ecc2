"""`rotator originals`: the original settings of a rotation as one file, to be kept off the box."""

from pathlib import Path
from typing import Annotated

import typer

from cli.language.system_errors import reason
from cli.language.wording import _, counted, recognised
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import say, say_json
from cli.terminal.new_file import refuse_existing, write_new
from rotation.originals.file import LARGEST, UnusableOriginalsError, read_originals, sha256_of
from rotation.originals.saving import file_name
from rotation.values import RotationId

_BYTES = 4 * LARGEST
"""A character has four bytes at most."""


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("originals")(originals)


@answered
def originals(
    rotation: Annotated[str, typer.Argument(help="The rotation's id")],
    out: Annotated[Path | None, typer.Option(help="Where to write it; originals-ROTATION.json if not given")] = None,
    *,
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Write the original settings of a rotation to a file, from which `restore --originals` puts them back."""
    path = out or Path(Path(file_name(RotationId(rotation))).name)
    refuse_existing(path)
    with opened(api, folder) as rotator:
        content = rotator.download(f"/v1/rotations/{rotation}/originals")
    try:
        kept = read_originals(content.decode())
    except (UnusableOriginalsError, UnicodeDecodeError) as error:
        raise UnreadableError(
            _(
                "the answer of the API is no file of originals: %(error)s; nothing was written",
                error=recognised(str(error)),
            )
        ) from error
    write_new(path, content, remedy=_("choose another file with --out"))
    sha256 = sha256_of(kept)
    if as_json:
        say_json({"filename": str(path), "sha256": sha256, "pairs": len(kept.pairs), "site_id": kept.site_id})
        return
    say(
        counted(
            "%(path)s written: %(count)s (group, location) pair of site %(site)s, SHA-256 %(sha256)s",
            "%(path)s written: %(count)s (group, location) pairs of site %(site)s, SHA-256 %(sha256)s",
            len(kept.pairs),
            path=path,
            site=kept.site_name,
            sha256=sha256,
        )
    )
    say(_("Keep it on another machine. If the service's databases are lost, register the site again, and"))
    command = f"rotator restore {kept.site_id} --originals {path.name} --why REASON"
    say(_("put its settings back: %(command)s", command=command))


def text_of(path: Path) -> str:
    """The text of a file of originals, for the request that brings it.

    Raises:
        UnreadableError: when it cannot be read, is too large, or is no text.
    """
    try:
        if path.stat().st_size > _BYTES:
            raise UnreadableError(
                _(
                    "%(path)s is too large for a file of originals: %(largest)s MiB at most",
                    path=path,
                    largest=LARGEST >> 20,
                )
            )
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableError(_("%(path)s cannot be read: %(error)s", path=path, error=reason(error))) from error
