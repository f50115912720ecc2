"""API and worker as two roles of PostgreSQL: what each of them needs, and nothing that changes trails or access."""

import pytest
from pydantic import SecretBytes
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from store.access.key_text import KeyText
from store.settings import StoreSettings
from store.store import Store
from store.trail.site_trail import SERVICE_TRAIL, Author, NewTrailEvent, TrailKind
from tests.store.roles import API, WORKER, with_roles

ROOT = Author(who="root")
FOR_NEITHER = (
    "UPDATE trail SET who = 'x'",
    "DELETE FROM trail",
    "UPDATE events SET message = 'x'",
    "DELETE FROM contacts",
    "DELETE FROM identities",
    "UPDATE alembic_version SET version_num = '0'",
    "CREATE TABLE mine (id int)",
    "DROP TABLE sites",
    "ALTER TABLE trail DISABLE TRIGGER ALL",
)
FOR_ONE = {
    WORKER: ("SELECT 1 FROM api_keys", "INSERT INTO wishes (id) VALUES ('x')", "UPDATE subjects SET barred_at = NULL"),
    API: ("DELETE FROM issuer_accounts", "UPDATE issuer_accounts SET key_sealed = ''"),
}
"""What the one of these roles must not do."""


@pytest.fixture
async def roles(postgres, tmp_path):
    """A database with its tables, opened by each of the two roles."""
    with postgres.database() as url:
        opened = {}
        for role, its in with_roles(url).items():
            opened[role] = await Store.open(StoreSettings(folder=tmp_path, database_url=its))
        yield opened
        for store in opened.values():
            await store.close()


@pytest.mark.parametrize("role", [API, WORKER])
async def test_a_role_changes_no_trail_and_nothing_that_is_the_others(roles, role):
    """PostgreSQL refuses each of these, whatever the process does."""
    for statement in (*FOR_NEITHER, *FOR_ONE[role]):
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            async with roles[role].database.write() as session:
                await session.execute(text(statement))


async def test_each_role_does_what_is_its(roles, make):
    """The API adds keys and sites, the worker reads them, both append to trails, and the worker has the account."""
    api, worker = roles[API], roles[WORKER]
    key = KeyText.new()
    await api.identities.add("Ann", Grant(roles=(Role.ADMIN,)), key, by=ROOT, at=make.t0, expires_at=None)
    assert await api.identities.holder(key.write(), make.t0)
    await api.sites.add(make.site(), make.connection(), make.t0)
    await api.plans.add(make.plan())
    await api.rotations.create(make.new(), make.t0)
    assert (await worker.sites.get(make.site().id)).name == "Vienna"
    alarm = NewTrailEvent(at=make.t0, kind=TrailKind.ACTIVITY_REFUSED, message="m", author=ROOT)
    for store in (api, worker):
        await store.trail.append(SERVICE_TRAIL, alarm)
    assert await worker.issuer_accounts.key("https://ca.test", lambda: SecretBytes(b"key"), make.t0)
    assert (await api.audit.verify()).broken == ()
