"""The limits of a site on the page: shown in words, changed as the API does, refused beside their fields."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from api.pages.site.limit_fields import LIMIT_FIELDS, NO_PURGE, changed_limits, shown_limits
from rotation.identity.permission import Role
from rotation.site import DatabaseKind, Limits
from rotation.values import SiteId
from tests.api.identified import key_of
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.site.test_registration import wrong_fields
from tests.api.pages.test_rotation_page import fields

ADDRESS, SITE = "/sites/site-1/limits", SiteId("site-1")
ODD = Limits(relax_floor=timedelta(seconds=86401.5), purge_after=None)


def test_a_form_that_was_left_alone_asks_for_the_same():
    """Of a limit that the form shows rounded the exact value stays; an empty field is no default."""
    for limits in (Limits(), ODD):
        assert Limits.model_validate(changed_limits(shown_limits(limits), limits)) == limits
    assert changed_limits({}, Limits())["away_limit"] == ""
    on = shown_limits(ODD)
    del on[NO_PURGE]
    assert Limits.model_validate(changed_limits(on | {"limits.purge_after": "7"}, ODD)).purge_after == timedelta(days=7)


@pytest.mark.usefixtures("rotating")
async def test_limits_that_no_plan_fits_are_shown_where_a_plan_is_made(reader):
    """The form of a plan says so before one is refused, with a link; the site and its limits do, too."""
    for path in ("/sites/site-1/plans", "/sites/site-1", ADDRESS):
        assert "With these limits each plan is refused" in (await reader.get(path)).text, path
    assert f'href="{ADDRESS}"' in (await reader.get("/sites/site-1/plans")).text


@pytest.mark.usefixtures("rotating")
async def test_limits_are_changed_once(reader, store):
    """The site shows them with their labels; the same form again changes nothing, and leaves no second trace."""
    before = (await store.sites.get(SITE)).limits
    page = (await reader.get(ADDRESS)).text
    version = page.split('name="version" value="')[1].split('"')[0]
    sent = shown_limits(before) | {"limits.away_limit": "45", "why": "long holidays", "version": version}
    for _ in range(2):
        answer = await reader.post(ADDRESS, data=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sites/site-1#limits"), answer.text
    assert (await store.sites.get(SITE)).limits == before.model_copy(update={"away_limit": timedelta(days=45)})
    stale = await reader.post(ADDRESS, data=sent | {"limits.away_limit": "50"})
    assert stale.status_code == 412, "another form has changed the site since this one was opened"
    assert (await store.sites.get(SITE)).limits.away_limit == timedelta(days=45)
    site = (await reader.get("/sites/site-1")).text
    assert "Clients silent for longer are away, in days</dt><dd>45</dd>" in site
    assert "away_limit" not in site
    assert f'href="{ADDRESS}"' in site


@pytest.mark.usefixtures("rotating")
async def test_what_is_wrong_stands_beside_its_field(reader, store):
    """Nothing is stored, and what was typed stays."""
    before = (await store.sites.get(SITE)).limits
    right = shown_limits(before)
    for changed, field in (
        ({"limits.away_limit": "soon", "why": "x"}, "limits.away_limit"),
        ({"limits.stays": "-1", "why": "x"}, "limits.stays"),
        ({"limits.stays": "1e999", "why": "x"}, "limits.stays"),
        ({"limits.gate_patience": "", "why": "x"}, "limits.gate_patience"),
        ({"limits.holdout_minimum": "100", "why": "x"}, "limits.holdout_minimum"),
        ({"why": ""}, "why"),
    ):
        answer = await reader.post(ADDRESS, data=right | changed)
        assert (answer.status_code, wrong_fields(answer.text)) == (422, {field}), (changed, answer.text)
        assert all(f'value="{value}"' in answer.text for name, value in changed.items() if name == field and value)
    assert "Bylo to odmítnuto" in (await reader.post(ADDRESS, data=right, headers=CZECH)).text
    assert (await store.sites.get(SITE)).limits == before


async def wished(reader, store, why="a short night"):
    """The answer to a form that lowers the wait before the first certificate to an hour."""
    limits = (await store.sites.get(SITE)).limits
    return await reader.post(ADDRESS, data=shown_limits(limits) | {"limits.relax_floor": "1", "why": why})


@pytest.fixture
async def persons(unconnected, store):
    """Two admins of a service whose floors take two persons."""
    parts = replace(unconnected, rehearsal=False)
    async with reading(parts) as one, reading(parts, await key_of(store, "ben", Role.ADMIN)) as other:
        yield one, other


@pytest.mark.usefixtures("rotating")
async def test_a_floor_below_the_vendors_takes_two_persons(persons, store):
    """The first form is a wish; the same one of another admin is done."""
    one, other = persons
    first = await wished(one, store)
    assert (first.status_code, "Your wish is kept" in first.text) == (409, True)
    assert (await wished(other, store)).status_code == 303
    assert (await store.sites.get(SITE)).limits.relax_floor == timedelta(hours=1)


@pytest.mark.usefixtures("rotating")
async def test_a_wish_is_read_and_approved_by_another_person(persons, store):
    """Home, site and form have who, why, what, until when; the form of the other person alone approves it, once."""
    one, other = persons
    assert "wishes limits" not in (await other.get("/")).text
    await wished(one, store)
    for path in ("/", "/sites/site-1", ADDRESS):
        page = unescape((await other.get(path)).text)
        assert "ann wishes limits below what the vendor asks for: a short night" in page
        assert "Least wait before the first certificate, in hours: 24 → <b>1</b>" in page
        assert "The wish lapses at" in page
        own = (await one.get(path)).text
        assert ("It is yours" in own, f'action="{ADDRESS}/approve"' in own) == (True, False)
    assert "chce limity nižší" in (await other.get("/", headers=CZECH)).text
    sent = fields((await other.get(ADDRESS)).text, f"{ADDRESS}/approve")
    assert (await one.post(f"{ADDRESS}/approve", data=sent | {"why": "me too"})).status_code == 409
    assert (await other.post(f"{ADDRESS}/approve", data=sent)).status_code == 422, "a reason is wanted"
    assert (await other.post(f"{ADDRESS}/approve", data=sent | {"wish": "ab", "why": "x"})).status_code == 303
    assert (await store.sites.get(SITE)).limits.relax_floor == timedelta(hours=24)
    for _ in range(2):
        answer = await other.post(f"{ADDRESS}/approve", data=sent | {"why": "agreed"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sites/site-1#limits")
    assert (await store.sites.get(SITE)).limits.relax_floor == timedelta(hours=1)
    assert "wishes limits" not in (await other.get("/")).text


@pytest.mark.usefixtures("rotating")
async def test_a_wish_is_approved_as_it_was_shown(persons, store, reading_as):
    """A site that was changed meanwhile is read again first; who may not approve reads who can, or does not see it."""
    one, other = persons
    await wished(one, store)
    sent = fields((await other.get("/sites/site-1")).text, f"{ADDRESS}/approve") | {"why": "agreed"}
    changed = shown_limits((await store.sites.get(SITE)).limits) | {"limits.away_limit": "45", "why": "holidays"}
    assert (await one.post(ADDRESS, data=changed)).status_code == 303
    assert (await other.post(f"{ADDRESS}/approve", data=sent)).status_code == 412
    page = unescape((await other.get("/sites/site-1")).text)
    assert "Clients silent for longer are away, in days: 45 → <b>30</b>" in page
    async with reading_as("vera", Role.VIEWER) as viewer, reading_as("eve", Role.ADMIN, sites=("else",)) as stranger:
        shown = (await viewer.get("/sites/site-1")).text
        assert "have a person with the role administrator (admin)" in shown
        assert f'action="{ADDRESS}/approve"' not in shown
        assert (await viewer.post(f"{ADDRESS}/approve", data=sent)).status_code == 403
        assert "wishes limits" not in (await stranger.get("/")).text
        assert (await stranger.post(f"{ADDRESS}/approve", data=sent)).status_code == 404


@pytest.mark.usefixtures("rotating")
async def test_a_wish_lapses(unconnected, store):
    """After a week it stands on no page, and approves nothing."""
    parts = replace(unconnected, rehearsal=False)
    async with reading(parts) as one:
        await wished(one, store)
    later = replace(parts, clock=lambda: parts.clock() + timedelta(days=7, seconds=1))
    async with reading(later, await key_of(store, "ben", Role.ADMIN)) as other:
        assert "wishes limits" not in (await other.get("/sites/site-1")).text


@pytest.mark.usefixtures("rotating")
async def test_what_a_short_stay_costs_is_on_the_form(reader, store):
    """By the newest survey, whose clients check in every five minutes; a longer one costs nothing."""
    limits = shown_limits((await store.sites.get(SITE)).limits)
    for hours, is_named in (("0.05", True), ("1", False)):
        sent = limits | {"limits.stays": hours, "why": "they move"}
        assert (await reader.post(ADDRESS, data=sent)).status_code == 303
        page = (await reader.get(ADDRESS)).text
        assert ("so each rotation asks two persons" in page) is is_named
        assert ("každá výměna se ptá dvou osob" in (await reader.get(ADDRESS, headers=CZECH)).text) is is_named


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_configure_sees_no_link(reading_as):
    """A viewer reads the limits; the form and its address are refused."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        page = (await viewer.get("/sites/site-1")).text
        assert all(str(each.label.english) in page for each in LIMIT_FIELDS)
        assert f'href="{ADDRESS}"' not in page
        assert (await viewer.get(ADDRESS)).status_code == 403
        assert (await viewer.post(ADDRESS, data={"why": "x"})).status_code == 403


@pytest.mark.usefixtures("rotating")
async def test_the_database_is_stated(reader, reading_as, store):
    """Once, with a reason; the site shows it in words. What is no database is refused, and a viewer may not."""
    version = fields((await reader.get(ADDRESS)).text, f"{ADDRESS}/database")["version"]
    assert "<dt>Database</dt><dd>not known</dd>" in (await reader.get("/sites/site-1")).text
    sent = {"database": "own", "why": "the DBA says so", "version": version}
    for wrong, field in (({"database": "x"}, "database"), ({"why": ""}, "database-why")):
        refused = await reader.post(f"{ADDRESS}/database", data=sent | wrong)
        assert (refused.status_code, wrong_fields(refused.text)) == (422, {field})
    for _ in range(2):
        answer = await reader.post(f"{ADDRESS}/database", data=sent)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sites/site-1#limits"), answer.text
    stale = await reader.post(f"{ADDRESS}/database", data=sent | {"database": "default"})
    assert stale.status_code == 412
    assert (await store.sites.get(SITE)).database is DatabaseKind.OWN
    assert "a Microsoft SQL Server of the company</dd>" in (await reader.get("/sites/site-1")).text
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert (await viewer.post(f"{ADDRESS}/database", data=sent)).status_code == 403
