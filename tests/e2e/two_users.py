"""API and worker as two users of the system, and two roles of one PostgreSQL, each with the files of its unit."""

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any

from cli.service.first_key import make_first_key
from engine.process.embedded import EmbeddedServer, RunningServer, find_binary
from engine.process.ports import choose_ports
from engine.settings import TemporalSettings
from store.settings import StoreSettings
from tests.e2e.apart import API, LOOPBACK, Apart, Part
from tests.signing import TEXT
from tests.store.roles import API as API_ROLE
from tests.store.roles import WORKER as WORKER_ROLE
from tests.store.roles import with_roles
from tests.worker_keys import WorkerKeyFiles

_FOR_ALL = "/tmp"
"""The one place that each user may enter."""


@dataclass(frozen=True)
class User:
    """A user of the system who has no name, and the folder that is his alone."""

    number: int
    folder: Path

    @property
    def starts(self) -> dict[str, Any]:
        """How to start a process of his."""
        return {"user": self.number, "group": self.number, "extra_groups": []}

    def own(self, *files: Path) -> None:
        """Give him the folder with copies of these files, each for him alone, as systemd's credentials are."""
        self.folder.mkdir(mode=0o700)
        copies = [Path(shutil.copy(file, self.folder)) for file in files]
        for path in copies:
            path.chmod(0o400)
        for path in (self.folder, *copies):
            os.chown(path, self.number, self.number)

    def does(self, code: str, *arguments: object) -> CompletedProcess[str]:
        """What a Python of his prints."""
        words = [sys.executable, "-I", "-c", code, *map(str, arguments)]
        return run(words, capture_output=True, text=True, check=False, cwd="/", **self.starts)


@dataclass
class TwoUsers:
    """A worker and an API that serve, each as a user."""

    apart: Apart
    api: User
    worker: User
    environment: dict[str, str]
    """What an API has, but for its files."""


@contextmanager
def _open_folder() -> Iterator[Path]:
    """A folder that every user may enter: those of pytest are for the one alone who runs it."""
    with tempfile.TemporaryDirectory(dir=_FOR_ALL) as made:
        folder = Path(made)
        folder.chmod(0o711)
        yield folder


@asynccontextmanager
async def two_users(url: str) -> AsyncIterator[TwoUsers]:
    """Start both on an empty database, beside a Temporal, and wait until each serves."""
    with _open_folder() as folder:
        port, ui_port, api_port = choose_ports(LOOPBACK, 0, 0, 0)
        root = folder / "root"
        root.mkdir(mode=0o700)
        settings = StoreSettings(folder=root, database_url=url, key_file=root / "rotator.key")
        await make_first_key(settings, "Ann", root / "api.key", only=True)
        roles = with_roles(url)
        pair, signing = WorkerKeyFiles.new(root), root / "signing.key"
        signing.touch(0o600)
        signing.write_text(TEXT)
        api, worker = User(61_201, folder / "api"), User(61_202, folder / "worker")
        api.own(root / "rotator.key", signing, pair.public)
        worker.own(root / "rotator.key", signing, pair.private)
        temporal = EmbeddedServer(
            database=root / "temporal.db", port=port, ui_port=ui_port, binary=find_binary(TemporalSettings())
        )
        shared = {
            "ROTATOR_TEMPORAL_ADDRESS": temporal.address,
            "ROTATOR_TEMPORAL_NAMESPACE": temporal.namespace,
        }
        opens = of(worker) | {
            "ROTATOR_WORKER_KEY_FILE": str(worker.folder / "worker.key"),
            "ROTATOR_DATABASE_URL": roles[WORKER_ROLE],
        }
        seals = of(api) | {
            "ROTATOR_WORKER_PUBLIC_KEY_FILE": str(api.folder / "worker.pub"),
            "ROTATOR_DATABASE_URL": roles[API_ROLE],
        }
        server = await RunningServer.start(temporal)
        try:
            async with (
                Part.of_user(worker.starts, root / "worker.log", "worker", **shared, **opens) as serving,
                Part.of_user(
                    api.starts, root / "api.log", *API, "--port", str(api_port), **shared, **seals
                ) as answering,
            ):
                key = (root / "api.key").read_text().strip()
                urls = (f"http://{LOOPBACK}:{api_port}",)
                its = {"worker_public_key_file": pair.public, "database_url": roles[API_ROLE]}
                store = settings.model_copy(update=its)
                apart = Apart(urls, key, temporal.settings(), (serving,), (answering,), store)
                try:
                    await apart.until_all_serve()
                    yield TwoUsers(apart, api, worker, shared | {"ROTATOR_DATABASE_URL": roles[API_ROLE]})
                finally:
                    await apart.close()
        finally:
            await server.stop()


def of(user: User) -> dict[str, str]:
    """The settings of a process of his, but for the worker's key pair."""
    return {
        "ROTATOR_FOLDER": str(user.folder),
        "ROTATOR_KEY_FILE": str(user.folder / "rotator.key"),
        "ROTATOR_TEMPORAL_SIGNING_KEYS_FILE": str(user.folder / "signing.key"),
    }
