"""Alembic without its command line: bring a database to the newest revision."""

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from store.database import sqlite
from store.fault import StoreFault

_SCRIPTS = Path(__file__).parent.parent / "migrations"
# Alembic keeps its context in module globals, so one process migrates one database at a time.
_ONE_AT_A_TIME = threading.Lock()
_LOCK_KEY = 0x5E9_0707
"""Any number that nothing else locks in the same PostgreSQL database."""


class DatabaseOfAnotherRelease(StoreFault):
    """The tables are newer than this release."""


def upgrade(url: URL) -> None:
    """Apply every revision that `url` lacks, in one transaction. Blocks: call it in a thread.

    A second process waits for the first one, finds nothing to do and returns.
    """
    engine = migration_engine(url)
    try:
        apply(engine)
    finally:
        engine.dispose()


def apply(engine: Engine) -> None:
    """Apply every revision that the database of `engine` lacks, in one transaction. Blocks.

    Raises:
        DatabaseOfAnotherRelease: when it has a revision that is not known here; nothing is changed.
    """
    with _ONE_AT_A_TIME, engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        config = configuration()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise DatabaseOfAnotherRelease(
                f"the database was written by a release that this one does not know ({error}): install that release, "
                "or restore a backup that this one made"
            ) from error


def newest_revision() -> str:
    """The revision that the tables of this release have."""
    return ScriptDirectory.from_config(configuration()).get_current_head() or ""


def migration_engine(url: URL) -> Engine:
    """A blocking engine for the same database: Alembic knows no other."""
    is_sqlite = url.get_backend_name() == "sqlite"
    engine = create_engine(url.set(drivername="sqlite") if is_sqlite else url, poolclass=NullPool)
    if is_sqlite:
        sqlite.configure(engine)
    return engine.execution_options(**{sqlite.WRITES: True})


def configuration() -> Config:
    """Alembic's configuration: where the revisions lie. The connection comes with its attributes."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
