"""Copies of everything durable, taken while it is in use."""

from pathlib import Path

from sqlalchemy import make_url

from cli.language.wording import _
from cli.service.folder import Folder
from store.backup import Backup, back_up
from store.fault import StoreFault
from store.settings import StoreSettings


def copy_all(path: Path, target: Path) -> Backup:
    """Copy both databases and the key file of the folder at `path` into `target`.

    Raises:
        StoreFault: when the store cannot be copied, or `target` holds a backup.
        OSError: when the folder is not there, or `target` cannot be made.
    """
    if not path.is_dir():
        raise FileNotFoundError(_("%(path)s is no folder of `rotator up`; name it by --folder", path=path))
    folder = Folder(path.resolve())
    settings = StoreSettings(folder=folder.root)
    url = make_url(settings.url)
    if url.get_backend_name() != "sqlite" or not url.database:
        raise StoreFault(
            _(
                "the store is no file (%(backend)s): back it up by its own tools (pg_dump), and the key file %(key)s "
                "beside it; docs/admin/running-apart.md shows how",
                backend=url.get_backend_name(),
                key=settings.key_path,
            )
        )
    # Temporal first: then the store knows at least what the histories know. A step that Temporal has forgotten is seen
    # to be done; a record that the store has forgotten (the original state of a group) would be lost.
    temporal = (folder.temporal_database,) if folder.temporal_database.exists() else ()
    return back_up(Path(url.database), settings.key_path, target, before=temporal)
