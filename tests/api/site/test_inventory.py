"""The inventory as it is shown."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from engine.client.watch import arrange_watch
from rotation.site import Server, Site
from rotation.values import Fingerprint, ServerName, SiteId
from rotation.watch.inventory import Endpoint, Look, Port, SeenCertificate
from service.world import wall_clock
from store.site.access import SiteConnection

OLD, NEW = Fingerprint("aa" * 32), Fingerprint("bb" * 32)
SEPM1 = ServerName("SEPM-1")


@pytest.fixture
async def watched(store):
    """A site whose REST port got another certificate an hour ago; its console was silent then. Gives that time."""
    servers = (Server(name=SEPM1, address="sepm1.test", reporting_port=None),)
    connection = SiteConnection(
        rest_url="https://sepm1.test:8446/sepm", username="u", password=SecretStr("p"), fingerprints=frozenset({OLD})
    )
    now = wall_clock()
    changed = now - timedelta(hours=1)
    await store.sites.add(Site(id=SiteId("vienna"), name="Vienna", servers=servers), connection, now)

    def look(at, port, number, fingerprint, days=20):
        endpoint = Endpoint(server=SEPM1, port=port, address="sepm1.test", number=number)
        end = now + timedelta(days=days)
        certificate = SeenCertificate(
            fingerprint=fingerprint or OLD, subject="CN=sepm1", issuer="CN=ca", not_before=at, not_after=end
        )
        return Look(
            endpoint=endpoint,
            certificate=certificate if fingerprint else None,
            at=at,
            error="refused" if not fingerprint else "",
        )

    before = now - timedelta(days=1)
    await store.inventory.record(
        SiteId("vienna"),
        [
            look(before, Port.CLIENT, 443, OLD),
            look(before, Port.REST, 8446, OLD),
            look(before, Port.REPORTING, 8445, Fingerprint("cc" * 32), days=1),
        ],
    )
    await store.inventory.record(
        SiteId("vienna"),
        [
            look(changed, Port.CLIENT, 443, OLD),
            look(changed, Port.REST, 8446, NEW, days=400),
            look(changed, Port.CONSOLE, 8443, None),
        ],
    )
    return changed


async def test_certificates_are_shown_with_their_places(api, watched):
    """By certificate, the first to end first: issuer, dates, fingerprint, and each site, server and port."""
    shown = (await api.get("/v1/inventory")).json()
    assert [each["fingerprint_sha256"] for each in shown["certificates"]] == [OLD, NEW]
    assert {each["issuer"] for each in shown["certificates"]} == {"CN=ca"}
    (place,) = shown["certificates"][0]["seen_at"]
    assert (place["site_id"], place["server"], place["port"], place["number"], place["answers"]) == (
        ("vienna", "SEPM-1", "client", 443, True)
    )
    assert [(each["port"], each["error"]) for each in shown["silent"]] == [("console", "refused")]
    assert [each["code"] for each in shown["findings"]] == ["certificate-ends", "ports-differ"]
    assert shown["looked_at"] == watched.isoformat().replace("+00:00", "Z")


@pytest.mark.usefixtures("watched")
async def test_a_port_that_is_registered_no_more_is_not_shown(api):
    """What was seen at a port that the site does not have now is kept and not shown."""
    text = (await api.get("/v1/inventory")).text
    assert "reporting" not in text


async def test_changes_are_shown_since_a_moment(api, watched):
    """Which certificate was there before and when it was last seen; only what came after the moment that is given."""
    every = (await api.get("/v1/inventory")).json()["changes"]
    assert [each["before"] for each in every] == [OLD, None, None]
    assert (every[0]["port"], every[0]["now"]) == ("rest", NEW)
    since = (await api.get("/v1/inventory", params={"since": (watched - timedelta(minutes=1)).isoformat()})).json()
    assert since["changes"] == every[:1]
    after = (await api.get("/v1/inventory", params={"since": watched.isoformat()})).json()
    assert after["changes"] == []


@pytest.mark.usefixtures("watched")
async def test_one_site_is_shown_alone(api, problem):
    """No other site is shown, and a site that is not registered is not found."""
    assert len((await api.get("/v1/inventory", params={"site_id": "vienna"})).json()["certificates"]) == 2
    problem(await api.get("/v1/inventory", params={"site_id": "nowhere"}), 404, "unknown-site")
    problem(await api.get("/v1/inventory", params={"since": "2026-05-01T00:00:00"}), 422, "invalid-request")


async def test_nothing_is_there_before_the_first_look(api, stranger):
    """An empty inventory has no `looked_at`; a client without the key sees none."""
    shown = (await api.get("/v1/inventory")).json()
    assert shown == {"looked_at": None, "certificates": [], "changes": [], "silent": [], "findings": []}
    assert (await stranger.get("/v1/inventory")).status_code == 401


async def test_the_watch_fills_it(whole, connected, site, until, rotator):
    """A round of the schedule over a real site: what its client and REST ports present is there, and is printed."""
    queue = connected.task_queue
    await arrange_watch(connected.temporal, timedelta(hours=6), task_queue=queue)
    try:
        shown = await until(
            lambda: _inventory(whole), lambda found: any(each["site_id"] == site for each in found["changes"])
        )
    finally:
        await arrange_watch(connected.temporal, timedelta(0), task_queue=queue)

    (served,) = (await whole.get(f"/v1/sites/{site}")).json()["fingerprints_sha256"]
    (certificate,) = [each for each in shown["certificates"] if each["fingerprint_sha256"] == served]
    assert {"client", "rest"} <= {each["port"] for each in certificate["seen_at"]}
    code, out, err = await rotator("inventory", "--site", site)
    assert code == 0, err
    assert served in out
    assert f"{site} SEPM-1 client" in out


async def _inventory(whole):
    return (await whole.get("/v1/inventory")).json()


@pytest.mark.parametrize("since", ["0.5", "1772352000", "2026-03-01", "today", "2026-03-01T08:00:00"])
async def test_a_moment_is_written_with_its_zone(api, problem, since):
    """A number is no moment, and a day without a time, or a time without a zone, could be several."""
    refusal = problem(await api.get("/v1/inventory", params={"since": since}), 422, "invalid-request")
    assert refusal["findings"][0]["subject"] == "since"
    for good in ("2026-03-01T08:00:00Z", "2026-03-01t08:00:00.5+01:00"):
        assert (await api.get("/v1/inventory", params={"since": good})).status_code == 200
