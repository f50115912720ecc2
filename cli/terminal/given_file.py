"""Files that are given to a command."""

from pathlib import Path

from cli.language.system_errors import reason
from cli.language.wording import _
from cli.terminal.fault import UnreadableError


def content_of(path: Path) -> bytes:
    """All of a file.

    Raises:
        UnreadableError: when it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(_("%(path)s cannot be read: %(error)s", path=path, error=reason(error))) from error
