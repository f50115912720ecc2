"""The entries of the calendar: what is due, what a rotation waits for, and who sees which."""

from dataclasses import replace

import pytest

from api.calendar.agenda import agenda_of
from api.calendar.agenda_item import AgendaKind
from rotation.identity.identity import IdentityId, Principal
from rotation.identity.permission import Role
from rotation.values import SiteId
from store.progress import Progress
from tests.api.pages.statements import counted_reads, three_more_rotations
from tests.store.conftest import Make

EVERYONE = Principal(id=IdentityId("i1"), name="ann", roles=(Role.VIEWER,))


@pytest.mark.usefixtures("planned")
async def test_a_site_that_waits_for_its_start(unconnected, make: Make):
    """Its latest safe start, and each certificate once, whatever the number of its ports."""
    start, end = await agenda_of(unconnected, EVERYONE)
    assert (start.kind, start.at, start.path) == (AgendaKind.LATEST_START, make.at(days=10), "/plans/plan-1")
    assert (end.kind, end.at, end.path) == (AgendaKind.CERTIFICATE_END, make.at(days=60), "/sites/site-1")
    assert end.text.english.endswith(": the certificate of sepm1 ends")


@pytest.mark.usefixtures("late")
async def test_a_rotation_that_is_late_moves_what_is_left(unconnected, make: Make):
    """The current gate from its beginning to its minimum; what follows two days later than planned, as expected."""
    now = replace(unconnected, clock=lambda: make.at(days=3))
    gate, swap, holdout, closing, _ = await agenda_of(now, EVERYONE)
    assert (gate.at, gate.until, gate.expected) == (make.at(days=3), make.at(days=6), False)
    assert (swap.kind, swap.at, swap.until) == (AgendaKind.REPLACEMENT, make.at(days=4), make.at(days=5))
    assert (holdout.at, holdout.until, holdout.expected) == (make.at(days=5), make.at(days=6), True)
    assert (closing.at, closing.until) == (make.at(days=6), None)
    assert {each.path for each in (gate, swap, holdout, closing)} == {"/rotations/rot-1"}
    assert len({each.key for each in await agenda_of(now, EVERYONE)}) == 5


@pytest.mark.usefixtures("late")
async def test_it_asks_the_store_as_often_for_four_rotations_as_for_one(unconnected, store, make: Make):
    """Plans and events of all rotations come by one query each."""
    with counted_reads() as one:
        await agenda_of(unconnected, EVERYONE)
    await three_more_rotations(store, make)
    with counted_reads() as four:
        items = await agenda_of(unconnected, EVERYONE)
    assert len(four) == len(one) > 0, four
    assert {each.site_id for each in items} == {SiteId("site-1")}, "a plan without times has no entry"


@pytest.mark.usefixtures("late")
async def test_what_follows_a_gate_that_still_waits_is_yet_to_come(unconnected, make: Make):
    """The gate has waited for days longer than was expected: nothing that follows is expected in the past."""
    now = replace(unconnected, clock=lambda: make.at(days=20))
    gate, swap, holdout, *_ = await agenda_of(now, EVERYONE)
    assert (gate.at, gate.until) == (make.at(days=3), make.at(days=6))
    assert (swap.at, holdout.at) == (make.at(days=20), make.at(days=21))


@pytest.mark.usefixtures("late")
async def test_a_rotation_that_is_cancelled_has_nothing_of_its_plan_left(unconnected, store, make: Make):
    """Its steps back are none of the plan."""
    await store.rotations.project("rot-1", Progress(step_id="cancel-02-A5"), make.at(days=4))
    (end,) = await agenda_of(unconnected, EVERYONE)
    assert end.kind is AgendaKind.CERTIFICATE_END


@pytest.mark.usefixtures("late")
async def test_sites_of_others_and_archived_ones_have_none(unconnected):
    """Neither certificate nor rotation."""
    other = Principal(id=IdentityId("i2"), name="vera", roles=(Role.VIEWER,), sites=(SiteId("elsewhere"),))
    assert await agenda_of(unconnected, other) == ()


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize("puts_back", [False, True])
async def test_a_way_back_puts_the_old_certificate_back(unconnected, make: Make, puts_back):
    """A roll-back is not taken for another replacement."""
    _, swap, *_ = await agenda_of(replace(unconnected, clock=lambda: make.at(days=3)), EVERYONE)
    done = "the old certificate of sepm1 is put back" if puts_back else "the certificate of sepm1 is replaced"
    assert swap.text.english.endswith(f": {done} at the console")
