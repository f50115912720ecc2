from rotation.survey import Pair
from rotation.values import GroupId
from store.progress import Progress, RotationStatus


async def _record(store, make, rotation_id, location, server_list, *, at=None):
    pair = Pair(group_id=GroupId("G1"), location_id=location)
    await store.originals.record(
        rotation_id,
        "site-1",
        pair,
        group_path="My Company",
        location_name=location,
        settings=make.settings(server_list),
        at=at or make.t0,
    )


async def test_the_first_record_wins_for_ever(running, make):
    """A pair recorded again, when it is relaxed already, keeps its first record."""
    await _record(running, make, "rot-1", "loc-1", "Default")
    await _record(running, make, "rot-1", "loc-1", "HTTP copy", at=make.at(hours=1))
    (original,) = await running.originals.of("rot-1")
    assert (original.settings, original.recorded_at) == (make.settings("Default"), make.t0)


async def test_originals_are_unrestored_until_marked(running, make):
    """A rotation's originals are asked for until they were seen restored, also after it was terminated."""
    assert await running.originals.unrestored("site-1") == ()
    await _record(running, make, "rot-1", "loc-1", "Default")
    await _record(running, make, "rot-1", "loc-2", "Branch")
    await running.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.at(hours=1))
    assert await running.originals.unrestored("site-1") == await running.originals.of("rot-1")
    assert await running.originals.restored_at("rot-1") is None
    for hour in (2, 3):
        await running.originals.mark_restored("rot-1", make.at(hours=hour))
    assert await running.originals.unrestored("site-1") == ()
    assert await running.originals.restored_at("rot-1") == make.at(hours=2)


async def test_a_later_restored_rotation_does_not_hide_an_earlier_one(running, make):
    """When the newer rotation is restored, the older one that never was is asked for."""
    await _record(running, make, "rot-1", "loc-1", "Default")
    await running.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.at(hours=1))
    await running.rotations.create(make.new("rot-2"), make.at(hours=2))
    await _record(running, make, "rot-2", "loc-1", "HTTP copy")
    assert {original.rotation_id for original in await running.originals.unrestored("site-1")} == {"rot-2"}
    before = await running.originals.unrestored("site-1", but="rot-2")
    assert before == await running.originals.of("rot-1")
    await running.originals.mark_restored("rot-2", make.at(hours=3))
    assert {original.rotation_id for original in await running.originals.unrestored("site-1")} == {"rot-1"}


async def test_a_site_is_left_changed_until_its_newest_rotation_is_restored(running, make):
    """Not while a rotation runs there, and not once its originals are marked; the newest one is named."""
    await _record(running, make, "rot-1", "loc-1", "Default")
    assert await running.originals.left_changed() == (), "it runs"
    await running.rotations.project("rot-1", Progress(status=RotationStatus.TERMINATED), make.at(hours=1))
    assert await running.originals.left_changed() == (("rot-1", "site-1"),)
    await running.rotations.create(make.new("rot-2"), make.at(hours=2))
    assert await running.originals.left_changed() == ()
    await _record(running, make, "rot-2", "loc-1", "Default")
    await running.rotations.project("rot-2", Progress(status=RotationStatus.CANCELLED), make.at(hours=3))
    assert await running.originals.left_changed() == (("rot-2", "site-1"),)
    for rotation in ("rot-1", "rot-2"):
        await running.originals.mark_restored(rotation, make.at(hours=4))
    assert await running.originals.left_changed() == ()
