"""Files that are given to a command."""

from pathlib import Path

from cli.terminal.fault import UnreadableError


def content_of(path: Path) -> bytes:
    """All of a file.

    Raises:
        UnreadableError: when it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableError(f"{path} cannot be read: {error}") from error
