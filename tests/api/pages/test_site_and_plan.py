"""The pages of a site and of a plan: certificates, trust, a dry run made, and started by two."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from rotation.identity.permission import Role
from store.progress import Progress, RotationStatus
from tests.api.identified import KEY, key_of
from tests.api.pages.conftest import CZECH, reading
from tests.api.pages.test_home import before
from tests.api.pages.test_rotation_page import fields


async def test_a_plan_is_made_and_started_by_two_persons(whole, connected, site):
    """The page of the site makes it, that of the plan shows it, and where two persons start it the wish is kept."""
    made = await whole.post("/v1/certificates/self-signed", json={"names": ["127.0.0.1"]})
    certificate = made.json()["certificate"]["id"]
    (server,) = (await whole.get(f"/v1/sites/{site}")).json()["servers"]
    parts = replace(connected, two_persons_start=True)
    second = await key_of(connected.store, "otto", Role.OPERATOR)
    async with reading(parts, KEY) as reader, reading(parts, second) as other:
        page = (await reader.get(f"/sites/{site}")).text
        assert f'href="/sites/{site}/plans"' in page
        assert "Trusted at https://" in page
        assert f'value="{certificate}"' in (await reader.get(f"/sites/{site}/plans")).text
        answer = await reader.post(f"/sites/{site}/plans", data={f"certificate-{server['name']}": certificate})
        assert answer.status_code == 303, answer.text
        address = answer.headers["location"]
        shown = (await reader.get(address)).text
        plan = (await whole.get(f"/v1{address}")).json()
        assert plan["hash"] in shown
        assert "Two persons start this plan" in shown
        warnings = [each for each in plan["reasons"] if each["severity"] != "info"]
        assert warnings, "a certificate without the server's own name is one"
        read = unescape(shown).split("read it before you start" if len(warnings) == 1 else "read them before")[1]
        read = read.split("</section>")[0]
        assert "<details" not in read
        assert all(each["message"] in read for each in warnings)
        assert "CN=127.0.0.1" in shown
        assert re.search(r"An operator does \d+ tasks at the SEPM console at most\. If each takes", unescape(shown))
        assert all(step["title"] in unescape(shown) for step in plan["steps"])
        start = f"{address}/start"
        assert "<button>Ask to start</button>" in shown
        assert (await reader.post(start, data={"hash": "0" * 64, "why": "x"})).status_code == 409
        wished = await reader.post(start, data=fields(shown, start) | {"why": "it ends in May"})
        assert wished.status_code == 409
        assert "Saved: a second person confirms it" in wished.text
        assert f'<a href="{address}">http://rotator.example:8080{address}</a>' in wished.text
        assert "sends the same request" not in wished.text, "those are words of the API"
        assert (await reader.post(start, data=fields(shown, start) | {"why": "again"})).status_code == 409
        assert "Your wish to start it is kept" in (await reader.get(address)).text
        assert "ann wishes to start a plan: it ends in May" in (await other.get("/")).text
        theirs = (await other.get(address, headers=CZECH)).text
        assert "ann ho chce spustit: it ends in May" in theirs
        assert "<button>Potvrdit a spustit výměnu</button>" in theirs
        begun = await other.post(start, data=fields(theirs, start) | {"why": "it ends in May"})
        assert begun.status_code == 303, begun.text
        rotation = begun.headers["location"]
        again = await other.post(start, data=fields(theirs, start) | {"why": "it ends in May"})
        assert again.headers["location"] == rotation, "a form that is sent twice starts one rotation"
        assert "wishes to start" not in (await other.get("/")).text
        assert "a rotation of this site runs" in (await reader.get(address)).text
        assert rotation in (await reader.get(f"/sites/{site}")).text
    await whole.post(f"/v1{rotation}/cancel", json={"why": "enough"})


@pytest.mark.usefixtures("rotating")
async def test_a_plan_that_is_late_says_so(reader, store, make):
    """Its start asks for one more yes."""
    late = make.plan("plan-2").model_copy(update={"latest_start": before(make.t0 - timedelta(days=1))})
    await store.plans.add(late)
    await store.rotations.project("rot-1", Progress(status=RotationStatus.COMPLETED), make.t0)
    page = (await reader.get("/plans/plan-2")).text
    assert "The latest safe start has passed." in page
    assert 'name="late"' in page
    assert "7 clients would be cut off" in page
    assert "odřízlo by to 7 klientů" in (await reader.get("/plans/plan-2", headers=CZECH)).text


@pytest.mark.usefixtures("rotating")
async def test_who_may_not_plan_or_start_sees_who_can(reading_as):
    """A viewer reads both pages; forms are refused."""
    async with reading_as("vera", Role.VIEWER) as viewer:
        for path, act in (("/sites/site-1", "/plans"), ("/plans/plan-1", "/start")):
            page = await viewer.get(path)
            assert page.status_code == 200
            assert "not offered:" in page.text
            assert "operator or admin" in page.text
            assert (await viewer.post(path + act, data={"why": "x"})).status_code == 403


@pytest.mark.usefixtures("rotating")
async def test_another_site_and_what_is_not_there(reading_as, reader):
    """Both are a page that says there is nothing, with the same text."""
    async with reading_as("other", Role.ADMIN, sites=("elsewhere",)) as other:
        for path in ("/sites/site-1", "/plans/plan-1"):
            hidden, gone = await other.get(path), await reader.get(path.replace("-1", "-9"))
            assert hidden.status_code == gone.status_code == 404
            assert "There is no such page" in hidden.text
        assert (await other.post("/plans/plan-1/start", data={"why": "x", "hash": "x"})).status_code == 404
        assert (await other.post("/sites/site-1/plans", data={"certificate-sepm1": "x"})).status_code == 404
