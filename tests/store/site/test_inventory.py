"""What was seen at the ports of a site, and when."""

import pytest

from rotation.values import ServerName
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from store.site.sites import UnknownSite


@pytest.fixture
def look(make):
    """A look at a port so many hours after the start: a certificate, or none with its error."""

    def look(hours, fingerprint=None, *, port=Port.CLIENT, number=443):
        endpoint = Endpoint(server=ServerName("sepm1"), port=port, address="sepm1.test", number=number)
        certificate = SeenCertificate(fingerprint=fingerprint, subject="CN=sepm1") if fingerprint else None
        error = "" if fingerprint else "refused"
        return Look(endpoint=endpoint, certificate=certificate, at=make.at(hours=hours), error=error)

    return look


async def seen(store, make):
    """Fingerprint with hours of first and last sight, of the only port."""
    (port,) = await store.inventory.ports("site-1")
    return [
        (
            each.certificate.fingerprint,
            (each.first_seen - make.t0).seconds / 3600,
            (each.last_seen - make.t0).seconds / 3600,
        )
        for each in port.sightings
    ]


async def test_the_same_certificate_is_one_sighting(site, make, look):
    """Its last sight moves; a first sight is a change and a further one is none."""
    assert await site.inventory.record("site-1", [look(1, "aa")]) == 1
    assert await site.inventory.record("site-1", [look(2, "aa")]) == 0
    assert await site.inventory.record("site-1", [look(5, "aa")]) == 0
    assert await seen(site, make) == [("aa", 1, 5)]


async def test_another_certificate_is_a_change_and_so_is_the_way_back(site, make, look):
    """Each stretch of time is kept, the newest first."""
    for hours, fingerprint in enumerate(["aa", "bb", "bb", "aa"], 1):
        await site.inventory.record("site-1", [look(hours, fingerprint)])
    assert await seen(site, make) == [("aa", 4, 4), ("bb", 2, 3), ("aa", 1, 1)]


async def test_a_silent_port_keeps_what_was_seen(site, make, look):
    """Silence is shown beside the certificate and begins no other stretch."""
    await site.inventory.record("site-1", [look(1, "aa")])
    await site.inventory.record("site-1", [look(2)])
    (port,) = await site.inventory.ports("site-1")
    assert (port.error, port.looked_at, port.current.certificate.fingerprint) == ("refused", make.at(hours=2), "aa")
    await site.inventory.record("site-1", [look(3, "aa")])
    (port,) = await site.inventory.ports("site-1")
    assert port.error == ""
    assert await seen(site, make) == [("aa", 1, 3)]


async def test_a_look_again_or_late_changes_nothing(site, look):
    """What a repeated activity writes is written once, and an older look does not undo a newer one."""
    await site.inventory.record("site-1", [look(1, "aa"), look(1, "bb", port=Port.REST, number=8446)])
    newer = [look(3, "cc"), look(3, "bb", port=Port.REST, number=8446)]
    assert await site.inventory.record("site-1", newer) == 1
    before = await site.inventory.ports("site-1")
    assert await site.inventory.record("site-1", newer) == 0
    assert await site.inventory.record("site-1", [look(2, "aa")]) == 0
    assert await site.inventory.ports("site-1") == before


async def test_a_port_that_moved_is_looked_at_where_it_is_now(site, look):
    """The port has the number that was looked at last."""
    await site.inventory.record("site-1", [look(1, "aa", number=443)])
    await site.inventory.record("site-1", [look(2, "aa", number=4443)])
    (port,) = await site.inventory.ports("site-1")
    assert port.endpoint.number == 4443


async def test_an_unknown_site_is_refused(site, look):
    """Nothing is kept of a site that is not registered."""
    with pytest.raises(UnknownSite):
        await site.inventory.record("nowhere", [look(1, "aa")])
    assert await site.inventory.ports("nowhere") == ()


async def test_a_clock_that_was_ahead_hides_no_certificate(site, look):
    """What was seen under a clock that was months ahead is not the current one, and is no change again and again."""
    await site.inventory.record("site-1", [look(1, "aa")])
    await site.inventory.record("site-1", [look(9000, "bb")])
    assert [await site.inventory.record("site-1", [look(hours, "cc")]) for hours in (2, 3, 4)] == [1, 0, 0]
    (port,) = await site.inventory.ports("site-1")
    assert port.looked_at == look(4).at
    assert [each.certificate.fingerprint for each in port.sightings] == ["cc", "aa", "bb"]


async def test_the_ports_of_many_sites_are_read_at_once(site, make, look):
    """Each site has its own ports, by server and port; a site that was not looked at has none."""
    await site.sites.add(make.site("site-2", "Brno"), make.connection(), make.t0)
    await site.sites.add(make.site("site-3", "Graz"), make.connection(), make.t0)
    rest = {"port": Port.REST, "number": 8446}
    await site.inventory.record("site-1", [look(1, "bb", **rest), look(1, "aa")])
    await site.inventory.record("site-2", [look(1, "aa"), look(1, **rest)])
    every = await site.inventory.by_site()
    seen = {
        of: [(at.endpoint.port, at.current and at.current.certificate.fingerprint) for at in every[of]] for of in every
    }
    assert seen == {"site-1": [("client", "aa"), ("rest", "bb")], "site-2": [("client", "aa"), ("rest", None)]}
    assert await site.inventory.by_site(["site-2", "site-3"]) == {"site-2": every["site-2"]}
    assert await site.inventory.by_site([]) == {}
