import pytest

from store.site.sites import SiteExists, UnknownSite


async def test_a_site_comes_back_as_registered(site, make):
    """A site and its connection are read as they were given."""
    assert await site.sites.get("site-1") == make.site()
    assert await site.sites.by_name("Vienna") == make.site()
    assert await site.sites.list() == (make.site(),)
    assert await site.sites.connection("site-1") == make.connection()


@pytest.mark.parametrize(("site_id", "name"), [("site-1", "Other"), ("other", "Vienna")])
async def test_an_id_and_a_name_are_taken_once(site, make, site_id, name):
    """A second site of the same id or name is refused, and the first keeps its password."""
    with pytest.raises(SiteExists):
        await site.sites.add(make.site(site_id, name), make.connection("other"), make.t0)
    assert (await site.sites.connection("site-1")).password.get_secret_value() == "s3cret-pass"


async def test_an_unknown_site_is_named(store, make):
    """Every question about a site that is not registered says so."""
    for question in (
        store.sites.get("nowhere"),
        store.sites.by_name("nowhere"),
        store.sites.connection("nowhere"),
        store.surveys.begin("nowhere", make.t0),
        store.plans.add(make.plan(site_id="nowhere")),
    ):
        with pytest.raises(UnknownSite, match="nowhere"):
            await question
