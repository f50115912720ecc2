"""Home: what needs a person, the sites by the date before which a rotation must begin, and who sees which."""

import asyncio
import socket
from datetime import timedelta

import pytest

from api.parts import Parts
from engine.client.client import lazy_client
from engine.settings import TemporalSettings
from rotation.identity.permission import Role
from rotation.plan.start_by import LatestStart
from rotation.values import PlanId, ServerName, SiteId
from store.progress import Progress, RotationStatus
from tests.api.pages.conftest import CZECH, reading


def before(at):
    """That a plan must begin before that time."""
    span = timedelta(days=1)
    return LatestStart(at=at, server=ServerName("sepm1"), ends=at + 2 * span, takes=span, margin=span)


async def test_home_without_anything(reader):
    """It says that nothing waits, and how a site is registered."""
    page = (await reader.get("/")).text
    assert "Nothing waits for a person." in page
    assert "No site is registered yet" in page


async def test_home_shows_tasks_and_why_a_rotation_waits(reader, rotating):
    """An open task with its link, and the site with the sentence of its rotation; in Czech too."""
    page = (await reader.get("/")).text
    assert "1 task at the SEPM console" in page
    assert 'href="/tasks/task-1"' in page
    assert f'href="/sites/{rotating}"' in page
    assert "begins within 15 seconds" in page
    czech = (await reader.get("/", headers=CZECH)).text
    assert "1 úkol v konzole SEPM" in czech
    assert "začne do 15 sekund" in czech


async def test_names_of_others_are_text(reader, store, make):
    """A site whose name is markup, or steers a terminal, is shown as it is written."""
    name = "<script>alert(1)</script>\x1b[31m\u202e"
    site = make.site().model_copy(update={"name": name})
    await store.sites.add(site, make.connection(), make.t0)
    page = (await reader.get("/")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[31m\\u202e" in page


async def test_sites_that_must_begin_first_come_first(reader, store, make):
    """By the latest safe start of the newest plan; a site without one comes last."""
    for number, days in ((1, 90), (2, 30), (3, None)):
        site = make.site().model_copy(update={"id": SiteId(f"s{number}"), "name": f"Site {number}"})
        await store.sites.add(site, make.connection(), make.t0)
        if days is not None:
            plan = make.plan(f"plan-{number}", SiteId(f"s{number}"))
            await store.plans.add(plan.model_copy(update={"latest_start": before(make.t0 + timedelta(days=days))}))
    page = (await reader.get("/")).text
    places = [page.index(f">Site {number}<") for number in (2, 1, 3)]
    assert places == sorted(places)
    assert "not planned" in page


@pytest.mark.usefixtures("rotating")
async def test_a_plan_that_was_carried_out_has_no_latest_start(reader, store, make):
    """Home and calendar do not ask to begin before the end of a certificate that is replaced."""
    plan = make.plan("plan-2").model_copy(update={"made_at": make.at(days=1)})
    await store.plans.add(plan.model_copy(update={"latest_start": before(make.t0 + timedelta(days=30))}))
    ended = Progress(status=RotationStatus.COMPLETED, plan_id=PlanId("plan-2"), finished_at=make.at(days=2))
    assert "begin the rotation before" not in (await reader.get("/calendar")).text, "its rotation runs"
    await store.rotations.project("rot-1", ended, make.at(days=2))
    page = (await reader.get("/")).text
    assert "rotated: copy the new recovery files to another machine" in page
    assert 'make the next plan in time: <a href="/sites/site-1/plans">make a plan</a>' in page
    assert "2026-03-31" not in page
    assert "begin the rotation before" not in (await reader.get("/calendar")).text


async def test_a_reader_of_another_site_sees_none_of_this(reading_as, rotating):
    """Neither site nor task nor rotation."""
    async with reading_as("other", Role.ADMIN, sites=(SiteId("elsewhere"),)) as other:
        page = (await other.get("/")).text
        assert rotating not in page
        assert "task-1" not in page
        assert "Nothing waits for a person." in page


async def test_home_opens_when_temporal_hangs(store, rotating):
    """Something that takes connections and never answers keeps no reader from home: the store has the rest."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        address = f"127.0.0.1:{hanging.getsockname()[1]}"
        parts = Parts(store=store, temporal=await lazy_client(TemporalSettings(address=address)))
        async with reading(parts) as reader:
            began = asyncio.get_running_loop().time()
            page = await reader.get("/", timeout=60)
            assert asyncio.get_running_loop().time() - began < 30
    assert page.status_code == 200
    assert rotating in page.text
