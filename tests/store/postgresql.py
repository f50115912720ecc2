"""A PostgreSQL for tests: a cluster of their own on loopback, or the server that ROTATOR_TEST_POSTGRES names.

Each test gets a database of its own: a copy of one whose tables were made once.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import URL, make_url

from engine.process.ports import choose_ports
from store.database import migration
from tests.programs import program

TIMEOUT = 60
_GIVEN = "ROTATOR_TEST_POSTGRES"
_OWNER = "rotator"
_IN_MEMORY = Path("/dev/shm")
_ROOM = 512 << 20
_LOSES_ALL_IN_A_CRASH = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
"""Nothing of it is to be kept."""

_AS_LONG_AS_WE_LIVE = '"$@" & read -r _; kill -INT $!; wait $!; cd / && rm -rf "$OLDPWD"'
"""Its standard input ends with the process that started it, however that ends."""


@dataclass
class PostgreSQL:
    """A running server, and the name of its database that has all tables and no rows."""

    server: URL
    template: str = ""

    @contextmanager
    def database(self) -> Iterator[str]:
        """A database with all tables, as the URL that the product takes; dropped in the end."""
        if not self.template:
            self.template = self._create()
            migration.upgrade(self.server.set(drivername="postgresql+psycopg", database=self.template))
        name = self._create(self.template)
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    @contextmanager
    def empty_database(self) -> Iterator[str]:
        """A database without tables, as the URL that the product takes; dropped in the end."""
        name = self._create()
        try:
            yield self._url(name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop what copies were made of."""
        if self.template:
            self._drop(self.template)

    def _url(self, database: str) -> str:
        return self.server.set(database=database).render_as_string(hide_password=False)

    def _create(self, template: str = "template0") -> str:
        name = f"rotator_{uuid4().hex}"
        with self._connected() as connection:
            # PostgreSQL 15 writes each page of a copy to its journal, unless the strategy is file_copy
            how = SQL(" STRATEGY file_copy" if connection.info.server_version >= 150_000 else "")
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)) + how
            )
        return name

    def _drop(self, name: str) -> None:
        with self._connected() as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url(self.server.database or "postgres"), autocommit=True)


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """The server that is named, else one of our own; skips where neither is."""
    if given := os.environ.get(_GIVEN):
        opened = PostgreSQL(make_url(given).set(drivername="postgresql"))
        try:
            yield opened
        finally:
            opened.close()
        return
    with _cluster() as server:
        yield PostgreSQL(server)


@contextmanager
def _cluster() -> Iterator[URL]:
    """A server on a free port of loopback, in a folder that is gone afterwards."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: float(each.parent.name), reverse=True)
    initdb, postgres = (program(name, package="postgresql", also_in=versions) for name in ("initdb", "postgres"))
    folder = Path(tempfile.mkdtemp(prefix="rotator-postgresql-", dir=_place()))
    try:
        runs = _unprivileged(folder) | {"cwd": folder}
        data, output, password = folder / "data", folder / "said", secrets.token_hex(16)
        (file := folder / "password").write_text(password)
        file.chmod(0o644)  # the folder is its owner's alone
        owned = ("-U", _OWNER, "-A", "scram-sha-256", "--pwfile", file)
        making: list[str | Path] = [initdb, "-D", data, *owned, "-E", "UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(making, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **runs)
        assert made.returncode == 0, made.stdout.decode()
        (port,) = choose_ports("127.0.0.1", 0)
        settings = (*_LOSES_ALL_IN_A_CRASH, "listen_addresses=127.0.0.1", "unix_socket_directories=", f"port={port}")
        server = URL.create("postgresql", _OWNER, password, "127.0.0.1", port, "postgres")
        with output.open("wb") as log:
            tied: list[str | Path] = ["sh", "-c", _AS_LONG_AS_WE_LIVE, "sh", postgres, "-D", data]
            command = [*tied, *(word for each in settings for word in ("-c", each))]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log, **runs)
        assert process.stdin is not None
        try:
            _until_it_answers(server, process, output)
            yield server
        finally:
            process.stdin.close()
            process.wait(TIMEOUT)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path | None:
    """Memory where there is room: a copy of a database is three hundred files. Else where temporary files go."""
    if os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > _ROOM:
        return _IN_MEMORY
    return None


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to start what refuses to run as root: as the package's user or an unprivileged one, which gets `folder`."""
    if os.geteuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _until_it_answers(server: URL, process: subprocess.Popen[bytes], output: Path) -> None:
    patience = time.monotonic() + TIMEOUT
    while True:
        try:
            psycopg.connect(server.render_as_string(hide_password=False)).close()
        except psycopg.OperationalError:
            assert process.poll() is None, output.read_text()
            assert time.monotonic() < patience, output.read_text()
            time.sleep(0.05)
        else:
            return
