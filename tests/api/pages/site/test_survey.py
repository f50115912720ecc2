"""The survey of a site on its page: none, running, and what the newest one has."""

import csv
from io import StringIO

import pytest

from rotation.identity.permission import Role
from tests.api.pages.conftest import reading


async def test_a_site_is_surveyed(whole, connected, site):
    """The form surveys it, and the page shows its groups and clients."""
    async with reading(connected) as reader:
        assert "The site was not surveyed yet." in (await reader.get(f"/sites/{site}")).text
        answer = await reader.post(f"/sites/{site}/survey")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/sites/{site}")
        page = (await reader.get(f"/sites/{site}")).text
        survey = (await whole.get(f"/v1/sites/{site}/survey")).json()
        assert f"{survey['clients']} clients" in page
        assert f"SEPM {survey['version']}" in page
        used = {each["settings"]["server_list"] for group in survey["groups"] for each in group["locations"]}
        assert [name for name in used if f"<li><code>{name}</code></li>" not in page] == []


async def test_the_lists_that_groups_use_are_named_before_a_plan(connected, site, whole):
    """A list that no document describes is marked: a plan would be refused for it."""
    async with reading(connected) as reader:
        await reader.post(f"/sites/{site}/survey")
        (described,) = (await whole.get(f"/v1/sites/{site}")).json()["lists"]
        other = described | {"name": "Another list"}
        await whole.put(f"/v1/sites/{site}/lists", json={"lists": [other], "why": "renamed"})
        page = (await reader.get(f"/sites/{site}")).text
    assert (
        f"<li><code>{described['name']}</code>: <b>not described yet, and a plan needs it</b> (used by My Company"
        in page
    )


async def test_groups_are_listed_with_their_ids(whole, connected, site):
    """The folder of a group's files is named by its ID; no survey, no list."""
    async with reading(connected) as reader:
        assert (await reader.get(f"/sites/{site}/groups.csv")).status_code == 404
        await reader.post(f"/sites/{site}/survey")
        survey = (await whole.get(f"/v1/sites/{site}/survey")).json()
        answer = await reader.get(f"/sites/{site}/groups.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert list(csv.reader(StringIO(answer.text)))[1:] == [[each["id"], each["path"]] for each in survey["groups"]]


@pytest.mark.usefixtures("rotating")
async def test_a_survey_that_goes_on_is_waited_for(reader, store):
    """The page loads again until a newer survey than that before is complete."""
    newest = await store.surveys.latest_complete("site-1") or "none"
    page = await reader.get(f"/sites/site-1?after={newest}")
    assert page.headers["refresh"] == f"5;url=/sites/site-1?after={newest}&turn=1"
    assert "is being surveyed" in page.text
    last = await reader.get(f"/sites/site-1?after={newest}&turn=120")
    assert "refresh" not in last.headers, "a survey can fail: no page waits for ever"
    other = await reader.get("/sites/site-1?after=another")
    assert "refresh" not in other.headers
    assert "is being surveyed" not in other.text
    assert (await reader.get("/sites/site-1?after=<b>")).status_code == 422


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_survey_is_offered_nothing(reading_as):
    """A viewer reads; the form is refused."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        assert "Survey the site" not in (await viewer.get("/sites/site-1")).text
        assert (await viewer.post("/sites/site-1/survey")).status_code == 403
