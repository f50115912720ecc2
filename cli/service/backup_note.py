"""That a backup was made, on the trail of the service that it is of."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from cli.language.wording import _, recognised
from cli.service.local_operator import local_operator
from engine.process.logs import log_as_json
from store.backup import Backup
from store.database.migration import newest_revision
from store.fault import StoreFault
from store.settings import StoreSettings
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL, NewTrailEvent, TrailKind


async def note_backup(folder: Path, target: Path, copies: Backup) -> str:
    """Note it on the trail. Why it could not be noted; empty when it was.

    A database of another release is not opened, which would bring it up to date, and no key is made.
    """
    log_as_json("backup", logging.ERROR)
    settings = StoreSettings(folder=folder)
    if settings.key is None and settings.transit.address is None and not settings.key_path.exists():
        return _("its keys are not here")
    try:
        if _revision(settings) != newest_revision():
            return _("another release has written it")
        store = await Store.open(settings)
        try:
            await store.trail.append(SERVICE_TRAIL, _event(target, copies))
        finally:
            await store.close()
    except (StoreFault, OSError, sqlite3.Error, SQLAlchemyError) as error:
        return recognised(str(error))
    return ""


def _event(target: Path, copies: Backup) -> NewTrailEvent:
    files = ", ".join(path.name for path in copies.files)
    return NewTrailEvent(
        at=datetime.now(UTC),
        kind=TrailKind.BACKUP_MADE,
        message=f"{files} in {target}",
        author=local_operator(),
        data={"folder": str(target), "files": files},
    )


def _revision(settings: StoreSettings) -> str:
    """The revision of the tables, read without changing anything."""
    path = quote(make_url(settings.url).database or "")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return str(database.execute("SELECT version_num FROM alembic_version").fetchone()[0])
