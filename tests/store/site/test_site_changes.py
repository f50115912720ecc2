"""Changes of sites by people: who, from where, why, on the trail with the change itself."""

import asyncio

import pytest

from rotation.site import Limits, ListEntry, Protocol, ServerList
from rotation.values import ListName, ServerName
from store.site.site_changes import SiteInUse
from store.site.site_version import SiteChanged
from store.site.sites import SiteArchived, UnknownSite


def described(name):
    """A server list of that name."""
    entry = ListEntry(server=ServerName("sepm1"), address="sepm1.test")
    return ServerList(name=ListName(name), protocol=Protocol.HTTPS, priorities=((entry,),))


async def kinds(store):
    """The kinds of the events on the site's trail."""
    return [event.kind for event in await store.trail.list("site-1")]


async def test_lists_are_replaced_as_a_whole(site, make):
    """Describing the lists again leaves none of the old ones; two of one name are refused, and leave no event."""
    first, second = described("first"), described("second")
    await site.site_changes.describe_lists("site-1", [first], make.act())
    await site.site_changes.describe_lists("site-1", [second], make.act())
    assert (await site.sites.get("site-1")).lists == (second,)
    with pytest.raises(ValueError, match="named twice"):
        await site.site_changes.describe_lists("site-1", [first, first], make.act())
    assert (await site.sites.get("site-1")).lists == (second,)
    assert await kinds(site) == ["registered", "lists-changed", "lists-changed"]


async def test_lists_stay_while_a_rotation_runs(running, make):
    """It rests on them: another description is refused and changes nothing. Limits may be changed, with a name."""
    with pytest.raises(SiteInUse, match="rot-1"):
        await running.site_changes.describe_lists("site-1", [described("first")], make.act())
    assert (await running.sites.get("site-1")).lists == ()
    limits = Limits.model_validate({"away_limit": "P14D"})
    await running.site_changes.set_limits("site-1", limits, make.act("ben", "a holiday"))
    event = (await running.trail.list("site-1"))[-1]
    assert (event.kind, event.who, event.address, event.message) == (
        "limits-changed",
        "ben",
        "10.0.0.7",
        "limits: a holiday",
    )
    assert event.data["away_limit"] == "P30D -> P14D"


async def test_a_change_of_an_unknown_site_is_refused(store, make):
    """Nothing is put on any trail."""
    with pytest.raises(UnknownSite, match="nowhere"):
        await store.site_changes.set_limits("nowhere", Limits(), make.act())
    assert await store.trail.list("nowhere") == ()


async def test_an_archived_site_begins_nothing(site, make):
    """Neither a rotation nor a survey is stored, also where both were asked for at once; one that runs refuses it."""
    await site.site_changes.archive("site-1", make.act())
    with pytest.raises(SiteArchived, match="Vienna"):
        await site.rotations.create(make.new(), make.t0)
    with pytest.raises(SiteArchived):
        await site.surveys.begin("site-1", make.t0)
    assert await site.rotations.running("site-1") is None
    await site.site_changes.take_back("site-1", make.act())
    await site.rotations.create(make.new(), make.t0)
    with pytest.raises(SiteInUse, match="rot-1"):
        await site.site_changes.archive("site-1", make.act())
    assert (await site.sites.get("site-1")).archived_at is None
    assert await kinds(site) == ["registered", "archived", "taken-back", "rotation-started"]


async def test_of_two_changes_of_one_version_one_is_made(site, make):
    """The version is compared under the lock of the row: the other is refused, and leaves no event."""
    version = await site.site_changes.version("site-1")
    expecting = make.act().model_copy(update={"expected": version})
    names = ("Brno", "Graz", "Linz")
    made = await asyncio.gather(
        *(site.site_changes.rename("site-1", name, expecting) for name in names), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in made) == ["Site", "SiteChanged", "SiteChanged"]
    assert await kinds(site) == ["registered", "renamed"]
    with pytest.raises(SiteChanged):
        await site.site_changes.state_access("site-1", make.connection("another"), expecting)
    now = make.act().model_copy(update={"expected": await site.site_changes.version("site-1")})
    await site.site_changes.state_access("site-1", make.connection("another"), now)
    assert await site.site_changes.version("site-1") != now.expected, "another password is another version"
