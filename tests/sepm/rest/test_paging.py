"""Reading pages to an end that always comes."""

import pytest

from sepm.errors import IncompleteReading
from sepm.rest.paging import rows
from sepm.rest.payloads import PagePayload

Page = PagePayload[str]


class Book:
    """Pages in order; past the last one it goes on with `then`, if anything."""

    def __init__(self, *pages, then=None):
        self.pages = list(pages)
        self.then = then
        self.next = None
        self.read = []

    def afterwards(self, *pages):
        """The pages that it has when it is read for the second time."""
        self.next = list(pages)

    async def fetch(self, index, size):  # noqa: ARG002 - its pages are what they are
        """The page of that index, which counts from 1."""
        if index == 1 and self.read and self.next is not None:
            self.pages, self.next = self.next, None
        self.read.append(index)
        page = self.pages[index - 1] if index <= len(self.pages) else self.then
        if page is None:
            raise AssertionError(f"page {index} was never announced")
        return Page.model_validate(page)

    async def all(self):
        """All rows."""
        return [row async for row in rows(self.fetch, str, size=2, address="site T", what="rows")]


def page(content, pages=None, total=None, last=None):
    """A page as SEPM spells it, without what is None."""
    fields = {"content": list(content), "totalPages": pages, "totalElements": total, "lastPage": last}
    return {key: value for key, value in fields.items() if value is not None}


async def test_all_pages_are_read_in_order():
    """Pages are asked for from 1 until the one that says that it is the last."""
    book = Book(page("ab", 2, 3, last=False), page("c", 2, 3, last=True))
    assert await book.all() == ["a", "b", "c"]
    assert book.read == [1, 2]


async def test_nothing_is_one_empty_page():
    """No rows at all end at once."""
    assert await Book(page("", 0, 0, last=True)).all() == []


async def test_a_missing_last_page_ends_the_loop():
    """An answer that says nothing of an end is the end."""
    book = Book(page("ab"))
    assert await book.all() == ["a", "b"]


async def test_a_missing_last_page_is_no_end_while_more_is_announced():
    """`totalPages` announces more, so the reading goes on and is whole."""
    book = Book(page("ab", 2, 3), page("c", 2, 3))
    assert await book.all() == ["a", "b", "c"]


async def test_an_empty_page_ends_the_loop_in_an_error():
    """An empty page before the end is an end; fewer rows than SEPM counts, three times, are no full reading."""
    book = Book(page("ab", 9, 18, last=False), page("", 9, 18, last=False))
    with pytest.raises(IncompleteReading, match="held 2 different rows, but SEPM counts 18") as caught:
        await book.all()
    assert caught.value.retryable
    assert book.read == [1, 2] * 3


async def test_a_page_that_repeats_for_ever_ends():
    """The same page again and again ends some pages after the announced number."""
    book = Book(then=page("ab", 2, 4, last=False))
    with pytest.raises(IncompleteReading):
        await book.all()
    assert book.read == [1, 2, 3, 4, 5] * 3


async def test_rule_2_a_row_drawn_over_the_edge_of_a_page_is_found_by_reading_again():
    """Row a is deleted after the first page: c slips onto that page and is on none, though the last count fits."""
    book = Book(page("ab", 2, 4, last=False), page("d", 2, 3, last=True))
    book.afterwards(page("bc", 2, 3, last=False), page("d", 2, 3, last=True))
    assert await book.all() == ["a", "b", "d", "c"]
    assert book.read == [1, 2, 1, 2]


async def test_a_row_that_moved_comes_once():
    """A row inserted in front pushes another to the next page, where it is not counted again."""
    book = Book(page("bc", 2, 3, last=False), page("cd", 2, 4, last=True))
    book.afterwards(page("ab", 2, 4, last=False), page("cd", 2, 4, last=True))
    assert await book.all() == ["b", "c", "d", "a"]


async def test_a_site_that_shrinks_while_it_is_read_is_read_again():
    """Deleted clients make fewer pages than announced; the next pass is whole by its own count."""
    book = Book(page("ab", 3, 5, last=False), page("", 1, 2, last=False))
    book.afterwards(page("ab", 1, 2, last=True))
    assert await book.all() == ["a", "b"]
    assert book.read == [1, 2, 1]


async def test_a_site_that_grows_while_it_is_read_is_read_on():
    """Pages that appear during the reading are read, up to the slack."""
    book = Book(page("ab", 1, 2, last=False), page("cd", 2, 4, last=False), page("e", 3, 5, last=True))
    assert await book.all() == ["a", "b", "c", "d", "e"]
    assert book.read == [1, 2, 3]


async def test_rule_23_a_row_that_a_page_shows_twice_makes_no_endless_reading():
    """SEPM counts both: the pass does so too, and the row comes once."""
    book = Book(page("aab", 2, 4, last=False), page("c", 2, 4, last=True))
    assert await book.all() == ["a", "b", "c"]
    assert book.read == [1, 2]


async def test_rule_2_a_row_that_two_pages_show_proves_nothing():
    """Where SEPM shows one row on two pages and another on none, at every try, there is no full reading."""
    book = Book(page("ab", 2, 4, last=False), page("bd", 2, 4, last=True))
    with pytest.raises(IncompleteReading, match="held 3 different rows, but SEPM counts 4"):
        await book.all()


@pytest.mark.parametrize(("stored", "gives_at_most"), [("abccde", 9), ("abccde", 3), ("aabbccdde", 3)])
async def test_rule_23_a_row_that_the_edge_of_two_pages_parts_makes_no_endless_reading(stored, gives_at_most):
    """Smaller pages end elsewhere: then both are on one page, also where SEPM gives fewer rows than are asked for."""

    async def fetch(index, size):
        given = min(size, gives_at_most)
        content = stored[(index - 1) * given : index * given]
        return Page.model_validate(page(content, -(-len(stored) // given), len(stored), last=len(content) < given))

    read = [row async for row in rows(fetch, str, size=3, address="site T", what="rows")]
    assert sorted(read) == sorted(set(stored))


async def test_an_answer_that_is_short_once_does_not_make_thousands_of_pages():
    """A busy SEPM gives three of nine hundred rows, then none: the next pass asks for pages as long as before."""
    stored, asked = [str(each) for each in range(900)], []

    async def fetch(index, size):
        asked.append(size)
        content = stored[(index - 1) * size : index * size]
        content = content if len(asked) > 2 else content[:3] if len(asked) == 1 else []
        return Page.model_validate(page(content, -(-900 // size), 900, last=False))

    read = [row async for row in rows(fetch, str, size=500, address="site T", what="rows")]
    assert sorted(read) == sorted(stored)
    assert asked == [500, 500, 499, 499, 499]
