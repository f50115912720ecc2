"""What is kept of sites without REST: entries in their order, the newest export, statements once."""

from datetime import UTC, datetime, timedelta

import pytest

from rotation.access import ConsoleGroup, ConsoleLocation, OfflineDocument
from rotation.console.exported import ClientExport, ExportedClient
from rotation.console.record import Replicates
from rotation.site import Server, Site
from rotation.values import ListName, ServerName, SiteId, TaskId
from store.site.console import OlderExport
from store.site.site_changes import ReasonedAct
from store.site.site_version import SiteChanged
from store.site.sites import SiteExists, UnknownSite
from store.trail.site_trail import Author

NOON = datetime(2025, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SITE = SiteId("old")
LOCATION = ConsoleLocation(server_list=ListName("HTTP"), secure_communications=True, heartbeat=MINUTE)


@pytest.fixture
async def console(store):
    """The records of a registered site."""
    document = OfflineDocument(
        version="12.1", recorded_at=NOON, groups=(ConsoleGroup(path="Top", locations=(LOCATION,)),)
    )
    servers = (Server(name=ServerName("A"), address="a"),)
    site = Site(id=SITE, name="Old", servers=servers, access=document)
    await store.sites.add_at_console(site, NOON)
    assert await store.sites.get(SITE) == site
    assert (await store.sites.access(SITE)).rest_url == ""
    with pytest.raises(SiteExists):
        await store.sites.add_at_console(site, NOON)
    return store.console


def export(name, taken_at):
    """An export of that id."""
    return ClientExport(
        id=name, taken_at=taken_at, uploaded_at=NOON, uploaded_by="olga", sha256="0", clients=1, columns=("name",)
    )


async def test_entries_are_kept_in_order(console):
    """A document that is written later holds what was stated before it."""
    entries = [Replicates(task_id=TaskId(str(n)), partners=(), stated_by="olga", evidence={}) for n in range(3)]
    await console.record(SITE, entries[:2], NOON)
    await console.record(SITE, entries[2:], NOON + MINUTE)
    assert await console.entries(SITE, NOON) == tuple(entries)
    assert await console.entries(SITE, NOON + MINUTE) == (entries[2],)
    with pytest.raises(UnknownSite):
        await console.record(SiteId("nowhere"), entries, NOON)


async def test_of_two_exports_for_one_version_one_is_kept(store, console):
    """The other is refused in its own transaction, newer or not; a change of the site is seen, too."""
    seen = await store.site_changes.version(SITE)
    await console.add_export(SITE, export("first", NOON), [], expected=seen)
    with pytest.raises(SiteChanged):
        await console.add_export(SITE, export("second", NOON + MINUTE), [], expected=seen)
    act = ReasonedAct(at=NOON, author=Author(who="ann"), why="a test", expected=seen)
    with pytest.raises(SiteChanged):
        await store.site_changes.rename(SITE, "Other", act)
    await console.add_export(SITE, export("third", NOON + MINUTE), [], expected=await store.site_changes.version(SITE))
    assert (await console.newest_export(SITE)).id == "third"


async def test_only_the_newest_export_counts(console):
    """One that is not newer is refused; of older ones it is known that they were."""
    clients = [ExportedClient(name=f"PC-{n}", group="Top", last_seen=NOON) for n in range(1100)]
    assert await console.newest_export(SITE) is None
    await console.add_export(SITE, export("first", NOON), clients[:1])
    for taken_at in (NOON, NOON - MINUTE):
        with pytest.raises(OlderExport):
            await console.add_export(SITE, export("older", taken_at), clients)
    await console.add_export(SITE, export("second", NOON + MINUTE), clients)
    newest = await console.newest_export(SITE)
    assert newest == export("second", NOON + MINUTE)
    assert await console.clients(newest) == tuple(clients)
    assert await console.clients(export("first", NOON)) == ()
