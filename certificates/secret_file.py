"""Files that hold a key or a token: read only where no other user of the machine can read them."""

import os
import stat
from collections.abc import Callable
from errno import EPERM
from pathlib import Path


class ReadableByOthers(PermissionError):  # noqa: N818 - says what is the matter, as the errors beside it do
    """Another user of the machine can read or change the file, or could have."""


def read_secret(path: Path) -> bytes:
    """The content of `path`.

    A file of our own must be closed to group and others. One that another user owns may be open to our group for
    reading: systemd (`LoadCredential=`) and clusters (`fsGroup`) hand out secrets so.

    Raises:
        ReadableByOthers: when other users can read or change it; nothing of it was used.
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        theirs = stat.S_IRWXO | stat.S_IWGRP | (0 if found.st_uid != os.geteuid() else stat.S_IRWXG)
        if found.st_mode & theirs:
            mode = f"{stat.S_IMODE(found.st_mode):04o}"
            raise ReadableByOthers(
                EPERM, f"other users can read or change it (mode {mode}): run chmod 0600 on it", str(path)
            )
        return file.read()


def read_secret_line(path: Path, name: str, wrong: Callable[[str], Exception]) -> str:
    """The one line of `path`, the file of the setting `name`, as it is now.

    Raises:
        wrong: the error that it makes of a text, when the file cannot be read, is empty, or is open to other users.
    """
    try:
        line = read_secret(path).decode("ascii").strip()
    except ReadableByOthers as error:
        raise wrong(f"{name} is not read from {path}: {error.strerror}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise wrong(f"{name} cannot be read from {path} ({type(error).__name__})") from None
    if not line:
        raise wrong(f"there is nothing in {path}, the file of {name}")
    return line
