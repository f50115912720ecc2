"""The one folder that holds everything durable, and the lock that keeps it to one `rotator up`."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cli.language.wording import _

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


class FolderInUse(Exception):  # noqa: N818 - says what is the matter, as the faults of store and engine do
    """Another `rotator up` holds the folder."""


@dataclass(frozen=True)
class Folder:
    """Where everything lies."""

    root: Path

    @classmethod
    def at(cls, path: Path) -> "Folder":
        """The folder at `path`, made when it is not there; others cannot look into a new one."""
        path.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        return cls(path.resolve())

    @property
    def temporal_database(self) -> Path:
        """Histories and timers of the rotations: the embedded Temporal's file."""
        return self.root / "temporal.db"

    @property
    def database(self) -> Path:
        """Sites, certificates, plans and all that was observed: the store's file."""
        return self.root / "rotator.db"

    @property
    def key(self) -> Path:
        """The key of what is encrypted in the database. The store makes it."""
        return self.root / "rotator.key"

    @property
    def api_key(self) -> Path:
        """The first key of the API: that of an admin. `rotator up` makes it where there is none."""
        return self.root / "api.key"

    @property
    def signing_key(self) -> Path:
        """The keys that sign what passes through Temporal, one a line: the first signs, all verify."""
        return self.root / "signing.key"

    @property
    def running_service(self) -> Path:
        """Where the running service is, for the command line and for programs."""
        return self.root / "up.json"

    @contextmanager
    def held(self, now: datetime) -> Iterator[None]:
        """Keep the folder to ourselves while the block runs.

        The kernel lets go of the lock when this process ends, however it ends; children do not inherit it.

        Raises:
            FolderInUse: when another process holds it; the message names that process.
        """
        handle = os.open(self.root / "up.lock", os.O_RDWR | os.O_CREAT, _PRIVATE_FILE)
        with os.fdopen(handle, "r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise FolderInUse(
                    _(
                        "%(root)s is held by %(holder)s; stop that one, or give another --folder",
                        root=self.root,
                        holder=_holder(file.read()),
                    )
                ) from error
            file.truncate(0)
            json.dump({"pid": os.getpid(), "since": now.isoformat(timespec="seconds")}, file)
            file.flush()
            yield

    def make_signing_key(self) -> None:
        """Make the key that signs what passes through Temporal at the first start, readable by its owner only.

        One that is there stays.
        """
        try:
            handle = os.open(self.signing_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
        except FileExistsError:
            return
        with os.fdopen(handle, "w") as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())


def _holder(text: str) -> str:
    try:
        found = json.loads(text)
        return _("process %(pid)s (rotator up, since %(since)s)", pid=str(found["pid"]), since=found["since"])
    except (ValueError, KeyError, TypeError):
        return _("another process")
