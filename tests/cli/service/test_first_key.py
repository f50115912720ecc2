"""The first key of a database: an admin's, in a file of its owner."""

import socket
import stat
from datetime import UTC, datetime

import pytest

from cli.service.first_key import make_first_key
from cli.service.local_operator import local_operator
from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from store.access.identities import IdentityExists
from store.access.key_text import KeyText
from store.settings import StoreSettings
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL, Author, TrailKind


@pytest.fixture
def settings(tmp_path):
    """Of a database in a folder of its own."""
    return StoreSettings(folder=tmp_path)


async def holder(settings, file):
    """The key that a file holds, as the database knows it."""
    store = await Store.open(settings)
    try:
        return await store.identities.holder(file.read_text(), datetime.now(UTC))
    finally:
        await store.close()


async def test_the_first_key_is_an_admins(settings, tmp_path):
    """It never expires, reaches all sites, and lies in a file that others cannot read."""
    file = tmp_path / "api.key"
    assert await make_first_key(settings, "Ann", file, only=True)
    key = await holder(settings, file)
    assert (key.principal.name, key.principal.roles, key.principal.sites) == ("Ann", (Role.ADMIN,), None)
    assert key.expires_at is None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_no_second_first_key_by_itself(settings, tmp_path):
    """A start of the service makes none where there is an identity; an operator gets another key of the same admin."""
    first, second = tmp_path / "first", tmp_path / "second"
    await make_first_key(settings, "Ann", first, only=True)
    assert not await make_first_key(settings, "Ann", second, only=True)
    assert not second.exists()
    assert await make_first_key(settings, "Ann", second, only=False)
    keys = [await holder(settings, file) for file in (first, second)]
    assert keys[0].id != keys[1].id
    assert keys[0].principal == keys[1].principal


async def test_a_key_of_a_database_that_is_lost_is_put_aside(settings, tmp_path):
    """A start on a new database makes a key that counts there, and keeps the former file."""
    file = tmp_path / "api.key"
    file.write_text("of another database")
    assert await make_first_key(settings, "Ann", file, only=True)
    assert await holder(settings, file) is not None
    assert (tmp_path / "api.key.former").read_text() == "of another database"


async def test_an_identity_that_is_no_admin_becomes_none(settings, tmp_path):
    """The key of a robot does not turn into an admin's."""
    store = await Store.open(settings)
    robot, by = Grant(roles=(Role.ROBOT,)), Author(who="a test")
    await store.identities.add("Ann", robot, KeyText.new(), by=by, at=datetime.now(UTC), expires_at=None)
    await store.close()
    with pytest.raises(IdentityExists, match="no admin"):
        await make_first_key(settings, "Ann", tmp_path / "api.key", only=False)
    assert not (tmp_path / "api.key").exists()


async def test_the_trail_has_who_made_it(settings, tmp_path):
    """The local operator, by account and host: no identity of the API has asked for it."""
    await make_first_key(settings, "Ann", tmp_path / "api.key", only=True)
    store = await Store.open(settings)
    (event,) = [each for each in await store.trail.list(SERVICE_TRAIL) if each.kind == TrailKind.KEY_ADDED]
    await store.close()
    assert (event.who, event.identity) == (local_operator().who, "")
    assert event.address == socket.gethostname()
    assert "of Ann" in event.message
