import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from rotation.plan.start_by import LatestStart
from rotation.values import ServerName
from store.progress import Progress, RotationStatus
from store.rotation.plans import PlanAltered, UnknownPlan


async def test_a_plan_comes_back_byte_for_byte(site, make):
    """The stored body is exactly what the hash covers, and the plan is read as it was made."""
    plan = make.plan()
    await site.plans.add(plan)
    assert await site.plans.get("plan-1") == plan
    assert await site.plans.body("plan-1") == plan.body.canonical()
    assert (await site.plans.page("site-1")).items == (plan,)
    with pytest.raises(UnknownPlan):
        await site.plans.get("none")


async def test_the_newest_plan_of_each_site(site, make):
    """By the time at which it was made, with its latest safe start where it has one; none where none was made."""
    first = make.plan()
    short = {"id": "plan-1", "hash": first.hash, "latest_start": None, "completed": False}
    assert {key: dict(each) for key, each in (await site.plans.newest_of_all()).items()} == {"site-1": short}
    span = timedelta(days=1)
    start = LatestStart(at=make.t0, server=ServerName("sepm1"), ends=make.at(days=9), takes=span, margin=span)
    newer = make.plan("plan-2").model_copy(update={"made_at": make.at(days=1), "latest_start": start})
    await site.plans.add(newer)
    await site.plans.add(make.plan("plan-0").model_copy(update={"made_at": make.at(days=-1)}))
    (newest,) = (await site.plans.newest_of_all()).values()
    assert (newest.id, newest.latest_start) == ("plan-2", start)


async def test_a_plan_that_was_carried_out_has_no_start(site, make):
    """Its certificates are replaced, so nothing must begin for them; a rotation that was rolled back leaves it so."""
    span = timedelta(days=1)
    start = LatestStart(at=make.t0, server=ServerName("sepm1"), ends=make.at(days=9), takes=span, margin=span)
    await site.plans.add(make.plan("plan-2").model_copy(update={"made_at": make.at(days=1), "latest_start": start}))
    await site.rotations.create(make.new("rot-2", plan_id="plan-2"), make.t0)
    for status, known in ((RotationStatus.ROLLED_BACK, start), (RotationStatus.COMPLETED, None)):
        await site.rotations.project("rot-2", Progress(status=status), make.t0)
        (newest,) = (await site.plans.newest_of_all()).values()
        assert (newest.latest_start, newest.completed) == (known, known is None)
        assert await site.plans.newest_start("site-1") == known


async def test_several_plans_by_one_query(site, make):
    """Those that are asked for and kept; one that was altered is left out, however often it was read before."""
    second = make.plan("plan-2")
    await site.plans.add(second)
    asked = ["plan-1", "plan-2", "none", "plan-1"]
    assert await site.plans.of_ids(asked) == {"plan-1": await site.plans.get("plan-1"), "plan-2": second}
    assert await site.plans.of_ids([]) == {}
    async with site.database.write() as session:
        await session.execute(text("UPDATE plans SET body = :body WHERE id = 'plan-1'"), {"body": b"{}"})
    assert await site.plans.of_ids(asked) == {"plan-2": second}


async def test_an_altered_body_is_not_given_out(site):
    """One byte changed in the database, and the plan is refused."""
    async with site.database.write() as session:
        await session.execute(text("UPDATE plans SET body = :body"), {"body": b'{"site_id":"other"}'})
    for question in (site.plans.get("plan-1"), site.plans.body("plan-1"), site.plans.page("site-1")):
        with pytest.raises(PlanAltered):
            await question


async def test_a_plan_that_this_version_cannot_read_is_not_given_out(site):
    """Its hash is right, and its form another one: it is refused, and the bytes are there for the version that can."""
    body = b'{"site_id":"other"}'
    around = json.dumps({"hash": hashlib.sha256(body).hexdigest()})
    values = {"body": body, "hash": hashlib.sha256(body).hexdigest(), "around": around}
    async with site.database.write() as session:
        await session.execute(text("UPDATE plans SET body = :body, hash = :hash, around = :around"), values)
    with pytest.raises(PlanAltered, match="this version cannot read"):
        await site.plans.get("plan-1")
    assert await site.plans.body("plan-1") == body


async def test_a_plan_with_a_false_hash_is_not_kept(site, make):
    """A hash that is not the body's, or another plan under a known id, is refused."""
    false = make.plan("plan-2").model_copy(update={"hash": "00" * 32})
    for plan in (false, make.plan(title="Something else")):
        with pytest.raises(PlanAltered):
            await site.plans.add(plan)
    assert (await site.plans.page("site-1")).items == (make.plan(),)
