"""Files that hold a key or a token: read only where no other user of the machine can read them."""

import os
import stat
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
