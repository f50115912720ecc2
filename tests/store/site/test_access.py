"""How a site is reached cannot be changed in the database behind the service: it is refused before a connection."""

import pytest
from sqlalchemy import text

from rotation.values import SiteId
from store.site.fingerprints import AccessAltered

STRANGER = "dd" * 32


async def change(store, statement):
    """What a stranger does who can write to the database."""
    async with store.database.write() as session:
        assert (await session.execute(text(statement))).rowcount == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE sites SET rest_url = 'https://elsewhere.test:8446'",
        "UPDATE sites SET rest_url = 'https://sepm1.test:8447'",
        "UPDATE sites SET username = 'other'",
        "UPDATE sites SET domain = 'other'",
        "UPDATE sites SET ca_pem = 'PEM of another CA'",
        "UPDATE sites SET password_sealed = (SELECT key_sealed FROM sealed_keys)",
        "UPDATE sites SET access_code = ''",
        f"INSERT INTO pinned_fingerprints VALUES ('site-1', '{STRANGER}')",
        f"UPDATE pinned_fingerprints SET fingerprint = '{STRANGER}'",
        "DELETE FROM pinned_fingerprints",
        "UPDATE sites SET pins_code = ''",
        "UPDATE sites SET site = REPLACE(site, 'sepm2.test', 'evil.test')",
    ],
)
async def test_a_change_behind_the_service_is_refused(site, make, statement):
    """Whatever of it was changed: no connection is given, and the error has the way out."""
    assert await site.sites.connection("site-1") == make.connection()
    await change(site, statement)
    for reached in (site.sites.connection, site.sites.proven_access):
        with pytest.raises(AccessAltered, match="PUT /v1/sites/site-1/access"):
            await reached(SiteId("site-1"))
    assert (await site.sites.access("site-1")).domain in {"", "other"}  # it is shown, for whom looks into it


async def test_a_password_does_not_open_for_another_site(site, make):
    """Row by row copied, with address, account and fingerprints, it stays the first site's."""
    await site.sites.add(make.site("site-2", "Graz"), make.connection("other-pass"), make.t0)
    await change(
        site,
        "UPDATE sites SET password_sealed = (SELECT password_sealed FROM sites WHERE id = 'site-1') "
        "WHERE id = 'site-2'",
    )
    with pytest.raises(AccessAltered, match="site-2"):
        await site.sites.connection("site-2")


async def test_a_certificate_that_a_stranger_announces_is_refused(running, make):
    """A swap is put into the database, or its target is changed: what it announces is not accepted."""
    await running.swaps.opened("rot-1", "sepm1", "bb" * 32, make.t0)
    assert len((await running.sites.connection("site-1")).fingerprints) == 2
    await change(running, f"UPDATE swaps SET target = '{STRANGER}'")
    with pytest.raises(AccessAltered, match="announces"):
        await running.sites.connection("site-1")


async def test_stating_the_access_again_is_the_way_out(site, make):
    """What a person states through the service holds, with nothing left of what the stranger wrote."""
    await change(site, "UPDATE sites SET rest_url = 'https://elsewhere.test:8446'")
    await change(site, f"INSERT INTO pinned_fingerprints VALUES ('site-1', '{STRANGER}')")
    stated = make.connection("new-pass").model_copy(update={"username": "rotator"})
    await site.site_changes.state_access("site-1", stated, make.act())
    assert await site.sites.connection("site-1") == stated
    assert await site.contacts.pins("site-1") == stated.fingerprints
    event = (await site.trail.list("site-1"))[-1]
    assert (event.kind, event.who, event.address) == ("access-stated", "ann", "10.0.0.7")
    assert "new-pass" not in event.model_dump_json()
