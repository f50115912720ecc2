"""Writing files that hold secrets."""

import os
from pathlib import Path

from cli.language.system_errors import reason
from cli.language.wording import _
from cli.terminal.fault import UnreadableError


def refuse_existing(path: Path | None) -> None:
    """Stop before anything is taken that could not be written.

    Raises:
        UnreadableError: when the file is there already, or its folder is not.
    """
    if path is None:
        return
    if path.exists():
        raise UnreadableError(_("%(path)s is there already; nothing was taken", path=path))
    if not path.parent.is_dir():
        raise UnreadableError(
            _(
                "%(parent)s is no folder: %(path)s cannot be written there; nothing was taken",
                parent=path.parent,
                path=path.name,
            )
        )


def write_new(path: Path, content: bytes, *, remedy: str) -> None:
    """Write a file that only its owner may read, and that replaces no other.

    Raises:
        UnreadableError: when it cannot be written; `remedy` says how to have another one.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as target:
            target.write(content)
    except OSError as error:
        raise UnreadableError(
            _("%(path)s cannot be written: %(error)s; %(remedy)s", path=path, error=reason(error), remedy=remedy)
        ) from error
