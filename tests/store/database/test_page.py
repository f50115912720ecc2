import pytest

from rotation.plan.work.task import TaskState
from store.database.page import BadCursor, PageRequest, page_of, write_cursor
from store.progress import Progress

GOOD = 1_700_000_000_000_000
"""Microseconds of a day that there was."""


async def whole(ask, size):
    """Every item of a list, page by page, and how long the pages were."""
    items, lengths, cursor = [], [], None
    while True:
        page = await ask(PageRequest(size, cursor))
        items += page.items
        lengths.append(len(page.items))
        if (cursor := page.cursor) is None:
            return items, lengths


@pytest.mark.parametrize(("size", "lengths"), [(2, [2, 2, 1]), (5, [5]), (1000, [5])])
async def test_pages_hold_every_row_once(running, make, size, lengths):
    """Rows of one moment, too: in one order, none twice, none left out, and no empty page behind the last one."""
    for number in range(5):
        await running.tasks.add(make.task(f"task-{number}"))
    tasks, sizes = await whole(running.tasks.page, size)
    assert [task.id for task in tasks] == [f"task-{number}" for number in range(5)]
    assert sizes == lengths


async def test_rows_added_meanwhile_shift_nothing(store, make):
    """What comes before a cursor is in no later page, and what comes behind it is in its place."""
    for name in ("b", "d", "f"):
        await store.sites.add(make.site(f"site-{name}", name), make.connection(), make.t0)
    first = await store.sites.page(PageRequest(2))
    for name in ("a", "e"):
        await store.sites.add(make.site(f"site-{name}", name), make.connection(), make.t0)
    rest = await store.sites.page(PageRequest(2, first.cursor))
    assert [site.name for site in (*first.items, *rest.items)] == ["b", "d", "e", "f"]


async def test_archived_sites_are_left_out_before_pages_are_made(store, make):
    """A page is full though archived sites lie between; some sites only, where a caller sees no others."""
    for name in "abcd":
        await store.sites.add(make.site(f"site-{name}", name), make.connection(), make.t0)
    await store.site_changes.archive("site-b", make.act())
    page = await store.sites.page(PageRequest(2))
    assert [site.name for site in page.items] == ["a", "c"]
    assert [site.name for site in (await store.sites.page(archived=True)).items] == list("abcd")
    assert [site.name for site in (await store.sites.page(sites=["site-b", "site-d"])).items] == ["d"]
    assert (await store.sites.page(sites=[])).items == ()


async def test_a_task_of_a_held_rotation_has_no_proof(running, make):
    """In a list as by itself: while its rotation is held nothing may begin."""
    await running.tasks.add(make.task())
    counts = (make.at(hours=1), make.at(minutes=10))
    await running.tasks.transition("task-1", [TaskState.OPEN], TaskState.CLAIMED, who="ann", at=make.t0, counts=counts)
    (shown,) = (await running.tasks.page(states=[TaskState.CLAIMED], rotation_id="rot-1")).items
    assert (shown.proof_until, shown.begin_until) == counts
    await running.rotations.project("rot-1", Progress(held=True), make.t0)
    (shown,) = (await running.tasks.page()).items
    assert (shown.proof_until, shown.begin_until) == (None, None)
    assert (await running.tasks.page(sites=["another"])).items == ()


@pytest.mark.parametrize(
    "place",
    [
        ("tasks", GOOD),
        ("tasks", GOOD, "task-1", "more"),
        ("rotations", GOOD, "rot-1"),
        ("tasks", "yesterday", "task-1"),
        ("tasks", True, "task-1"),
        ("tasks", 10**30, "task-1"),
        ("tasks", (1 << 63) - 1, "task-1"),
        ("tasks", GOOD, 7),
        ("tasks", GOOD, "task\0"),
        ("tasks", GOOD, "\ud800"),
    ],
)
async def test_a_cursor_that_the_list_did_not_give_is_refused(store, place):
    """Whatever it holds: no number or text in it reaches a database that cannot take it."""
    with pytest.raises(BadCursor):
        await store.tasks.page(PageRequest(cursor=write_cursor(*place)))


@pytest.mark.parametrize("number", [1 << 31, -(1 << 31) - 1, 1.5, None])
async def test_a_number_beyond_every_row_is_refused(running, number):
    """PostgreSQL would refuse it with an error."""
    with pytest.raises(BadCursor):
        await running.events.page("rot-1", PageRequest(cursor=write_cursor("events/rot-1", number)))


@pytest.mark.parametrize("begin", [-1, 8, "0", None])
def test_a_list_in_one_piece_knows_its_cursors(begin):
    """Pages of it hold each item once; a place that it does not have, and one of another list, are refused."""
    first = page_of("abcdefg", "found/1", PageRequest(4))
    rest = page_of("abcdefg", "found/1", PageRequest(4, first.cursor))
    assert (first.items, rest.items, rest.cursor) == (tuple("abcd"), tuple("efg"), None)
    for cursor in (write_cursor("found/1", begin), write_cursor("found/2", 4)):
        with pytest.raises(BadCursor):
            page_of("abcdefg", "found/1", PageRequest(4, cursor))
