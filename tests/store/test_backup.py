import asyncio
import stat

import pytest

from rotation.values import SiteId
from store.backup import BackupExists, back_up
from store.settings import StoreSettings
from store.store import Store


@pytest.fixture
def folder(tmp_path):
    """Where the backup goes."""
    return tmp_path / "backup"


@pytest.fixture
async def filled(tmp_path, make):
    """A SQLite store with a site."""
    store = await Store.open(StoreSettings(folder=tmp_path / "live"))
    await store.sites.add(make.site(), make.connection(), make.t0)
    yield store
    await store.close()


async def test_a_backup_opens_as_a_store(filled, folder, make, tmp_path):
    """Taken while others write, the copy opens with its key and holds every secret."""
    key = tmp_path / "live" / "rotator.key"
    writes = [filled.sites.set_limits("site-1", make.site().limits) for _ in range(20)]
    backup, *_ = await asyncio.gather(back_up(filled, key, folder), *writes)
    assert sorted(path.name for path in folder.iterdir()) == ["rotator.db", "rotator.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert backup.key == folder / "rotator.key"
    copy = await Store.open(StoreSettings(folder=folder))
    assert (await copy.sites.connection(SiteId("site-1"))).password == make.connection().password
    await copy.close()


async def test_a_backup_is_never_written_over(filled, folder):
    """A second backup into the same folder is refused, and the first stays."""
    none = folder / "no key file"
    await back_up(filled, none, folder)
    first = (folder / "rotator.db").read_bytes()
    with pytest.raises(BackupExists):
        await back_up(filled, none, folder)
    assert (folder / "rotator.db").read_bytes() == first
    assert [path.name for path in folder.iterdir()] == ["rotator.db"]
