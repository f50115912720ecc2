"""What looks have found is kept in whole, and what came of it is noted beside it."""

import pytest

from rotation.drift.judged_drift import JudgedDrift
from rotation.finding import blocking
from store.rotation.found import Settled, UnknownFound
from store.rotation.rotations import UnknownRotation

ROTATION = "rot-1"


def drifts(*subjects, code="list-drift"):
    """What a look has found."""
    return tuple(JudgedDrift.of(blocking(code, subject, "differs")) for subject in subjects)


async def kept(running, make, *subjects, round_number=0, code="list-drift"):
    """The id of what was found."""
    return await running.found.keep(ROTATION, drifts(*subjects, code=code), at=make.t0, round_number=round_number)


async def test_what_was_found_comes_back_in_whole(running, make):
    """By its id; nothing has no id, and an id of another rotation finds nothing."""
    identity = await kept(running, make, "A", "B")
    assert await running.found.get(ROTATION, identity) == drifts("A", "B")
    assert await kept(running, make) is None
    for question in (running.found.get("rot-2", identity), running.found.get(ROTATION, "none")):
        with pytest.raises(UnknownFound):
            await question
    with pytest.raises(UnknownFound):
        await running.found.repaired(ROTATION, "none", repaired=("A",), left=())
    with pytest.raises(UnknownRotation):
        await running.found.keep("none", drifts("A"), at=make.t0)


async def test_the_same_once_more_is_kept_once_until_something_has_come_of_it(running, make):
    """Looks repeat themselves for weeks; what was put right and is undone again is another find."""
    first = await kept(running, make, "A")
    assert await kept(running, make, "A") == first
    assert await kept(running, make, "A", round_number=1) != first
    other = await kept(running, make, "A")
    await running.found.repaired(ROTATION, other, repaired=("A",), left=())
    assert await kept(running, make, "A") not in {first, other}


async def test_repairs_are_counted_by_the_round(running, make):
    """Each time is one entry, noted twice it is one still; what is left is left; another round begins with nothing."""
    for _ in range(2):
        identity = await kept(running, make, "A", "B", round_number=3)
        for _ in range(2):
            await running.found.repaired(ROTATION, identity, repaired=("A",), left=("B",), round_number=3)
    settled = await running.found.settled(ROTATION, 3)
    assert (sorted(settled.repaired), set(settled.left)) == (["A", "A"], {"B"})
    assert await running.found.settled(ROTATION, 4) == Settled()


async def test_what_people_accept_is_all_that_was_found(running, make):
    """Under the codes that are asked for, whatever the round; what was found since is not accepted with it."""
    identity = await kept(running, make, "A", "B", code="newborn")
    await running.found.accept(ROTATION, identity, "ann")
    await running.found.accept(ROTATION, identity, "eve")
    await kept(running, make, "C", code="newborn")
    settled = await running.found.settled(ROTATION, 7)
    assert settled.known("newborn", "pair-gone") == {"A", "B"}
    assert settled.known("pair-gone") == frozenset()


async def test_the_newest_is_shown_in_whole(running, make):
    """With when it was found, and who goes on with it; nothing where nothing was ever found."""
    assert await running.found.newest(ROTATION) is None
    await kept(running, make, "A")
    identity = await kept(running, make, "A", "B")
    await running.found.accept(ROTATION, identity, "ann")
    newest = await running.found.newest(ROTATION)
    assert (newest.id, newest.at, newest.found, newest.accepted_by) == (identity, make.t0, drifts("A", "B"), "ann")
