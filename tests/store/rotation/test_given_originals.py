"""Originals that a person gives to a store which has lost them."""

import pytest

from rotation.survey import Pair
from rotation.values import GroupId, LocationId
from store.progress import Progress, RotationStatus
from store.rotation.given_originals import OriginalsKept
from store.rotation.originals import Original
from store.rotation.rotations import SiteBusy
from store.site.sites import UnknownSite


@pytest.fixture
def given(make):
    """Originals of rot-9 at site-1."""

    def of(*locations, rotation="rot-9", site="site-1"):
        return [
            Original(
                rotation_id=rotation,
                site_id=site,
                pair=Pair(group_id=GroupId("G1"), location_id=LocationId(location)),
                group_path="My Company",
                location_name=location,
                settings=make.settings(),
                recorded_at=make.t0,
            )
            for location in locations
        ]

    return of


async def test_they_are_recorded_with_their_rotation(site, make, given):
    """It is known as ended from outside, and the site as left changed: a restore finds it as any other."""
    await site.given_originals.take_in(make.new("rot-9"), given("a", "b"), make.at(hours=1))
    kept = await site.rotations.get("rot-9")
    assert (kept.status, kept.finished_at, kept.unreported) == (RotationStatus.TERMINATED, make.at(hours=1), False)
    assert await site.originals.unrestored("site-1") == tuple(given("a", "b"))
    assert await site.originals.left_changed() == (("rot-9", "site-1"),)
    assert await site.rotations.running("site-1") is None


async def test_a_rotation_that_had_recorded_nothing_gets_them(running, make, given):
    """Its store is an older copy, from before the preflight's last act."""
    await running.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.at(hours=1))
    await running.plans.add(make.plan("plan-2"))
    new = make.new("rot-1", plan_id="plan-2")
    await running.given_originals.take_in(new, given("a", rotation="rot-1"), make.at(hours=2))
    assert (await running.rotations.get("rot-1")).plan_id == "plan-2"
    assert len(await running.originals.unrestored("site-1")) == 1


async def test_not_while_a_rotation_runs(running, make, given):
    """Nothing is recorded, and the running one is named."""
    with pytest.raises(SiteBusy, match="rot-1"):
        await running.given_originals.take_in(make.new("rot-9"), given("a"), make.t0)
    assert await running.originals.of("rot-9") == ()


async def test_own_records_stay(running, make, given):
    """Of a rotation that recorded its own, that was restored, that has completed, or that is another site's."""
    take_in = running.given_originals.take_in
    await running.rotations.project("rot-1", Progress(status=RotationStatus.COMPLETED), make.t0)
    with pytest.raises(OriginalsKept, match="completed"):
        await take_in(make.new("rot-1"), given("a", rotation="rot-1"), make.t0)
    await take_in(make.new("rot-9"), given("a"), make.t0)
    with pytest.raises(OriginalsKept):
        await take_in(make.new("rot-9"), given("b"), make.t0)
    await running.originals.mark_restored("rot-9", make.at(hours=1))
    with pytest.raises(OriginalsKept):
        await take_in(make.new("rot-9"), given("b"), make.t0)
    assert await running.originals.of("rot-9") == tuple(given("a"))
    await running.sites.add(make.site("site-2", "Graz"), make.connection(), make.t0)
    await running.plans.add(make.plan("plan-2", "site-2"))
    with pytest.raises(OriginalsKept, match="site-1"):
        await take_in(make.new("rot-9", "site-2", "plan-2"), given("a", site="site-2"), make.t0)


async def test_only_of_a_site_that_is_registered(site, make, given):
    """It is registered again by hand first."""
    with pytest.raises(UnknownSite):
        await site.given_originals.take_in(make.new("rot-9", "none"), given("a", site="none"), make.t0)
